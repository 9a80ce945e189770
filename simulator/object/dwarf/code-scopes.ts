import { Attribute, listForms, Tag } from './constants';
import type { Entry, EntryReader } from './entries';
import type { AddressRange } from './ranges';

/** A function of a compiled language, a function inlined into one, or a block with names of its own. */
export interface CodeBlock {
  readonly kind: 'function' | 'inlined' | 'block';
  /** '' where it has none. */
  readonly name: string;
  /** Not empty. */
  readonly ranges: readonly AddressRange[];
  /** From the lowest address to the end of the highest range: what gdb takes for the block. */
  readonly extent: AddressRange;
  /** Where execution enters it. */
  readonly entry: bigint;
  readonly parent: CodeBlock | undefined;
  /** 0-based; of a function. */
  readonly declaredLine: number | undefined;
  /** Of an inlined function: the place in the function around it that calls it. Lines are 0-based. */
  readonly call: { readonly file: string; readonly line: number } | undefined;
}

export interface UnitScopes {
  /** By start, larger ones first: an inner block comes after those around it. */
  readonly blocks: readonly CodeBlock[];
  /** Whether some variable is described as moving between places: then compilers say where it is in prologues too. */
  readonly hasMovingVariables: boolean;
}

/** A unit, whose scopes are read when they are asked for. */
export interface ScopedUnit {
  readonly ranges: readonly AddressRange[];
  readonly scopes: UnitScopes;
}

/** The functions and blocks of a program, by the debug information of its compilers. A unit is read when an address in it is asked for. */
export class CodeScopes {
  #units: readonly ScopedUnit[] | undefined;

  constructor(private readonly units: () => readonly ScopedUnit[]) {}

  /** The innermost block at an address. */
  blockAt(address: bigint): CodeBlock | undefined {
    return this.#find(address)?.block;
  }

  /** The function at an address, and what is inlined into it there: outermost first. */
  functionsAt(address: bigint): CodeBlock[] {
    const chain: CodeBlock[] = [];
    for (let block = this.blockAt(address); block; block = block.parent) {
      if (block.kind !== 'block') chain.unshift(block);
      if (block.kind === 'function') break;
    }
    return chain;
  }

  hasMovingVariables(address: bigint): boolean {
    return this.#find(address)?.scopes.hasMovingVariables ?? false;
  }

  /** Units of assembly may claim more than they have (their size before the linker made it shorter): the first with a block there counts. */
  #find(address: bigint): { readonly block: CodeBlock; readonly scopes: UnitScopes } | undefined {
    this.#units ??= this.units();
    for (const unit of this.#units) {
      if (!isIn(unit.ranges, address)) continue;
      const { scopes } = unit;
      for (let i = lastStart(scopes.blocks, address); i >= 0; i--) {
        const block = scopes.blocks[i];
        if (block && isIn(block.ranges, address)) return { block, scopes };
      }
    }
    return undefined;
  }
}

function isIn(ranges: readonly AddressRange[], address: bigint): boolean {
  return ranges.some(({ start, end }) => address >= start && address < end);
}

/** The index of the last block that begins at or below an address. */
function lastStart(blocks: readonly CodeBlock[], address: bigint): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.extent.start ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A block that is being read; it counts only if it has code, and names where that is what makes it a block. */
interface OpenBlock {
  readonly block: CodeBlock | undefined;
  readonly tag: number;
  hasNames: boolean;
}

function innermost(open: readonly OpenBlock[]): CodeBlock | undefined {
  for (let i = open.length - 1; i >= 0; i--) if (open[i]?.block) return open[i]?.block;
  return undefined;
}

/** Entries that put a name into the block around them. */
const namingTags: ReadonlySet<number> = new Set([
  Tag.Variable,
  Tag.Label,
  Tag.Typedef,
  Tag.StructureType,
  Tag.UnionType,
  Tag.EnumerationType,
]);

/** The scopes of a unit. Throws FormatError. @param files of its line program, by number */
export function readScopes(entries: EntryReader, files: readonly string[]): UnitScopes {
  return new ScopeReader(entries, files).read();
}

class ScopeReader {
  constructor(
    private readonly entries: EntryReader,
    private readonly files: readonly string[],
  ) {}

  read(): UnitScopes {
    const { entries } = this;
    const { source } = entries;
    source.position = entries.start;
    const blocks: CodeBlock[] = [];
    const unnamed = new Set<CodeBlock>();
    const names = new Map<number, { name: string; line: number | undefined; origin: number | undefined }>();
    const origins = new Map<CodeBlock, number>();
    let hasMovingVariables = false;
    const open: OpenBlock[] = [];
    while (!source.atEnd) {
      const at = source.position;
      const entry = entries.next();
      if (!entry) {
        const closed = open.pop();
        if (closed?.tag === Tag.LexicalBlock && closed.block && !closed.hasNames) unnamed.add(closed.block);
        continue;
      }
      const { tag } = entry;
      const around = open.at(-1);
      if (around && namingTags.has(tag)) around.hasNames = true;
      if (tag === Tag.Variable || tag === Tag.FormalParameter)
        hasMovingVariables ||= listForms.has(entry.values.get(Attribute.Location)?.form ?? 0);
      let block: CodeBlock | undefined;
      if (tag === Tag.Subprogram || tag === Tag.InlinedSubroutine || tag === Tag.LexicalBlock) {
        const origin = entries.value(entry, Attribute.AbstractOrigin) ?? entries.value(entry, Attribute.Specification);
        const name = entries.value(entry, Attribute.Name);
        const line = entries.value(entry, Attribute.DeclaredLine);
        names.set(at, {
          name: typeof name === 'string' ? name : '',
          line: typeof line === 'number' ? line - 1 : undefined,
          origin: typeof origin === 'number' ? origin : undefined,
        });
        block = this.block(entry, innermost(open));
        if (block) {
          blocks.push(block);
          origins.set(block, at);
        }
      }
      if (entry.hasChildren) open.push({ block, tag, hasNames: false });
      else if (block && tag === Tag.LexicalBlock) unnamed.add(block);
    }
    const named = (at: number | undefined, depth = 0): { name: string; line: number | undefined } => {
      const found = at === undefined ? undefined : names.get(at);
      if (!found || depth > 8) return { name: '', line: undefined };
      const beyond = named(found.origin, depth + 1);
      return { name: found.name || beyond.name, line: found.line ?? beyond.line };
    };
    return { blocks: finished(blocks, unnamed, (block) => named(origins.get(block))), hasMovingVariables };
  }

  private block(entry: Entry, parent: CodeBlock | undefined): CodeBlock | undefined {
    const { entries } = this;
    const ranges = entries.ranges(entry);
    const [first] = ranges;
    if (!first) return undefined;
    const [file, line] = [entries.value(entry, Attribute.CallFile), entries.value(entry, Attribute.CallLine)];
    const isInlined = entry.tag === Tag.InlinedSubroutine;
    return {
      kind: isInlined ? 'inlined' : entry.tag === Tag.Subprogram ? 'function' : 'block',
      name: '',
      ranges,
      extent: {
        start: ranges.reduce((low, { start }) => (start < low ? start : low), first.start),
        end: ranges.reduce((high, { end }) => (end > high ? end : high), first.end),
      },
      entry: first.start,
      parent: entry.tag === Tag.Subprogram ? undefined : parent,
      declaredLine: undefined,
      call:
        isInlined && typeof file === 'number' && typeof line === 'number'
          ? { file: this.files[file] ?? '', line: line - 1 }
          : undefined,
    };
  }
}

/** The blocks in order, with their names; blocks without names of their own are left out, and what is in them is in the block around. */
function finished(
  blocks: readonly CodeBlock[],
  unnamed: ReadonlySet<CodeBlock>,
  nameOf: (block: CodeBlock) => { name: string; line: number | undefined },
): CodeBlock[] {
  const kept = new Map<CodeBlock, CodeBlock>();
  // Parents come before their children.
  for (const block of blocks) {
    if (unnamed.has(block)) continue;
    let { parent } = block;
    while (parent && unnamed.has(parent)) parent = parent.parent;
    const { name, line } = nameOf(block);
    kept.set(block, { ...block, name, declaredLine: line, parent: parent && kept.get(parent) });
  }
  return [...kept.values()].sort((a, b) =>
    a.extent.start !== b.extent.start
      ? a.extent.start < b.extent.start
        ? -1
        : 1
      : a.extent.end === b.extent.end
        ? 0
        : a.extent.end > b.extent.end
          ? -1
          : 1,
  );
}
