import type { AssemblySymbol, ObjectSectionSource, Section } from '../unit/symbols-and-sections';

/** A source file of a compiler: `.file number "folder" "name" md5 sum`. */
export interface CompilerFile {
  readonly name: string;
  /** In the table of folders. */
  folder: number;
  readonly checksum: Uint8Array | undefined;
  /** As it was named where rows are made for the source itself. */
  readonly path?: string;
}

/** What `.loc` says of the instructions after it. */
export interface LineState {
  file: number;
  line: number;
  column: number;
  isa: number;
  discriminator: number;
  isStatement: boolean;
  basicBlock: boolean;
  prologueEnd: boolean;
  epilogueBegin: boolean;
  /** Whether views are counted from here again: `view -0`. */
  resetView: boolean;
}

/** A row of the line table. */
export interface LineEntry extends Readonly<LineState> {
  readonly label: AssemblySymbol;
}

/** What `.file` and `.loc` say: the line table that a compiler asks for. */
export class LineInfo {
  readonly files: (CompilerFile | undefined)[] = [];
  readonly folders: (string | undefined)[] = [];
  /** Where the compiler, or the assembler, ran; '' when nothing says. */
  compilationFolder = '';
  /** The DWARF version: 5 when there is a file 0. */
  version = 3;
  /** Rows, by section in order of first appearance, and by subsection. */
  readonly entries = new Map<ObjectSectionSource, Map<Section, LineEntry[]>>();
  readonly current: LineState = {
    file: 1,
    line: 1,
    column: 0,
    isa: 0,
    discriminator: 0,
    isStatement: true,
    basicBlock: false,
    prologueEnd: false,
    epilogueBegin: false,
    resetView: false,
  };
  /** Whether labels get rows too. */
  marksLabels = false;
  /** Whether the next instruction gets a row. */
  pending = false;
  /** Whether every line of the source gets its rows: there is no compiler that says more. */
  generated = false;

  /** Makes rows for the lines of the source itself, until it says by `.file` that a compiler did. */
  generate(folder: string): void {
    this.generated = true;
    this.version = 5;
    this.folders[0] = folder;
    this.compilationFolder = folder;
  }

  /** What the source has from its compiler counts. */
  stopGenerating(): void {
    if (!this.generated) return;
    this.generated = false;
    this.version = 3;
    this.entries.clear();
    this.files.length = 0;
    this.folders.length = 0;
  }

  /** Says that the next instruction comes from a line of the source; it gets a row when that is not the last one's. */
  atLine(path: string, line: number): void {
    const { current } = this;
    const index = this.files.findIndex((known, i) => i > 0 && known?.path === path);
    const file = index > 0 ? index : Math.max(1, this.files.length);
    if (index < 0) {
      this.add(file, undefined, path, undefined);
      this.files[file] = { ...this.files[file]!, path };
    }
    if (file === current.file && line === current.line && this.entries.size > 0) return;
    current.file = file;
    current.line = line;
    this.pending = true;
  }

  /** Gives a file its number; false when another one has it. */
  add(number: number, folder: string | undefined, path: string, checksum: Uint8Array | undefined): boolean {
    const known = this.files[number];
    // The root is no folder of the table.
    const slash = path.lastIndexOf('/') > 0 ? path.lastIndexOf('/') + 1 : 0;
    const [before, base] = [path.slice(0, slash), path.slice(slash)];
    if (known) {
      const same = folder === undefined ? known.name === path || known.name === base : known.name === path;
      return same;
    }
    let name = base;
    let place = before;
    if (number === 0) {
      if (folder !== undefined && before === '') place = folder;
    } else if (folder !== undefined) {
      name = path;
      place = folder;
    }
    this.files[number] = { name, folder: this.#folder(place, number === 0, folder), checksum };
    return true;
  }

  #folder(path: string, isFirst: boolean, first: string | undefined): number {
    const name = path.replace(/\/$/, '');
    if (name === '') return 0;
    const known = this.folders.indexOf(name);
    if (known >= 0) return known;
    let index = this.folders.length;
    if (isFirst && this.folders[0] === undefined) {
      // Folder 0 is where the compiler ran.
      index = 0;
      if (this.version >= 5 && first !== undefined && first !== name) {
        this.#folder(first, true, first);
        index = 1;
      }
    } else if (!isFirst && index === 0) index = 1;
    this.folders[index] = name;
    return index;
  }

  /** Makes a row of what the last `.loc` said, where there is code at all: not in `.struct`. */
  mark(section: Section, label: AssemblySymbol): void {
    const { current, entries } = this;
    if (section.absolute) return;
    let subsections = entries.get(section.output);
    if (!subsections) {
      subsections = new Map();
      entries.set(section.output, subsections);
    }
    const rows = subsections.get(section);
    const entry = { ...current, label };
    if (rows) rows.push(entry);
    else subsections.set(section, [entry]);
    this.pending = false;
    current.discriminator = 0;
    current.basicBlock = false;
    current.prologueEnd = false;
    current.epilogueBegin = false;
    current.resetView = false;
  }
}
