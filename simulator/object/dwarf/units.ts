import { ByteReader } from '../bytes/reader';
import { type Abbreviation, eachAbbreviation } from './abbreviations';
import { Attribute } from './constants';
import { readForm, type UnitEncoding } from './forms';
import type { DebugSections } from './sections';

/** The header of a unit; its reader stands at the first entry. */
export interface UnitHeader extends UnitEncoding {
  readonly entries: ByteReader;
  /** In .debug_abbrev. */
  readonly abbreviations: number;
}

/** The headers of all units. Throws FormatError. */
export function* unitHeaders({ info }: DebugSections): Generator<UnitHeader> {
  const reader = new ByteReader(info, 'section .debug_info');
  while (!reader.atEnd) {
    const offset = reader.position;
    let length = reader.u32();
    const wide = length === 0xffff_ffff;
    if (wide) length = reader.size();
    const header = readHeader(offset, reader.part(length), wide);
    if (header) yield header;
  }
}

function readHeader(offset: number, unit: ByteReader, wide: boolean): UnitHeader | undefined {
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
  return { offset, entries: unit, version, wide, addressSize, abbreviations };
}

/**
 * The folder in which each line program's unit was compiled, by the line program's offset. Line tables before DWARF 5
 * need it to make their file names whole.
 */
export function compilationFolders(sections: DebugSections): Map<number, string> {
  const folders = new Map<number, string>();
  for (const header of unitHeaders(sections)) {
    const { entries, abbreviations } = header;
    if (entries.atEnd) continue;
    const wanted = entries.uleb();
    let lines: number | undefined;
    let folder = '';
    for (const specification of abbreviation(sections.abbreviations, abbreviations, wanted)?.specifications ?? []) {
      const value = readForm(entries, specification, header, sections);
      if (specification.attribute === Attribute.StatementList && typeof value === 'number') lines = value;
      if (specification.attribute === Attribute.CompilationDirectory && typeof value === 'string') folder = value;
    }
    if (lines !== undefined) folders.set(lines, folder);
  }
  return folders;
}

function abbreviation(table: Uint8Array, offset: number, wanted: number): Abbreviation | undefined {
  for (const each of eachAbbreviation(table, offset)) if (each.code === wanted) return each;
  return undefined;
}
