import { SectionFlag, SectionType } from '../../object/elf/relocatable';
import type { SourceSpan } from '../source/frames';
import { constant, offsetOf } from '../unit/evaluation';
import { leb128Bytes } from '../unit/section-bytes';
import type { AssemblySymbol, Bound, ObjectSectionSource, Section } from '../unit/symbols-and-sections';
import type { Unit } from '../unit/unit';
import { endOfCode, hasContents } from './debug-info';
import type { LineEntry, LineInfo } from './line-info';

const lineBase = -5;
const lineRange = 14;
const opcodeBase = 13;
const opcodeLengths = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const Standard = {
  Copy: 1,
  AdvanceLine: 3,
  SetFile: 4,
  SetColumn: 5,
  NegateStatement: 6,
  BasicBlock: 7,
  FixedAdvance: 9,
  PrologueEnd: 10,
  EpilogueBegin: 11,
  SetIsa: 12,
} as const;
const Extended = { EndSequence: 1, SetAddress: 2, Discriminator: 4 } as const;
const Content = { Path: 1, Folder: 2, Checksum: 5 } as const;
const Form = { LineString: 0x1f, Udata: 0x0f, Data16: 0x1e } as const;
/** Beyond this an address is set anew: relaxation might bring a 16-bit distance over its limit. */
const farthestAdvance = 50_000;

/** Writes the .debug_line that a compiler's .file and .loc ask for. The other sections of the source have been laid out. */
export function writeLines(unit: Unit): void {
  const { lineInfo } = unit;
  if (lineInfo.entries.size === 0 && !hasContents(unit, '.debug_info')) return;
  if (hasContents(unit, '.debug_line')) return;
  new LineWriter(unit, lineInfo).write();
}

class LineWriter {
  readonly #section: Section;
  readonly #span: SourceSpan;

  constructor(
    readonly unit: Unit,
    readonly info: LineInfo,
  ) {
    const attributes = { type: SectionType.Progbits, flags: 0, entrySize: 0 };
    this.#section = unit.sections.subsection(unit.sections.output('.debug_line', attributes), 0);
    this.#span = { frame: unit.frames[0]!, line: 0, start: 0, end: 0 };
  }

  write(): void {
    const section = this.#section;
    const { info } = this;
    section.appendInteger(0, 4);
    section.appendInteger(info.version, 2);
    if (info.version >= 5) section.appendInteger(8, 2);
    section.appendInteger(0, 4);
    const prologue = section.length;
    for (const byte of [1, ...(info.version >= 4 ? [1] : []), 1, lineBase, lineRange, opcodeBase, ...opcodeLengths])
      section.appendInteger(byte, 1);
    if (info.version >= 5) this.#tables();
    else this.#oldTables();
    section.patch(prologue - 4, section.length - prologue);
    for (const [output, subsections] of info.entries) {
      const ordered = [...subsections].sort(([a], [b]) => a.subsection - b.subsection);
      this.#sequence(
        output,
        ordered.flatMap(([, entries]) => entries),
      );
    }
    section.patch(0, section.length - 4);
  }

  #oldTables(): void {
    const { files, folders } = this.info;
    for (const folder of folders.slice(1)) this.#text(folder ?? '');
    this.#section.appendInteger(0, 1);
    files.slice(1).forEach((file, i) => {
      if (!file) {
        this.unit.report('error', 'loc', `no .file has the number ${i + 1}`, this.#span);
        return;
      }
      this.#text(file.name);
      this.#uleb(file.folder);
      this.#uleb(0);
      this.#uleb(0);
    });
    this.#section.appendInteger(0, 1);
  }

  #text(text: string): void {
    this.#section.append(new TextEncoder().encode(text));
    this.#section.appendInteger(0, 1);
  }

  #tables(): void {
    const section = this.#section;
    const { files, folders } = this.info;
    section.append([1, Content.Path, Form.LineString]);
    this.#uleb(folders.length === 0 && files.length > 0 ? 1 : folders.length);
    // Without a folder of its own the compiler ran where the source is.
    if (folders.length > 0 || files.length > 0) this.#lineString(folders[0] ?? '');
    for (const folder of folders.slice(1)) this.#lineString(folder ?? '');
    const hasChecksums = files.some((file) => file?.checksum && file.checksum[0] !== 0);
    section.append([hasChecksums ? 3 : 2, Content.Path, Form.LineString, Content.Folder, Form.Udata]);
    if (hasChecksums) section.append([Content.Checksum, Form.Data16]);
    this.#uleb(files.length);
    const first = files[0] ?? files[1];
    let shared: AssemblySymbol | undefined;
    for (let i = 0; i < files.length; i++) {
      const file = i === 0 ? first : files[i];
      if (!file) {
        if (i > 0) this.unit.report('error', 'loc', `no .file has the number ${i}`, this.#span);
        continue;
      }
      const string = shared ?? this.#newLineString(file.name);
      this.#reference(string);
      shared = i === 0 && !files[0] && files.length > 1 ? string : undefined;
      this.#uleb(file.folder);
      if (hasChecksums) section.append(file.checksum ?? new Uint8Array(16));
    }
  }

  #lineString(text: string): void {
    this.#reference(this.#newLineString(text));
  }

  #newLineString(text: string): AssemblySymbol {
    const { unit } = this;
    const flags = SectionFlag.Merge | SectionFlag.Strings;
    const known = unit.sections.outputs.find(({ name }) => name === '.debug_line_str');
    const output =
      known ?? unit.sections.output('.debug_line_str', { type: SectionType.Progbits, flags, entrySize: 1 });
    const strings = unit.sections.subsection(output, 0);
    const symbol = unit.symbols.temporary(strings.here);
    symbol.order = unit.symbols.nextOrder();
    strings.append(new TextEncoder().encode(text));
    strings.appendInteger(0, 1);
    return symbol;
  }

  #reference(symbol: AssemblySymbol): void {
    this.#fixup({ ...constant(0), add: symbol }, 4);
  }

  #fixup(value: Bound, size: 2 | 4 | 8): void {
    const section = this.#section;
    const at = { offset: section.length, part: section.parts.length, span: this.#span, relax: false };
    section.fixups.push({ ...at, kind: { data: size }, value });
    section.appendInteger(0, size);
  }

  #uleb(value: number): void {
    this.#section.append(leb128Bytes(BigInt(value), false));
  }

  /** The rows of one section. */
  #sequence(output: ObjectSectionSource, entries: readonly LineEntry[]): void {
    const section = this.#section;
    let [file, line, column, isa, isStatement] = [1, 1, 0, 0, true];
    let last: AssemblySymbol | undefined;
    for (const entry of entries) {
      if (entry.file !== file) {
        file = entry.file;
        section.appendInteger(Standard.SetFile, 1);
        this.#uleb(file);
      }
      if (entry.column !== column) {
        column = entry.column;
        section.appendInteger(Standard.SetColumn, 1);
        this.#uleb(column);
      }
      if (entry.discriminator !== 0) {
        const bytes = leb128Bytes(BigInt(entry.discriminator), false);
        section.append([0, 1 + bytes.length, Extended.Discriminator, ...bytes]);
      }
      if (entry.isa !== isa) {
        isa = entry.isa;
        section.appendInteger(Standard.SetIsa, 1);
        this.#uleb(isa);
      }
      if (entry.isStatement !== isStatement) {
        isStatement = entry.isStatement;
        section.appendInteger(Standard.NegateStatement, 1);
      }
      if (entry.basicBlock) section.appendInteger(Standard.BasicBlock, 1);
      if (entry.prologueEnd) section.appendInteger(Standard.PrologueEnd, 1);
      if (entry.epilogueBegin) section.appendInteger(Standard.EpilogueBegin, 1);
      this.#row(entry, last, entry.line - line);
      line = entry.line;
      last = entry.label;
    }
    if (last) this.#endSequence(output, last);
  }

  #row(entry: LineEntry, last: AssemblySymbol | undefined, lines: number): void {
    const section = this.#section;
    const distance = last && offsetOf(entry.label.place!) - offsetOf(last.place!);
    if (!last || (entry.resetView && distance === 0)) {
      this.#setAddress(entry.label);
      this.#rowHere(lines);
      return;
    }
    this.#advanceLine(lines);
    this.#advance(entry.label, last, distance!);
    section.appendInteger(Standard.Copy, 1);
  }

  #rowHere(lines: number): void {
    const biased = lines - lineBase;
    if (lines === 0 || biased < 0 || biased >= lineRange) {
      if (lines !== 0) this.#advanceLine(lines);
      this.#section.appendInteger(Standard.Copy, 1);
    } else this.#section.appendInteger(biased + opcodeBase, 1);
  }

  #advanceLine(lines: number): void {
    this.#section.appendInteger(Standard.AdvanceLine, 1);
    this.#section.append(leb128Bytes(BigInt(lines), true));
  }

  #advance(label: AssemblySymbol, last: AssemblySymbol, distance: number): void {
    if (distance > farthestAdvance) {
      this.#setAddress(label);
      return;
    }
    this.#section.appendInteger(Standard.FixedAdvance, 1);
    this.#fixup({ ...constant(0), add: label, subtract: last }, 2);
  }

  #setAddress(label: AssemblySymbol): void {
    this.#section.append([0, 9, Extended.SetAddress]);
    this.#fixup({ ...constant(0), add: label }, 8);
  }

  #endSequence(output: ObjectSectionSource, last: AssemblySymbol): void {
    const { unit } = this;
    const place = endOfCode(output);
    const label = unit.symbols.temporary(place);
    label.order = unit.symbols.nextOrder();
    this.#advance(label, last, offsetOf(place) - offsetOf(last.place!));
    this.#section.append([0, 1, Extended.EndSequence]);
  }
}
