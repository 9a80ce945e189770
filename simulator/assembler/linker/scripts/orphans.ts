import { SectionFlag, SectionType } from '../../../object/relocatable';
import { type InputSection, OutputSection } from '../sections';
import type { LayoutNode } from './place';
import type { OutputDescription } from './syntax';

/** What sections are like, as far as orphans go by it. */
const Kind = { Contents: 1, Alloc: 2, Load: 4, ReadOnly: 8, Code: 16, Thread: 32 } as const;

const data = Kind.Contents | Kind.Alloc | Kind.Load;

/** Sections after which orphans of their kind go, when the script has them. */
const anchors = {
  code: { name: '.text', kind: data | Kind.ReadOnly | Kind.Code },
  constants: { name: '.rodata', kind: data | Kind.ReadOnly },
  thread: { name: '.tdata', kind: data | Kind.Thread },
  data: { name: '.data', kind: data },
  zeros: { name: '.bss', kind: Kind.Alloc },
  notes: { name: '.interp', kind: data | Kind.ReadOnly },
} as const;

interface Anchor {
  output: OutputSection | undefined;
  /** The last orphan that was put there. */
  last: LayoutNode | undefined;
}

function kindOf(flags: number, type: number): number {
  const alloc = (flags & SectionFlag.Alloc) !== 0;
  const contents = type !== SectionType.Nobits;
  return (
    (contents ? Kind.Contents : 0) |
    (alloc ? Kind.Alloc : 0) |
    (alloc && contents ? Kind.Load : 0) |
    (flags & SectionFlag.Write ? 0 : Kind.ReadOnly) |
    (flags & SectionFlag.Execute ? Kind.Code : 0) |
    (flags & SectionFlag.Tls ? Kind.Thread : 0)
  );
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
    const output = input.name === 'COMMON' ? this.#zeroed() : this.#sameName(input);
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
  #sameName({ name, source }: InputSection): OutputSection | undefined {
    let unused: OutputSection | undefined;
    const loaded = Kind.Load | Kind.Alloc;
    for (const output of this.#outputs()) {
      if (output.name !== name) continue;
      if (!output.exists) unused = output;
      else if (
        output.flags === 0 ||
        ((kindOf(output.flags, output.type) ^ kindOf(source.flags, source.type)) & loaded) === 0
      )
        return output;
    }
    return unused;
  }

  #insert(input: InputSection): void {
    if (this.#anchors.size === 0) this.#findAnchors();
    const kind = this.#kindOf(input);
    const anchor = this.#anchors.get(anchorOf(kind, input.source.type))!;
    anchor.output ??= this.#nearest(kind, input.source.type);
    const after = anchor.output;
    const output = new OutputSection(input.name, descriptionAfter(after?.description));
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
    const kind = kindOf(input.source.flags, input.source.type);
    return same.some(({ source }) => source.flags & SectionFlag.Write) ? kind & ~Kind.ReadOnly : kind;
  }

  #kindOfOutput(output: OutputSection): number {
    if (!output.exists) return this.#expected.get(output) ?? 0;
    const kind = kindOf(output.flags, output.type);
    return output.readOnly ? kind : kind & ~Kind.ReadOnly;
  }

  /** The section that is most like one of this kind; the last of several. */
  #nearest(kind: number, type: number | undefined): OutputSection | undefined {
    const outputs = this.#outputs().filter((output) => {
      const sameType = output.type === type || (output.flags === 0 && !output.exists);
      return type === undefined || !output.exists || sameType;
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

function anchorOf(kind: number, type: number): keyof typeof anchors {
  if ((kind & Kind.Load) !== 0 && type === SectionType.Note) return 'notes';
  if ((kind & (Kind.Load | Kind.Contents | Kind.Thread)) === 0) return 'zeros';
  if (kind & Kind.Thread) return 'thread';
  if ((kind & Kind.ReadOnly) === 0) return 'data';
  return kind & Kind.Code ? 'code' : 'constants';
}

/** An orphan goes to the memory of the section before it. */
function descriptionAfter(after: OutputDescription | undefined): OutputDescription | undefined {
  if (!after || (after.region === undefined && after.loadRegion === undefined && after.headers.length === 0))
    return undefined;
  const { place, region, loadRegion, headers } = after;
  return {
    kind: 'output',
    place,
    name: '',
    address: undefined,
    type: 'normal',
    loadAddress: undefined,
    alignment: undefined,
    alignWithInput: false,
    inputAlignment: undefined,
    constraint: undefined,
    statements: [],
    region,
    loadRegion,
    headers,
    fill: undefined,
  };
}
