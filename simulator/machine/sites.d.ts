/** The site table, written at build time by scripts/site-table.ts from the handlers of firmware and VMM. */
declare module 'hyperstep:sites' {
  /** A place where a VMM handler stops (`step`) or enters another handler (`call`). */
  export interface Site {
    /** Index in `sites`. */
    readonly id: number;
    readonly kind: 'step' | 'call';
    /** Path from the repository's root, with forward slashes. */
    readonly file: string;
    /** 1-based, of the `step` tag or of the call. */
    readonly line: number;
    /** 1-based, in UTF-16 units. */
    readonly column: number;
    /** Last line of the template or call, 1-based. */
    readonly endLine: number;
    /** The enclosing function: `name`, or `Class.name`; of an object that says its `name`, that. */
    readonly function: string;
    /** Its first and its last line, 1-based. */
    readonly functionLines: readonly [number, number];
    /** Of a step, the template's text pieces, one more than `expressions`. Of a call, empty. */
    readonly text: readonly string[];
    /** Of a step, the source text of each `${...}`. Of a call, the source text of the called function. */
    readonly expressions: readonly string[];
    /** Ids of the sites that may come next in its function, by control flow; -1 where the function may end first. Of a call, after it. */
    readonly next: readonly number[];
    /** Of a call, ids of the sites to which the function that it enters may come first, -1 for its end; absent where no name tells which function it is. */
    readonly first?: readonly number[];
  }
  /** In order of file, line and column. */
  export const sites: readonly Site[];
}
