import { ByteWriter, StringTable } from './byte-writer';
import type { LineRow, LineTable, Origin } from './line-table';

export interface DebugSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const version = 5;
const addressSize = 8;
const lineBase = -5;
const lineRange = 14;
const opcodeBase = 13;
/** Operands of the standard opcodes 1 to 12. */
const opcodeLengths = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

const Form = { LineString: 0x1f, SectionOffset: 0x17, Address: 0x01, Data2: 0x05, Data8: 0x07, Udata: 0x0f } as const;
const languageMipsAssembler = 0x8001;

/**
 * DWARF 5 for an assembled program: one unit that covers the code, and its line program. A macro call or repetition is
 * one line, that of the call, as GNU as counts it.
 */
export function writeDebugSections(lines: LineTable, folder: string): DebugSection[] {
  const rows = lines.rows.filter((row) => row.isStatement);
  if (rows.length === 0) return [];
  const strings = new StringTable();
  const first = calledFrom(rows[0]!.origin).file;
  const line = lineProgram(rows, folder, strings);
  const low = rows[0]!.address;
  const high = rows.reduce((end, row) => (row.end > end ? row.end : end), low);
  return [
    { name: '.debug_line', bytes: line },
    { name: '.debug_info', bytes: unitInfo(first, folder, low, high, strings) },
    { name: '.debug_abbrev', bytes: abbreviations() },
    { name: '.debug_aranges', bytes: addressRanges(low, high) },
    { name: '.debug_line_str', bytes: strings.bytes },
  ];
}

/** The place where the outermost macro or repetition was called. */
export function calledFrom(origin: Origin): Origin {
  let at = origin;
  while (at.parent && (at.via === 'macro' || at.via === 'repeat')) at = at.parent;
  return at;
}

/** Puts the length of what `write` appends in front of it. */
function measured(writer: ByteWriter, write: () => void): void {
  const at = writer.length;
  writer.u32(0);
  write();
  writer.patch32(at, writer.length - at - 4);
}

function lineProgram(rows: readonly LineRow[], folder: string, strings: StringTable): Uint8Array {
  const writer = new ByteWriter();
  const files = [...new Set(rows.map((row) => calledFrom(row.origin).file))];
  measured(writer, () => {
    writer.u16(version);
    writer.u8(addressSize);
    writer.u8(0);
    measured(writer, () => {
      writer.u8(1);
      writer.u8(1);
      writer.u8(1);
      writer.u8(lineBase & 0xff);
      writer.u8(lineRange);
      writer.u8(opcodeBase);
      for (const length of opcodeLengths) writer.u8(length);
      writer.u8(1);
      writer.uleb(1);
      writer.uleb(Form.LineString);
      writer.uleb(1);
      writer.u32(strings.add(folder));
      writer.u8(2);
      writer.uleb(1);
      writer.uleb(Form.LineString);
      writer.uleb(2);
      writer.uleb(Form.Udata);
      // File 0 is the unit's own; rows count from 1, as tools of DWARF 4 do.
      writer.uleb(files.length + 1);
      for (const file of [files[0]!, ...files]) {
        writer.u32(strings.add(file));
        writer.uleb(0);
      }
    });
    for (const sequence of sequencesOf(rows)) writeSequence(writer, sequence, files);
  });
  return writer.bytes;
}

/** Rows without gaps between them. */
function sequencesOf(rows: readonly LineRow[]): LineRow[][] {
  const sequences: LineRow[][] = [];
  for (const row of rows) {
    const current = sequences.at(-1);
    if (current && current.at(-1)!.end === row.address) current.push(row);
    else sequences.push([row]);
  }
  return sequences;
}

function writeSequence(writer: ByteWriter, rows: readonly LineRow[], files: readonly string[]): void {
  writer.u8(0);
  writer.uleb(1 + addressSize);
  writer.u8(2);
  writer.u64(rows[0]!.address);
  let address = rows[0]!.address;
  let file = 1;
  let line = 1;
  let written = '';
  for (const row of rows) {
    const origin = calledFrom(row.origin);
    const key = `${origin.file}:${origin.line}`;
    // The pieces of one macro call are one line.
    if (key === written && row.origin.parent) continue;
    written = key;
    const index = files.indexOf(origin.file) + 1;
    if (index !== file) {
      writer.u8(4);
      writer.uleb(index);
      file = index;
    }
    writeRow(writer, Number(row.address - address), origin.line + 1 - line);
    address = row.address;
    line = origin.line + 1;
  }
  writer.u8(2);
  writer.uleb(rows.at(-1)!.end - address);
  writer.u8(0);
  writer.uleb(1);
  writer.u8(1);
}

function writeRow(writer: ByteWriter, advance: number, lines: number): void {
  if (lines >= lineBase && lines < lineBase + lineRange) {
    const opcode = lines - lineBase + lineRange * advance + opcodeBase;
    if (opcode <= 255) {
      writer.u8(opcode);
      return;
    }
  } else {
    writer.u8(3);
    writer.sleb(lines);
    lines = 0;
  }
  if (advance > 0) {
    writer.u8(2);
    writer.uleb(advance);
  }
  writer.u8(lines - lineBase + opcodeBase);
}

function unitInfo(name: string, folder: string, low: bigint, high: bigint, strings: StringTable): Uint8Array {
  const writer = new ByteWriter();
  measured(writer, () => {
    writer.u16(version);
    writer.u8(1);
    writer.u8(addressSize);
    writer.u32(0);
    writer.uleb(1);
    writer.u32(0);
    writer.u64(low);
    writer.u64(high - low);
    writer.u32(strings.add(name));
    writer.u32(strings.add(folder));
    writer.u32(strings.add('HyperStep'));
    writer.u16(languageMipsAssembler);
  });
  return writer.bytes;
}

function abbreviations(): Uint8Array {
  const writer = new ByteWriter();
  writer.uleb(1);
  writer.uleb(0x11);
  writer.u8(0);
  const attributes = [
    [0x10, Form.SectionOffset], // statement list
    [0x11, Form.Address], // low pc
    [0x12, Form.Data8], // high pc, as a length
    [0x03, Form.LineString], // name
    [0x1b, Form.LineString], // compilation folder
    [0x25, Form.LineString], // producer
    [0x13, Form.Data2], // language
    [0, 0],
  ] as const;
  for (const [attribute, form] of attributes) {
    writer.uleb(attribute);
    writer.uleb(form);
  }
  writer.uleb(0);
  return writer.bytes;
}

function addressRanges(low: bigint, high: bigint): Uint8Array {
  const writer = new ByteWriter();
  measured(writer, () => {
    writer.u16(2);
    writer.u32(0);
    writer.u8(addressSize);
    writer.u8(0);
    writer.align(16);
    writer.u64(low);
    writer.u64(high - low);
    writer.u64(0);
    writer.u64(0);
  });
  return writer.bytes;
}
