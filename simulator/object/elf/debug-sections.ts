import { ByteReader, FormatError } from '../bytes/reader';
import type { DebugSections } from '../dwarf/sections';
import { type Decompress, decompressZstd, inflate } from './decompress';
import type { ElfSection } from './elf';

type Section = Pick<ElfSection, 'name' | 'flags' | 'bytes'>;

/** SHF_COMPRESSED, and the kinds of compression: ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD. */
const COMPRESSED = 0x800;
const decompressors: ReadonlyMap<number, Decompress> = new Map([
  [1, inflate],
  [2, decompressZstd],
]);
const HEADER = 24;
/** GNU's older way: sections .zdebug_*, whose size is the one number that is big-endian. */
const OLD_PREFIX = '.zdebug_';
const OLD_HEADER = 12;

/** The debug sections of a file, unpacked. Throws FormatError where one is packed in a way that is not known here. */
export function debugSections(sections: readonly Section[]): DebugSections {
  const named = (name: string): Uint8Array => debugSection(sections, name) ?? new Uint8Array(0);
  return {
    info: named('.debug_info'),
    abbreviations: named('.debug_abbrev'),
    lines: named('.debug_line'),
    strings: named('.debug_str'),
    lineStrings: named('.debug_line_str'),
    stringOffsets: named('.debug_str_offsets'),
    addresses: named('.debug_addr'),
    ranges: named('.debug_ranges'),
    rangeLists: named('.debug_rnglists'),
  };
}

/** One debug section of a file, unpacked; undefined when it has none of the name. Throws FormatError. */
export function debugSection(sections: readonly Section[], name: string): Uint8Array | undefined {
  const section = sections.find((each) => each.name === name);
  if (section) return section.flags & COMPRESSED ? unpacked(section) : section.bytes;
  const old = sections.find((each) => each.name === name.replace('.debug_', OLD_PREFIX));
  return old && unpackedOld(old);
}

/** A section with its contents unpacked, if it was packed. Throws FormatError. */
export function unpackedSection(section: ElfSection): ElfSection {
  const isOld = section.name.startsWith(OLD_PREFIX);
  if (!isOld && !(section.flags & COMPRESSED)) return section;
  const bytes = isOld ? unpackedOld(section) : unpacked(section);
  const name = isOld ? section.name.replace(OLD_PREFIX, '.debug_') : section.name;
  return { ...section, name, bytes, size: bytes.length, flags: section.flags & ~COMPRESSED };
}

function unpacked({ name, bytes }: Section): Uint8Array {
  const reader = new ByteReader(bytes, `section ${name}`);
  const kind = reader.u32();
  reader.skip(4);
  const size = reader.size();
  const decompress = decompressors.get(kind);
  if (!decompress) throw new FormatError(`section ${name} is compressed in an unknown way (${kind})`);
  return decompress(bytes.subarray(HEADER), size, `section ${name}`);
}

function unpackedOld({ name, bytes }: Section): Uint8Array {
  const what = `section ${name}`;
  if (bytes.length < OLD_HEADER || String.fromCharCode(...bytes.subarray(0, 4)) !== 'ZLIB')
    throw new FormatError(`${what} has no header of a compressed section`);
  const size = bytes.subarray(4, OLD_HEADER).reduce((value, byte) => value * 256 + byte, 0);
  return inflate(bytes.subarray(OLD_HEADER), size, what);
}
