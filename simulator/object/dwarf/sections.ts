/** The debug sections of a file; absent ones are empty. */
export interface DebugSections {
  readonly info: Uint8Array;
  readonly abbreviations: Uint8Array;
  readonly lines: Uint8Array;
  readonly strings: Uint8Array;
  readonly lineStrings: Uint8Array;
  /** .debug_str_offsets, .debug_addr: what indices lead to (DWARF 5). */
  readonly stringOffsets: Uint8Array;
  readonly addresses: Uint8Array;
  /** .debug_ranges (to DWARF 4) and .debug_rnglists. */
  readonly ranges: Uint8Array;
  readonly rangeLists: Uint8Array;
}
