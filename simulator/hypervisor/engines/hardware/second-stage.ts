import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import {
  type Component,
  componentOf,
  type StateHolder,
  type StateOf,
  stateSchema,
} from '../../../schema/state/component';
import type { FramePool } from '../../memory/frame-pool';
import type { FrameRange } from '../../memory/frame-table';
import { poolFrames, problemOfFrames } from '../../memory/pool-frames';
import { checkTree } from '../../memory/table-check';
import { pteAddress, pteOf, type TableMemory } from '../../memory/table-memory';

/** The root table is four pages: guest-physical addresses of Sv39x4 have 41 bits (manual, volume II, "Guest Physical Address Translation"). */
export const ROOT_FRAMES = 4;
const ROOT_LEVEL = 2;
const TABLE_ENTRIES = 512;

/** All that a guest may do with its memory; U because the second stage takes every access as one by U-mode; A and D set beforehand. */
const LEAF = Pte.V | Pte.R | Pte.W | Pte.X | Pte.U | Pte.A | Pte.D;

/** A leaf of the second stage. */
export interface SecondStageLeaf {
  /** The first guest-physical address that it maps. */
  readonly gpa: number;
  readonly hpa: number;
  /** 0: 4 KiB, 1: 2 MiB. */
  readonly level: number;
  /** Machine address of the entry. */
  readonly entry: number;
  readonly low: number;
  readonly high: number;
}

const stageSchema = (pool: FrameRange) =>
  stateSchema(
    'second-stage',
    1,
    {
      /** The next to be taken is the last. */
      free: poolFrames(pool),
      /** Frames of the tables below the root. */
      tables: poolFrames(pool),
    },
    ({ free, tables }) =>
      problemOfFrames(pool, [
        { path: ['free'], frames: free },
        { path: ['tables'], frames: tables },
      ]),
  );
type StageState = StateOf<ReturnType<typeof stageSchema>>;

/** The table from guest-physical to machine addresses that `hgatp` points to, in machine memory, filled as the guest touches its memory. */
export class SecondStage implements StateHolder<StageState> {
  readonly component: Component;
  private readonly tables: number[] = [];

  /** @param root machine address of the root table: 16 KiB, aligned to that, zeroed */
  constructor(
    private readonly memory: TableMemory,
    private readonly pool: FramePool,
    readonly root: number,
  ) {
    this.component = componentOf(stageSchema(pool.range), this);
  }

  /** Machine addresses of the tables below the root. */
  get tableFrames(): readonly number[] {
    return this.tables;
  }

  /** Maps the page of a level that begins at `gpa` to the one at `hpa`. @returns the entry written */
  map(gpa: number, hpa: number, level: 0 | 1): SecondStageLeaf {
    let table = this.root;
    for (let at = ROOT_LEVEL; at > level; at--) {
      const entry = entryAddress(table, gpa, at);
      const low = this.memory.read32(entry);
      if (low & Pte.V) {
        table = pteAddress(low, this.memory.read32(entry + 4));
      } else {
        table = this.allocate();
        this.write(entry, table, Pte.V);
      }
    }
    const entry = entryAddress(table, gpa, level);
    this.write(entry, hpa, LEAF);
    return { gpa, hpa, level, entry, low: this.memory.read32(entry), high: this.memory.read32(entry + 4) };
  }

  /**
   * The frame at an address is mapped no more. A larger page around it is split first, so that all else of it still is: there is room for that,
   * as if all had been mapped by frames.
   * @returns the leaf that has mapped it, as it was; undefined where there was none
   */
  unmap(gpa: number): SecondStageLeaf | undefined {
    const leaf = this.find(gpa);
    if (!leaf) return undefined;
    if (leaf.level > 0) this.split(leaf);
    const small = this.find(gpa);
    if (small) this.clearEntry(small.entry);
    return leaf;
  }

  /** A leaf of 2 MiB becomes a table of leaves of its frames. */
  private split({ hpa, entry }: SecondStageLeaf): void {
    const table = this.allocate();
    for (let index = 0; index < TABLE_ENTRIES; index++) this.write(table + index * 8, hpa + index * FRAME, LEAF);
    this.write(entry, table, Pte.V);
  }

  /** The leaf that maps an address, if there is one yet. */
  find(gpa: number): SecondStageLeaf | undefined {
    let table = this.root;
    for (let level = ROOT_LEVEL; level >= 0; level--) {
      const entry = entryAddress(table, gpa, level);
      const low = this.memory.read32(entry);
      if (!(low & Pte.V)) return undefined;
      const high = this.memory.read32(entry + 4);
      if (low & (Pte.R | Pte.W | Pte.X)) return leafAt(entry, gpa - (gpa % (FRAME * 512 ** level)), level, low, high);
      table = pteAddress(low, high);
    }
    return undefined;
  }

  /** Every leaf, in order of guest-physical address. */
  leaves(): SecondStageLeaf[] {
    const found: SecondStageLeaf[] = [];
    this.collect(this.root, ROOT_LEVEL, TABLE_ENTRIES * ROOT_FRAMES, 0, found);
    return found;
  }

  /** Nothing is mapped any more. */
  clear(): void {
    for (const frame of this.tables) this.pool.release(frame);
    this.tables.length = 0;
    this.memory.clear(this.root, ROOT_FRAMES * FRAME);
  }

  state(): StageState {
    return { free: this.pool.state(), tables: this.pool.numbersOf(this.tables) };
  }

  /** @throws RangeError where the tables in memory are not these */
  restore({ free, tables }: StageState): void {
    this.tables.splice(0, this.tables.length, ...this.pool.addressesOf(tables));
    this.pool.restore(free);
    const root = { address: this.root, entries: TABLE_ENTRIES * ROOT_FRAMES, level: ROOT_LEVEL };
    checkTree(this.memory, root, this.tables);
  }

  private collect(table: number, level: number, entries: number, gpa: number, found: SecondStageLeaf[]): void {
    for (let index = 0; index < entries; index++) {
      const entry = table + index * 8;
      const low = this.memory.read32(entry);
      if (!(low & Pte.V)) continue;
      const high = this.memory.read32(entry + 4);
      const first = gpa + index * FRAME * 512 ** level;
      if (low & (Pte.R | Pte.W | Pte.X)) found.push(leafAt(entry, first, level, low, high));
      else if (level > 0) this.collect(pteAddress(low, high), level - 1, TABLE_ENTRIES, first, found);
    }
  }

  private allocate(): number {
    const frame = this.pool.allocate();
    if (frame === undefined) throw new RangeError('the pool holds the tables of all guest memory');
    this.tables.push(frame);
    return frame;
  }

  private clearEntry(entry: number): void {
    this.memory.write32(entry, 0);
    this.memory.write32(entry + 4, 0);
  }

  private write(entry: number, hpa: number, flags: number): void {
    const { low, high } = pteOf(hpa, flags);
    this.memory.write32(entry, low);
    this.memory.write32(entry + 4, high);
  }
}

/** Frames that the tables below the root take when all of a memory is mapped by pages of 4 KiB. */
export function framesFor(memory: number): number {
  const MIB_2 = 2 ** 21;
  const GIB = 2 ** 30;
  return Math.ceil(memory / MIB_2) + Math.ceil(memory / GIB) + 1;
}

function leafAt(entry: number, gpa: number, level: number, low: number, high: number): SecondStageLeaf {
  return { entry, gpa, hpa: pteAddress(low, high), level, low, high };
}

/** The root's index has two bits more than those of other tables. */
function entryAddress(table: number, gpa: number, level: number): number {
  const index =
    Math.floor(gpa / (FRAME * 512 ** level)) % (level === ROOT_LEVEL ? TABLE_ENTRIES * ROOT_FRAMES : TABLE_ENTRIES);
  return table + index * 8;
}
