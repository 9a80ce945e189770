import { ByteReader, FormatError } from './byte-reader';

/** The debug sections of a file; absent ones are empty. */
export interface DebugSections {
  readonly info: Uint8Array;
  readonly abbreviations: Uint8Array;
  readonly lines: Uint8Array;
  readonly strings: Uint8Array;
  readonly lineStrings: Uint8Array;
}

const Attribute = { StatementList: 0x10, CompilationDirectory: 0x1b } as const;

interface Specification {
  readonly attribute: number;
  readonly form: number;
}

/** Forms of fixed size, in bytes; 0 marks forms that are read by hand. */
const fixedSizes: Readonly<Record<number, number>> = {
  11: 1, // data1
  5: 2, // data2
  6: 4, // data4
  7: 8, // data8
  30: 16, // data16
  12: 1, // flag
  25: 0, // flag_present
  17: 1, // ref1
  18: 2, // ref2
  19: 4, // ref4
  20: 8, // ref8
  32: 8, // ref_sig8
  37: 1, // strx1
  38: 2, // strx2
  39: 3, // strx3
  40: 4, // strx4
  41: 1, // addrx1
  42: 2, // addrx2
  43: 3, // addrx3
  44: 4, // addrx4
  33: 0, // implicit_const: the value stands in the abbreviation
};

/**
 * The folder in which each line program's unit was compiled, by the line program's offset. Line tables before DWARF 5
 * need it to make their file names whole.
 */
export function compilationFolders(sections: DebugSections): Map<number, string> {
  const folders = new Map<number, string>();
  const reader = new ByteReader(sections.info, 'section .debug_info');
  while (!reader.atEnd) {
    let length = reader.u32();
    const wide = length === 0xffff_ffff;
    if (wide) length = reader.size();
    const unit = reader.part(length);
    const found = readUnit(unit, wide, sections);
    if (found) folders.set(found.lines, found.folder);
  }
  return folders;
}

function readUnit(
  unit: ByteReader,
  wide: boolean,
  sections: DebugSections,
): { lines: number; folder: string } | undefined {
  const version = unit.u16();
  if (version < 2 || version > 5) return undefined;
  let abbreviations: number;
  let addressSize: number;
  if (version >= 5) {
    const kind = unit.u8();
    addressSize = unit.u8();
    abbreviations = unit.offset(wide);
    // Skeleton and split units carry an id, type units a signature and an offset.
    if (kind === 4 || kind === 5) unit.skip(8);
    if (kind === 2 || kind === 6) unit.skip(8 + (wide ? 8 : 4));
  } else {
    abbreviations = unit.offset(wide);
    addressSize = unit.u8();
  }
  if (unit.atEnd) return undefined;
  const specifications = abbreviation(sections.abbreviations, abbreviations, unit.uleb());
  let lines: number | undefined;
  let folder = '';
  for (const { attribute, form } of specifications ?? []) {
    const value = readForm(unit, form, { version, wide, addressSize, sections });
    if (attribute === Attribute.StatementList && typeof value === 'number') lines = value;
    if (attribute === Attribute.CompilationDirectory && typeof value === 'string') folder = value;
  }
  return lines === undefined ? undefined : { lines, folder };
}

/** The attributes of one abbreviation code. */
function abbreviation(table: Uint8Array, offset: number, wanted: number): Specification[] | undefined {
  const reader = new ByteReader(table, 'section .debug_abbrev', offset);
  for (;;) {
    const code = reader.uleb();
    if (code === 0) return undefined;
    reader.uleb();
    reader.u8();
    const specifications: Specification[] = [];
    for (;;) {
      const attribute = reader.uleb();
      const form = reader.uleb();
      if (form === 0x21) reader.sleb();
      if (attribute === 0 && form === 0) break;
      specifications.push({ attribute, form });
    }
    if (code === wanted) return specifications;
  }
}

interface FormContext {
  readonly version: number;
  readonly wide: boolean;
  readonly addressSize: number;
  readonly sections: DebugSections;
}

/** Reads or skips one attribute value: texts and section offsets come back. */
function readForm(reader: ByteReader, form: number, context: FormContext): string | number | undefined {
  const { version, wide, addressSize, sections } = context;
  switch (form) {
    case 0x08: // string
      return reader.text();
    case 0x0e: // strp
      return textAtOffset(sections.strings, reader.offset(wide), 'section .debug_str');
    case 0x1f: // line_strp
      return textAtOffset(sections.lineStrings, reader.offset(wide), 'section .debug_line_str');
    case 0x17: // sec_offset
      return reader.offset(wide);
    case 0x06: // data4, a section offset before DWARF 4
      return reader.u32();
    case 0x07: // data8
      return Number(reader.u64());
    case 0x01: // addr
      reader.skip(addressSize);
      return undefined;
    case 0x10: // ref_addr
      reader.skip(version <= 2 ? addressSize : wide ? 8 : 4);
      return undefined;
    case 0x1d: // strp_sup
    case 0x1c: // ref_sup4
      reader.skip(form === 0x1c ? 4 : wide ? 8 : 4);
      return undefined;
    case 0x24: // ref_sup8
      reader.skip(8);
      return undefined;
    case 0x0d: // sdata
      reader.sleb();
      return undefined;
    case 0x0f: // udata
    case 0x15: // ref_udata
    case 0x1a: // strx
    case 0x1b: // addrx
    case 0x22: // loclistx
    case 0x23: // rnglistx
      reader.uleb();
      return undefined;
    case 0x0a: // block1
      reader.skip(reader.u8());
      return undefined;
    case 0x03: // block2
      reader.skip(reader.u16());
      return undefined;
    case 0x04: // block4
      reader.skip(reader.u32());
      return undefined;
    case 0x09: // block
    case 0x18: // exprloc
      reader.skip(reader.uleb());
      return undefined;
    case 0x16: // indirect
      return readForm(reader, reader.uleb(), context);
    default: {
      const size = fixedSizes[form];
      if (size === undefined) throw new FormatError(`section .debug_info has an unknown form (0x${form.toString(16)})`);
      reader.skip(size);
      return undefined;
    }
  }
}

export function textAtOffset(table: Uint8Array, offset: number, what: string): string {
  return new ByteReader(table, what, offset).text();
}
