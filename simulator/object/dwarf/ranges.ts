import { ByteReader } from '../bytes/reader';
import type { DebugSections } from './sections';
import type { UnitHeader } from './units';

export interface AddressRange {
  readonly start: bigint;
  /** The first address after it. */
  readonly end: bigint;
}

/** What range lists of a unit count from. */
export interface RangeBases {
  /** The unit's low address. */
  readonly address: bigint;
  /** In .debug_rnglists, of the table that indices (DW_FORM_rnglistx) count in. */
  readonly lists: number;
  /** In .debug_addr. */
  readonly addresses: number;
}

const INDEX_FORM = 0x23;

/** The ranges that DW_AT_ranges names. Throws FormatError. */
export function readRanges(
  value: number,
  form: number,
  { version, wide, addressSize }: UnitHeader,
  bases: RangeBases,
  sections: DebugSections,
): AddressRange[] {
  const size = addressSize === 8 ? 8 : 4;
  if (version < 5) return oldRanges(value, size, bases.address, sections);
  let at = value;
  if (form === INDEX_FORM) {
    const entry = bases.lists + value * (wide ? 8 : 4);
    at = bases.lists + new ByteReader(sections.rangeLists, 'section .debug_rnglists', entry).offset(wide);
  }
  return listedRanges(at, size, bases, sections);
}

function oldRanges(offset: number, size: 4 | 8, low: bigint, sections: DebugSections): AddressRange[] {
  const reader = new ByteReader(sections.ranges, 'section .debug_ranges', offset);
  const ranges: AddressRange[] = [];
  const selector = size === 8 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn;
  let base = low;
  for (;;) {
    const [start, end] = [reader.unsigned(size), reader.unsigned(size)];
    if (start === 0n && end === 0n) return ranges;
    if (start === selector) base = end;
    else ranges.push({ start: base + start, end: base + end });
  }
}

function listedRanges(offset: number, size: 4 | 8, bases: RangeBases, sections: DebugSections): AddressRange[] {
  const reader = new ByteReader(sections.rangeLists, 'section .debug_rnglists', offset);
  const indexed = (): bigint =>
    new ByteReader(sections.addresses, 'section .debug_addr', bases.addresses + reader.uleb() * size).unsigned(size);
  const ranges: AddressRange[] = [];
  const add = (start: bigint, end: bigint): void => {
    if (end > start) ranges.push({ start, end });
  };
  const from = (start: bigint): void => add(start, start + BigInt(reader.uleb()));
  let base = bases.address;
  for (;;) {
    switch (reader.u8()) {
      case 1: // base_addressx
        base = indexed();
        break;
      case 2: // startx_endx
        add(indexed(), indexed());
        break;
      case 3: // startx_length
        from(indexed());
        break;
      case 4: // offset_pair
        add(base + BigInt(reader.uleb()), base + BigInt(reader.uleb()));
        break;
      case 5: // base_address
        base = reader.unsigned(size);
        break;
      case 6: // start_end
        add(reader.unsigned(size), reader.unsigned(size));
        break;
      case 7: // start_length
        from(reader.unsigned(size));
        break;
      default: // end_of_list
        return ranges;
    }
  }
}
