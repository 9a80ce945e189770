/** The numbers of DWARF that are read here, by their names there: DW_AT_* and DW_TAG_*. */
export const Attribute = {
  Location: 0x02,
  Name: 0x03,
  StatementList: 0x10,
  LowPc: 0x11,
  HighPc: 0x12,
  CompilationDirectory: 0x1b,
  AbstractOrigin: 0x31,
  DeclaredLine: 0x3b,
  Specification: 0x47,
  Ranges: 0x55,
  CallFile: 0x58,
  CallLine: 0x59,
  StringOffsetsBase: 0x72,
  AddressBase: 0x73,
  RangeListsBase: 0x74,
} as const;

export const Tag = {
  EnumerationType: 0x04,
  FormalParameter: 0x05,
  Label: 0x0a,
  LexicalBlock: 0x0b,
  StructureType: 0x13,
  Typedef: 0x16,
  UnionType: 0x17,
  InlinedSubroutine: 0x1d,
  Subprogram: 0x2e,
  Variable: 0x34,
} as const;

/** The forms of locations that change along a function (DW_FORM_sec_offset, DW_FORM_loclistx; DW_FORM_data4 before DWARF 4). */
export const listForms: ReadonlySet<number> = new Set([0x06, 0x17, 0x22]);
