import type { SourceText } from '../syntax/source';
import type { Statement } from '../syntax/statement';
import type { FileAccess } from './file-access';
import type { Arguments, BodyLine, Macro, MacroStyle } from './macros';

/** What a directive may ask of what runs the statements (expander.ts): to read files, to define macros, to have other statements come next. */
export interface ExpansionHost {
  readonly files: FileAccess;
  /** By name in lower case. */
  readonly macros: ReadonlyMap<string, Macro>;
  /** Whether .altmacro is on. */
  alternate: boolean;
  /** How macros take their arguments at this statement. */
  style(statement: Statement): MacroStyle;
  isDirective(name: string): boolean;
  define(macro: Macro): void;
  /** `.purgem`: forgets a macro; false when there is none of the name. */
  purge(name: string): boolean;
  /** `.include`: the file's statements come next. */
  include(source: SourceText, statement: Statement): void;
  /** `.rept`, `.irp`, `.irpc`: the body comes next, once for each set of values. */
  repeat(body: readonly BodyLine[], rounds: readonly Arguments[] | number, statement: Statement): void;
  /**
   * Sets aside the statements up to the one that ends the block, nested blocks included; undefined when the input ends
   * first. The ending statement is consumed; labels before it are the block's.
   */
  collect(kind: 'macro' | 'repeat'): readonly BodyLine[] | undefined;
  /** `.exitm`: leaves the innermost expansion; false when there is none. */
  exit(): boolean;
}
