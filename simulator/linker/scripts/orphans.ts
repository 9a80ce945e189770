import { SectionFlag, SectionType } from '../../object/elf/relocatable';
import { Kind, kindOf } from '../sections/kind';
import { type InputSection, OutputSection } from '../sections/sections';
import type { LayoutNode } from './placed-script';
import { emptyOutput, nowhere, type OutputDescription } from './syntax';

const data = Kind.Contents | Kind.Alloc | Kind.Load;
/** What counts where sections are compared. */
const compared = data | Kind.ReadOnly | Kind.Code | Kind.Thread;

/** Sections after which orphans of their kind go, when the script has them. */
const anchors = {
  code: { name: '.text', kind: data | Kind.ReadOnly | Kind.Code },
  constants: { name: '.rodata', kind: data | Kind.ReadOnly },
  thread: { name: '.tdata', kind: data | Kind.Thread },
  data: { name: '.data', kind: data },
  zeros: { name: '.bss', kind: Kind.Alloc },
  notes: { name: '.interp', kind: data | Kind.ReadOnly },
  aside: { name: '.comment', kind: Kind.Contents },
} as const;

interface Anchor {
  output: OutputSection | undefined;
  /** The last orphan that was put there: in the layout, and in the file. */
  last: LayoutNode | undefined;
  lastInFile: OutputSection | undefined;
}

/** Puts sections that a script does not mention where ld puts them: among those that are most like them (ldelf_place_orphan). */
export class OrphanPlacer {
  readonly #anchors = new Map<keyof typeof anchors, Anchor>();
  /** What sections of the script are meant for that nothing went into. */
  readonly #expected = new Map<OutputSection, number>();
  /** The first note that is loaded, as it was when the last one was placed. */
  #firstNote: OutputSection | undefined;

  /**
   * @param orphans all of them, in order
   * @param inFile the sections that are there, in the order of the file
   */
  constructor(
    readonly nodes: LayoutNode[],
    readonly orphans: readonly InputSection[],
    readonly inFile: OutputSection[],
  ) {}

  place(input: InputSection): void {
    const output = input.name === 'COMMON' ? this.#zeroed() : this.#sameName(outputName(input), input);
    if (output) output.add(input);
    else this.#insert(input);
  }

  #make(name: string, description: OutputDescription | undefined): OutputSection {
    return new OutputSection(name, description, (begun) => this.inFile.push(begun));
  }

  /** Common storage that no description takes goes to .bss, which is made at the end when the script has none. */
  #zeroed(): OutputSection {
    let output = this.#outputs().find(({ name, excluded }) => name === '.bss' && !excluded);
    if (!output) {
      output = this.#make('.bss', undefined);
      this.nodes.push({ kind: 'output', output });
    }
    return output;
  }

  #outputs(): OutputSection[] {
    return this.nodes.flatMap((node) => (node.kind === 'output' ? [node.output] : []));
  }

  /** An output section of its name that it fits into, or one that nothing went into so far. */
  #sameName(name: string, { source }: InputSection): OutputSection | undefined {
    let unused: OutputSection | undefined;
    const loaded = Kind.Load | Kind.Alloc;
    for (const output of this.#outputs()) {
      if (output.name !== name || output.excluded) continue;
      if (!output.exists) unused = output;
      else if (output.kind === 0) return output;
      else if (((output.kind ^ kindOf(source)) & loaded) === 0 && output.placingType === source.type) return output;
    }
    return unused;
  }

  #insert(input: InputSection): void {
    if (this.#anchors.size === 0) this.#findAnchors();
    const kind = this.#kindOf(input);
    const key = anchorOf(kind, input.source.type);
    if (key === undefined) {
      // Debugging information goes to the end, as it comes.
      const output = this.#make(input.name, atZero);
      output.add(input);
      this.nodes.push({ kind: 'output', output });
      return;
    }
    const anchor = this.#anchors.get(key)!;
    const outputs = this.#outputs();
    anchor.output ??= outputs.find(({ name, excluded }) => name === anchors[key].name && !excluded);
    anchor.output ??= this.#exact(outputs, kind, input.source.type);
    let after = anchor.output ?? this.#nearest(outputs, kind, input.source.type);
    const isPlaced = (kind & (Kind.Alloc | Kind.Load)) !== 0;
    const output = this.#make(outputName(input), isPlaced ? descriptionAfter(after?.description) : atZero);
    output.add(input);

    const before = anchor.lastInFile ?? this.#lastThere(outputs, after);
    const note = this.#noteBefore(output, before);
    if (note) after = this.#moveBehindNote(outputs, output, after, note);
    else this.#moveInFile(output, before ? this.inFile.indexOf(before) + 1 : 0);
    anchor.lastInFile = output;

    const node: LayoutNode = { kind: 'output', output };
    const isFirst = anchor.last === undefined || note !== undefined;
    const at = isFirst ? this.#placeAfter(after) : this.nodes.indexOf(anchor.last!) + 1;
    this.nodes.splice(at, 0, node);
    anchor.last = node;
  }

  /** A section, or the last one before it that is there. */
  #lastThere(outputs: readonly OutputSection[], from: OutputSection | undefined): OutputSection | undefined {
    if (!from) return undefined;
    return outputs
      .slice(0, outputs.indexOf(from) + 1)
      .reverse()
      .find(({ exists }) => exists);
  }

  #moveInFile(output: OutputSection, to: number): void {
    const { inFile } = this;
    const from = inFile.indexOf(output);
    inFile.splice(from, 1);
    inFile.splice(from < to ? to - 1 : to, 0, output);
  }

  /**
   * Notes that are loaded stand together, those of larger alignment first: the section in the file that a new one
   * follows, or goes before, on their account.
   */
  #noteBefore(
    output: OutputSection,
    before: OutputSection | undefined,
  ): { readonly other: OutputSection; readonly follows: boolean } | undefined {
    const inFile = this.inFile.filter((other) => other !== output);
    const at = before ? inFile.indexOf(before) + 1 : 0;
    const next = inFile[at];
    if (!next || !(isLoadedNote(output) || isLoadedNote(next))) return undefined;
    if (isLoadedNote(output)) {
      const start = inFile.findIndex(isLoadedNote);
      this.#firstNote = inFile[start];
      if (!this.#firstNote) return undefined;
      const end = inFile.findIndex((other, index) => index > start && !isLoadedNote(other));
      const notes = inFile.slice(start, end < 0 ? undefined : end);
      const other = notes.reverse().find(({ alignment }) => alignment >= output.alignment);
      return other ? { other, follows: true } : { other: this.#firstNote, follows: false };
    }
    if (!this.#firstNote) return undefined;
    const last = inFile
      .slice(at + 1)
      .reverse()
      .find(isLoadedNote);
    return { other: last ?? next, follows: true };
  }

  /** @returns the section that the new one follows in the layout */
  #moveBehindNote(
    outputs: readonly OutputSection[],
    output: OutputSection,
    after: OutputSection | undefined,
    { other, follows }: { readonly other: OutputSection; readonly follows: boolean },
  ): OutputSection | undefined {
    this.#moveInFile(output, this.inFile.indexOf(other) + (follows ? 1 : 0));
    const at = outputs.indexOf(other);
    if (at < 0) return after;
    return follows ? other : outputs[at - 1];
  }

  #findAnchors(): void {
    const outputs = this.#outputs();
    for (const [key, { name, kind }] of Object.entries(anchors) as [keyof typeof anchors, (typeof anchors)['code']][]) {
      const output = outputs.find((candidate) => candidate.name === name && !candidate.excluded);
      this.#anchors.set(key, { output, last: undefined, lastInFile: undefined });
      if (output) this.#expected.set(output, kind);
    }
  }

  /** Sections of one name and type share their place: writable when one of them is. */
  #kindOf(input: InputSection): number {
    const kind = kindOf(input.source);
    const from = this.orphans.indexOf(input);
    const same = this.orphans.slice(from).filter((other) => {
      if (other.name !== input.name || other.output || other.source.type !== input.source.type) return false;
      return ((kindOf(other.source) ^ kind) & (Kind.Load | Kind.Alloc)) === 0;
    });
    return same.some(({ source }) => source.flags & SectionFlag.Write) ? kind & ~Kind.ReadOnly : kind;
  }

  #kindOfOutput(output: OutputSection): number {
    return output.exists ? output.kind : (this.#expected.get(output) ?? 0);
  }

  /** The last section of a kind that differs in nothing but what is ignored. */
  #alike(outputs: readonly OutputSection[], kind: number, type: number | undefined, ignored: number) {
    return outputs
      .filter((output) => {
        const isOfType = type === undefined || !output.exists || output.placingType === type;
        return isOfType && ((this.#kindOfOutput(output) ^ kind) & compared & ~ignored) === 0;
      })
      .at(-1);
  }

  /** The section that others of this kind go after from here on; one of another type does where none of the type is near. */
  #exact(outputs: readonly OutputSection[], kind: number, type: number): OutputSection | undefined {
    return (kind & Kind.Alloc) === 0 ? undefined : this.#alike(outputs, kind, type, 0);
  }

  /** The section that is most like one of this kind; the last of several (lang_output_section_find_by_flags). */
  #nearest(outputs: readonly OutputSection[], kind: number, type: number | undefined): OutputSection | undefined {
    if ((kind & Kind.Alloc) === 0) {
      // Read-only data like this, be it for debugging or not, comes before what is merely no debugging information.
      const like = this.#outputs().filter((output) => {
        const isMatch = ((this.#kindOfOutput(output) ^ kind) & ~(Kind.Debugging | Kind.Merge | Kind.Strings)) === 0;
        return isMatch && (!output.exists || output.type === type);
      });
      if (like.length > 0) return like.at(-1);
      const isSame = (output: OutputSection): boolean => ((this.#kindOfOutput(output) ^ kind) & Kind.Debugging) === 0;
      return outputs.filter(isSame).at(-1);
    }
    const find = (ignored: number): OutputSection | undefined => this.#alike(outputs, kind, type, ignored);
    const exact = find(0);
    if (exact) return exact;
    const found =
      kind & Kind.Code
        ? find(Kind.ReadOnly)
        : kind & Kind.ReadOnly
          ? find(Kind.Code | Kind.Thread)
          : kind & Kind.Thread
            ? this.#nearestOfThreads(outputs, kind)
            : kind & Kind.Contents
              ? find(Kind.ReadOnly | Kind.Code)
              : find(~Kind.Alloc);
    return found ?? (type === undefined ? undefined : this.#nearest(outputs, kind, undefined));
  }

  /** .tdata may go after .data, .tbss after .tdata. */
  #nearestOfThreads(outputs: readonly OutputSection[], kind: number): OutputSection | undefined {
    let found: OutputSection | undefined;
    let seen = false;
    for (const output of outputs) {
      const look = this.#kindOfOutput(output);
      const differ = look ^ (kind | Kind.Load | Kind.Contents);
      if ((differ & (Kind.Thread | Kind.Alloc)) === 0) {
        if ((look & Kind.Load) === 0 && (kind & Kind.Load) !== 0) break;
        found = output;
        seen = true;
      } else if (seen) break;
      else if ((differ & data) === 0) found = output;
    }
    return found;
  }

  /** After a section and the symbols that are assigned behind it, but before the location moves to what comes next. */
  #placeAfter(after: OutputSection | undefined): number {
    let ignoreFirst = after === undefined;
    let moved: number | undefined;
    let at = after ? this.nodes.findIndex((node) => node.kind === 'output' && node.output === after) + 1 : 0;
    for (; at < this.nodes.length; at++) {
      const node = this.nodes[at]!;
      if (node.kind === 'output') {
        const { output } = node;
        if (moved !== undefined && (!output.exists || output.inputs.length === 0 || output.allocated)) return moved;
        return at;
      }
      const { statement } = node;
      if (moved !== undefined || statement.kind !== 'assignment' || statement.name !== '.') continue;
      if (!ignoreFirst) moved = at;
      ignoreFirst = false;
    }
    return at;
  }
}

/** Relocations for a loader are one table, whatever sections they are of. */
function outputName({ name, source }: InputSection): string {
  return source.type === SectionType.Rela && source.flags & SectionFlag.Alloc ? '.rela.dyn' : name;
}

function isLoadedNote({ placingType, kind }: OutputSection): boolean {
  return placingType === SectionType.Note && (kind & Kind.Load) !== 0;
}

function anchorOf(kind: number, type: number): keyof typeof anchors | undefined {
  if ((kind & Kind.Alloc) === 0) return kind & Kind.Debugging ? undefined : 'aside';
  if ((kind & Kind.Load) !== 0 && type === SectionType.Note) return 'notes';
  if ((kind & (Kind.Load | Kind.Contents | Kind.Thread)) === 0) return 'zeros';
  if (kind & Kind.Thread) return 'thread';
  if ((kind & Kind.ReadOnly) === 0) return 'data';
  return kind & Kind.Code ? 'code' : 'constants';
}

/** What is not in memory is at 0. */
const atZero: OutputDescription = { ...emptyOutput, address: { kind: 'number', value: 0n, place: nowhere } };

/** An orphan goes to the memory of the section before it. */
function descriptionAfter(after: OutputDescription | undefined): OutputDescription | undefined {
  if (!after || (after.region === undefined && after.loadRegion === undefined && after.headers.length === 0))
    return undefined;
  const { place, region, loadRegion, headers } = after;
  return { ...emptyOutput, place, region, loadRegion, headers };
}
