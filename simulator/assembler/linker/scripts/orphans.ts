import { SectionFlag, SectionType } from '../../../object/relocatable';
import { Kind, kindOf } from '../kind';
import { type InputSection, OutputSection } from '../sections';
import type { LayoutNode } from './place';
import { emptyOutput, nowhere, type OutputDescription } from './syntax';

const data = Kind.Contents | Kind.Alloc | Kind.Load;

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
  /** The last orphan that was put there. */
  last: LayoutNode | undefined;
}

/** Puts sections that a script does not mention where ld puts them: among those that are most like them. */
export class OrphanPlacer {
  readonly #anchors = new Map<keyof typeof anchors, Anchor>();
  /** What sections of the script are meant for that nothing went into. */
  readonly #expected = new Map<OutputSection, number>();

  /** @param orphans all of them, in order */
  constructor(
    readonly nodes: LayoutNode[],
    readonly orphans: readonly InputSection[],
  ) {}

  place(input: InputSection): void {
    const output = input.name === 'COMMON' ? this.#zeroed() : this.#sameName(outputName(input), input);
    if (output) output.add(input);
    else this.#insert(input);
  }

  /** Common storage that no description takes goes to .bss, which is made at the end when the script has none. */
  #zeroed(): OutputSection {
    let output = this.#outputs().find(({ name }) => name === '.bss');
    if (!output) {
      output = new OutputSection('.bss', undefined);
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
      if (output.name !== name) continue;
      if (!output.exists) unused = output;
      else if (output.kind === 0 || ((output.kind ^ kindOf(source)) & loaded) === 0) return output;
    }
    return unused;
  }

  #insert(input: InputSection): void {
    if (this.#anchors.size === 0) this.#findAnchors();
    const kind = this.#kindOf(input);
    const isPlaced = (kind & (Kind.Alloc | Kind.Load)) !== 0;
    const key = anchorOf(kind, input.source.type);
    if (key === undefined) {
      // Debugging information goes to the end, as it comes.
      const output = new OutputSection(input.name, atZero);
      output.add(input);
      this.nodes.push({ kind: 'output', output });
      return;
    }
    const anchor = this.#anchors.get(key)!;
    anchor.output ??= this.#nearest(kind, input.source.type);
    const after = anchor.output;
    const output = new OutputSection(outputName(input), isPlaced ? descriptionAfter(after?.description) : atZero);
    output.add(input);
    const node: LayoutNode = { kind: 'output', output };
    const at = anchor.last ? this.nodes.indexOf(anchor.last) + 1 : this.#placeAfter(after);
    this.nodes.splice(at, 0, node);
    anchor.last = node;
  }

  #findAnchors(): void {
    const outputs = this.#outputs();
    for (const [key, { name, kind }] of Object.entries(anchors) as [keyof typeof anchors, (typeof anchors)['code']][]) {
      const output = outputs.find((candidate) => candidate.name === name);
      this.#anchors.set(key, { output, last: undefined });
      if (output) this.#expected.set(output, kind);
    }
  }

  /** Sections of one name share their place: writable when one of them is. */
  #kindOf(input: InputSection): number {
    const same = this.orphans.filter(({ name, output }) => name === input.name && !output);
    const kind = kindOf(input.source);
    return same.some(({ source }) => source.flags & SectionFlag.Write) ? kind & ~Kind.ReadOnly : kind;
  }

  #kindOfOutput(output: OutputSection): number {
    return output.exists ? output.kind : (this.#expected.get(output) ?? 0);
  }

  /** The section that is most like one of this kind; the last of several. */
  #nearest(kind: number, type: number | undefined): OutputSection | undefined {
    if ((kind & Kind.Alloc) === 0) {
      // Read-only data like this, be it for debugging or not, comes before what is merely no debugging information.
      const like = this.#outputs().filter((output) => {
        const isMatch = ((this.#kindOfOutput(output) ^ kind) & ~(Kind.Debugging | Kind.Merge | Kind.Strings)) === 0;
        return isMatch && (!output.exists || output.type === type);
      });
      if (like.length > 0) return like.at(-1);
      const isSame = (output: OutputSection): boolean => ((this.#kindOfOutput(output) ^ kind) & Kind.Debugging) === 0;
      return this.#outputs().filter(isSame).at(-1);
    }
    const outputs = this.#outputs().filter((output) => {
      return type === undefined || !output.exists || output.type === type;
    });
    const find = (ignored: number): OutputSection | undefined =>
      outputs.filter((output) => ((this.#kindOfOutput(output) ^ kind) & ~ignored) === 0).at(-1);
    const exact = find(0);
    if (exact) return exact;
    const found =
      kind & Kind.Code
        ? find(Kind.ReadOnly)
        : kind & Kind.ReadOnly
          ? find(Kind.Code | Kind.Thread)
          : kind & Kind.Thread
            ? this.#nearestOfThreads(kind)
            : kind & Kind.Contents
              ? find(Kind.ReadOnly | Kind.Code | Kind.Thread)
              : find(~Kind.Alloc);
    return found ?? (type === undefined ? undefined : this.#nearest(kind, undefined));
  }

  /** .tdata may go after .data, .tbss after .tdata. */
  #nearestOfThreads(kind: number): OutputSection | undefined {
    let found: OutputSection | undefined;
    let seen = false;
    for (const output of this.#outputs()) {
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
