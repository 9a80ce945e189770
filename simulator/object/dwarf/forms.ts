import { ByteReader, FormatError } from '../bytes/reader';
import type { Specification } from './abbreviations';
import type { DebugSections } from './sections';

/**
 * A value of an attribute: addresses as bigint; constants, flags, section offsets and indices as numbers; references as offsets in
 * .debug_info; texts. Undefined for what nobody here asks for: blocks, and what is in other files.
 */
export type FormValue = bigint | number | string | undefined;

/** What the form of a value means in a unit. */
export interface UnitEncoding {
  /** In .debug_info: references of entries count from it. */
  readonly offset: number;
  readonly version: number;
  readonly wide: boolean;
  readonly addressSize: number;
}

/** Reads one attribute value. Throws FormatError. */
export function readForm(
  reader: ByteReader,
  { form, constant }: Specification,
  unit: UnitEncoding,
  sections: DebugSections,
): FormValue {
  const { version, wide, addressSize } = unit;
  switch (form) {
    case 0x08: // string
      return reader.text();
    case 0x0e: // strp
      return textAtOffset(sections.strings, reader.offset(wide), 'section .debug_str');
    case 0x1f: // line_strp
      return textAtOffset(sections.lineStrings, reader.offset(wide), 'section .debug_line_str');
    case 0x17: // sec_offset
      return reader.offset(wide);
    case 0x01: // addr
      return reader.unsigned(addressSize === 8 ? 8 : 4);
    case 0x0c: // flag
    case 0x0b: // data1
    case 0x25: // strx1
    case 0x29: // addrx1
      return reader.u8();
    case 0x05: // data2
    case 0x26: // strx2
    case 0x2a: // addrx2
      return reader.u16();
    case 0x27: // strx3
    case 0x2b: // addrx3
      return reader.u16() | (reader.u8() << 16);
    case 0x06: // data4, a section offset before DWARF 4
    case 0x28: // strx4
    case 0x2c: // addrx4
      return reader.u32();
    case 0x07: // data8
      return Number(reader.u64());
    case 0x19: // flag_present
      return 1;
    case 0x21: // implicit_const
      return constant ?? 0;
    case 0x0d: // sdata
      return reader.sleb();
    case 0x0f: // udata
    case 0x1a: // strx
    case 0x1b: // addrx
    case 0x22: // loclistx
    case 0x23: // rnglistx
      return reader.uleb();
    case 0x11: // ref1
      return unit.offset + reader.u8();
    case 0x12: // ref2
      return unit.offset + reader.u16();
    case 0x13: // ref4
      return unit.offset + reader.u32();
    case 0x14: // ref8
      return unit.offset + reader.size();
    case 0x15: // ref_udata
      return unit.offset + reader.uleb();
    case 0x10: // ref_addr
      return version <= 2 ? Number(reader.unsigned(addressSize === 8 ? 8 : 4)) : reader.offset(wide);
    case 0x1d: // strp_sup
      reader.skip(wide ? 8 : 4);
      return undefined;
    case 0x1c: // ref_sup4
      reader.skip(4);
      return undefined;
    case 0x20: // ref_sig8
    case 0x24: // ref_sup8
      reader.skip(8);
      return undefined;
    case 0x1e: // data16
      reader.skip(16);
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
      return readForm(reader, { attribute: 0, form: reader.uleb() }, unit, sections);
    default:
      throw new FormatError(`section .debug_info has an unknown form (0x${form.toString(16)})`);
  }
}

const addressIndices = new Set([0x1b, 0x29, 0x2a, 0x2b, 0x2c]);
const stringIndices = new Set([0x1a, 0x25, 0x26, 0x27, 0x28]);

/** What an index of a form that has one leads to; other values as they are. Throws FormatError. */
export function resolved(
  value: FormValue,
  form: number,
  { wide, addressSize }: UnitEncoding,
  bases: { readonly addresses: number; readonly strings: number },
  sections: DebugSections,
): FormValue {
  if (typeof value !== 'number') return value;
  if (addressIndices.has(form)) {
    const size = addressSize === 8 ? 8 : 4;
    return new ByteReader(sections.addresses, 'section .debug_addr', bases.addresses + value * size).unsigned(size);
  }
  if (!stringIndices.has(form)) return value;
  const at = bases.strings + value * (wide ? 8 : 4);
  const offset = new ByteReader(sections.stringOffsets, 'section .debug_str_offsets', at).offset(wide);
  return textAtOffset(sections.strings, offset, 'section .debug_str');
}

export function textAtOffset(table: Uint8Array, offset: number, what: string): string {
  return new ByteReader(table, what, offset).text();
}
