/** Values that many answers of the protocol have. */

/** An unsigned number of up to 64 bits: `0x` and lower-case hexadecimal digits, without leading zeros. */
export type Hex = `0x${string}`;

/** A place in a source, as in DAP's `Source.path`. Lines are 1-based. */
export interface SourceLine {
  path: string;
  line: number;
}
