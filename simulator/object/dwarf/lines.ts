import { attempt, ByteReader, FormatError } from '../bytes/reader';
import { textAtOffset } from './forms';
import type { DebugSections } from './sections';
import { compilationFolders } from './units';

/** A row of a line-number program: code from `address` on comes from this line, up to the next row. */
export interface DwarfRow {
  readonly address: bigint;
  readonly file: string;
  /** 1-based; 0 when no source line is meant. */
  readonly line: number;
  /** 1-based; 0 for the left edge. */
  readonly column: number;
  readonly isStatement: boolean;
  readonly endSequence: boolean;
}

/** Bounds on what one program may make of its bytes. */
const maximumRows = 16_000_000;

/** Runs every line-number program (DWARF 2 to 5). Throws FormatError. */
export function readLinePrograms(sections: DebugSections): DwarfRow[] {
  const rows: DwarfRow[] = [];
  const folders = sections.info.length > 0 ? compilationFolders(sections) : new Map<number, string>();
  const reader = new ByteReader(sections.lines, 'section .debug_line');
  while (!reader.atEnd) {
    const offset = reader.position;
    const { unit, wide } = nextProgram(reader);
    runProgram(unit, readHeader(unit, wide, folders.get(offset) ?? '', sections), rows);
  }
  return rows;
}

/** Where the line-number programs of a section begin, as far as it can be read. */
export function lineProgramOffsets({ lines }: DebugSections): number[] {
  const offsets: number[] = [];
  const reader = new ByteReader(lines, 'section .debug_line');
  attempt(() => {
    while (!reader.atEnd) {
      const offset = reader.position;
      nextProgram(reader);
      offsets.push(offset);
    }
  });
  return offsets;
}

function nextProgram(reader: ByteReader): { unit: ByteReader; wide: boolean } {
  let length = reader.u32();
  const wide = length === 0xffff_ffff;
  if (wide) length = reader.size();
  return { unit: reader.part(length), wide };
}

/** The rows of the line-number program at an offset. Throws FormatError. @param folder where its unit was compiled */
export function rowsOfLineProgram(sections: DebugSections, offset: number, folder: string): DwarfRow[] {
  const rows: DwarfRow[] = [];
  const { unit, wide } = nextProgram(new ByteReader(sections.lines, 'section .debug_line', offset));
  runProgram(unit, readHeader(unit, wide, folder, sections), rows);
  return rows;
}

/** The files that the entries of a unit name by number, by the offset of its line program. Throws FormatError. */
export function filesOfLineProgram(sections: DebugSections, offset: number, folder: string): readonly string[] {
  const { unit, wide } = nextProgram(new ByteReader(sections.lines, 'section .debug_line', offset));
  return readHeader(unit, wide, folder, sections).files;
}

interface Header {
  readonly minimumLength: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly opcodeLengths: readonly number[];
  /** By the number that rows use. */
  readonly files: string[];
  readonly folders: readonly string[];
  /** Where the unit was compiled. */
  readonly folder: string;
  readonly addressSize: number;
  readonly version: number;
}

function readHeader(unit: ByteReader, wide: boolean, folder: string, sections: DebugSections): Header {
  const version = unit.u16();
  if (version < 2 || version > 5) throw new FormatError(`section .debug_line has version ${version}: 2 to 5 are known`);
  let addressSize = 8;
  if (version >= 5) {
    addressSize = unit.u8();
    unit.u8();
  }
  const headerLength = unit.offset(wide);
  const program = unit.position + headerLength;
  const minimumLength = unit.u8();
  if (version >= 4) unit.u8();
  const defaultIsStatement = unit.u8() !== 0;
  const lineBase = unit.i8();
  const lineRange = unit.u8();
  const opcodeBase = unit.u8();
  if (lineRange === 0) throw new FormatError('section .debug_line has a line range of 0');
  const opcodeLengths = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => unit.u8());
  const { files, folders } = version >= 5 ? readEntries(unit, wide, folder, sections) : readOldEntries(unit, folder);
  if (program < unit.position || program > unit.end)
    throw new FormatError('section .debug_line has a header of a wrong length');
  unit.position = program;
  return {
    minimumLength,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    opcodeLengths,
    files,
    folders,
    folder,
    addressSize,
    version,
  };
}

/** Folders and files as DWARF 2 to 4 list them: file numbers begin at 1, folder 0 is where the unit was compiled. */
function readOldEntries(unit: ByteReader, folder: string): { files: string[]; folders: string[] } {
  const folders = [folder];
  for (let name = unit.text(); name !== ''; name = unit.text()) folders.push(joined(folder, name));
  const files = [''];
  for (let name = unit.text(); name !== ''; name = unit.text()) {
    const index = unit.uleb();
    unit.uleb();
    unit.uleb();
    files.push(joined(folders[index] ?? folder, name));
  }
  return { files, folders };
}

/** Folders and files of DWARF 5: described by formats, numbered from 0. */
function readEntries(
  unit: ByteReader,
  wide: boolean,
  folder: string,
  sections: DebugSections,
): { files: string[]; folders: string[] } {
  const table = (): { path: string; folder: number }[] => {
    const formats = Array.from({ length: unit.u8() }, () => ({ content: unit.uleb(), form: unit.uleb() }));
    const count = unit.uleb();
    const entries: { path: string; folder: number }[] = [];
    for (let i = 0; i < count; i++) {
      const entry = { path: '', folder: 0 };
      for (const { content, form } of formats) {
        const value = readEntryForm(unit, wide, form, sections);
        if (content === 1 && typeof value === 'string') entry.path = value;
        if (content === 2 && typeof value === 'number') entry.folder = value;
      }
      if (formats.length === 0) break;
      entries.push(entry);
    }
    return entries;
  };
  const folders = table().map(({ path }) => path);
  const base = folders[0] ?? folder;
  const whole = folders.map((path) => joined(base, path));
  const files = table().map((entry) => joined(whole[entry.folder] ?? base, entry.path));
  return { files, folders: whole };
}

function readEntryForm(
  unit: ByteReader,
  wide: boolean,
  form: number,
  sections: DebugSections,
): string | number | undefined {
  switch (form) {
    case 0x08:
      return unit.text();
    case 0x0e:
      return textAtOffset(sections.strings, unit.offset(wide), 'section .debug_str');
    case 0x1f:
      return textAtOffset(sections.lineStrings, unit.offset(wide), 'section .debug_line_str');
    case 0x0b:
      return unit.u8();
    case 0x05:
      return unit.u16();
    case 0x06:
      return unit.u32();
    case 0x0f:
      return unit.uleb();
    case 0x1e:
      unit.skip(16);
      return undefined;
    case 0x09:
      unit.skip(unit.uleb());
      return undefined;
    default:
      throw new FormatError(`section .debug_line has an unknown form (0x${form.toString(16)})`);
  }
}

function joined(folder: string, name: string): string {
  if (folder === '' || /^([\\/]|[A-Za-z]:)/.test(name)) return name;
  return name === '' ? folder : `${folder.replace(/\/$/, '')}/${name.replace(/^\.\//, '')}`;
}

function runProgram(unit: ByteReader, header: Header, rows: DwarfRow[]): void {
  let address = 0n;
  let file = 1;
  let line = 1;
  let column = 0;
  let isStatement = header.defaultIsStatement;
  let discriminator = 0;
  // Compilers number the blocks of a line: rows of one line that differ by that alone are one place to a person, as in gdb.
  let isDivided = false;
  let last: { readonly file: number; readonly line: number } | undefined;
  const emit = (endSequence: boolean): void => {
    const continues = !endSequence && isDivided && last?.file === file && last.line === line;
    last = endSequence ? undefined : { file, line };
    discriminator = 0;
    if (continues) return;
    if (rows.length >= maximumRows) throw new FormatError(`a part of .debug_line has more than ${maximumRows} rows`);
    rows.push({ address, file: header.files[file] ?? '', line, column, isStatement, endSequence });
  };
  const moveLine = (by: number): void => {
    line += by;
    if (by !== 0) isDivided = discriminator !== 0;
  };
  const advance = (operations: number): void => {
    address = BigInt.asUintN(64, address + BigInt(operations * header.minimumLength));
  };
  while (!unit.atEnd) {
    const opcode = unit.u8();
    if (opcode >= header.opcodeBase) {
      const adjusted = opcode - header.opcodeBase;
      advance(Math.floor(adjusted / header.lineRange));
      moveLine(header.lineBase + (adjusted % header.lineRange));
      emit(false);
      continue;
    }
    switch (opcode) {
      case 0: {
        const length = unit.uleb();
        const extended = unit.part(length);
        if (length === 0) break;
        switch (extended.u8()) {
          case 1:
            emit(true);
            address = 0n;
            file = 1;
            line = 1;
            column = 0;
            isStatement = header.defaultIsStatement;
            isDivided = false;
            break;
          case 2:
            address = extended.unsigned(length - 1 >= 8 ? 8 : 4);
            break;
          case 3: {
            const name = extended.text();
            header.files.push(joined(header.folders[extended.uleb()] ?? header.folder, name));
            break;
          }
          case 4:
            discriminator = extended.uleb();
            isDivided ||= discriminator !== 0;
        }
        break;
      }
      case 1:
        emit(false);
        break;
      case 2:
        advance(unit.uleb());
        break;
      case 3:
        moveLine(unit.sleb());
        break;
      case 4:
        file = unit.uleb();
        break;
      case 5:
        column = unit.uleb();
        break;
      case 6:
        isStatement = !isStatement;
        break;
      case 7: // basic block
      case 10: // prologue end
      case 11: // epilogue begin
        break;
      case 8:
        advance(Math.floor((255 - header.opcodeBase) / header.lineRange));
        break;
      case 9:
        address = BigInt.asUintN(64, address + BigInt(unit.u16()));
        break;
      case 12:
        unit.uleb();
        break;
      default:
        for (let i = header.opcodeLengths[opcode - 1] ?? 0; i > 0; i--) unit.uleb();
    }
  }
}
