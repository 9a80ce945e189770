/**
 * WebAssembly has no goto: the control flow of a region becomes loops inside sequences. A strongly connected component is a loop; a
 * loop's body is structured again without the edges that go back to where the loop is entered, and so on until nothing is cyclic.
 */
import { predecessors, type Region, successors } from './region';

export interface LoopNode {
  readonly kind: 'loop';
  /** Offsets of the blocks at which the loop is entered, and to which its back edges go. */
  readonly entries: ReadonlySet<number>;
  readonly body: Sequence;
}

export interface BlockNode {
  readonly kind: 'block';
  readonly offset: number;
}

export type Node = LoopNode | BlockNode;

/** Nodes in an order in which edges between them only go forward. */
export type Sequence = readonly Node[];

export interface Structure {
  readonly sequence: Sequence;
  /** Blocks that loops with several entries are entered at: how one is entered has to be told by number. */
  readonly numbered: ReadonlySet<number>;
  /**
   * By block that is an entry of the region or of a loop: the most instructions that can retire from there before the next back edge.
   */
  readonly longest: ReadonlyMap<number, number>;
}

class Structuring {
  readonly numbered = new Set<number>();
  /** By back edge 'from:to'. */
  readonly backEdges = new Set<string>();
  private readonly predecessors: ReadonlyMap<number, ReadonlySet<number>>;

  constructor(private readonly region: Region) {
    this.predecessors = predecessors(region);
  }

  /**
   * @param members the blocks to put in order
   * @param cut blocks to which edges between members do not count: entries of the loops around
   * @param roots blocks at which the members are entered
   */
  sequence(members: ReadonlySet<number>, cut: ReadonlySet<number>, roots: ReadonlySet<number>): Sequence {
    const edges = (offset: number): readonly number[] =>
      this.successorsOf(offset).filter((to) => members.has(to) && !cut.has(to));
    return stronglyConnected(roots, members, edges).map((component) => {
      const [first = 0] = component;
      const isLoop = component.size > 1 || edges(first).includes(first);
      return isLoop ? this.loop(component, cut, roots) : { kind: 'block', offset: first };
    });
  }

  private loop(component: ReadonlySet<number>, cut: ReadonlySet<number>, roots: ReadonlySet<number>): LoopNode {
    const entries = new Set<number>();
    for (const offset of component) {
      const isEnteredFromOutside = [...(this.predecessors.get(offset) ?? [])].some((from) => !component.has(from));
      if (roots.has(offset) || isEnteredFromOutside) entries.add(offset);
    }
    // A region has no code that nothing reaches; a cycle without an entry would be that.
    for (const offset of component) if (entries.size === 0) entries.add(offset);
    if (entries.size > 1) for (const entry of entries) this.numbered.add(entry);
    for (const offset of component) {
      for (const to of this.successorsOf(offset)) if (entries.has(to)) this.backEdges.add(`${offset}:${to}`);
    }
    return { kind: 'loop', entries, body: this.sequence(component, new Set([...cut, ...entries]), entries) };
  }

  private successorsOf(offset: number): readonly number[] {
    const block = this.region.blocks.get(offset);
    return block ? successors(block).filter((to) => this.region.blocks.has(to)) : [];
  }
}

/** Tarjan's algorithm: the components in topological order, from the roots, then from what they do not reach. */
function stronglyConnected(
  roots: ReadonlySet<number>,
  members: ReadonlySet<number>,
  edges: (offset: number) => readonly number[],
): ReadonlySet<number>[] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const components: ReadonlySet<number>[] = [];
  const visit = (from: number): void => {
    const own = index.size;
    index.set(from, own);
    low.set(from, own);
    stack.push(from);
    onStack.add(from);
    const lower = (other: number | undefined): void => {
      low.set(from, Math.min(low.get(from) ?? own, other ?? own));
    };
    for (const to of edges(from)) {
      if (!index.has(to)) {
        visit(to);
        lower(low.get(to));
      } else if (onStack.has(to)) {
        lower(index.get(to));
      }
    }
    if (low.get(from) !== own) return;
    const component = new Set(stack.splice(stack.indexOf(from)));
    for (const member of component) onStack.delete(member);
    components.unshift(component);
  };
  for (const offset of [...roots, ...members]) if (members.has(offset) && !index.has(offset)) visit(offset);
  return components;
}

/** The longest ways through what is left of the graph without back edges. */
function longestPaths(region: Region, backEdges: ReadonlySet<string>): Map<number, number> {
  const lengths = new Map<number, number>();
  const lengthFrom = (offset: number): number => {
    const known = lengths.get(offset);
    if (known !== undefined) return known;
    const block = region.blocks.get(offset);
    if (!block) return 0;
    const ways = successors(block).map((to) => (backEdges.has(`${offset}:${to}`) ? 0 : lengthFrom(to)));
    const length = block.instructions.length + Math.max(0, ...ways);
    lengths.set(offset, length);
    return length;
  };
  for (const offset of region.blocks.keys()) lengthFrom(offset);
  return lengths;
}

export function structureRegion(region: Region): Structure {
  const structuring = new Structuring(region);
  const roots = new Set(region.entries);
  const sequence = structuring.sequence(new Set(region.blocks.keys()), new Set(), roots);
  return { sequence, numbered: structuring.numbered, longest: longestPaths(region, structuring.backEdges) };
}
