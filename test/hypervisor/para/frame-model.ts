/**
 * What frames of a guest are used as, counted from what stands in its tables: an oracle for which calls must be refused, and how. It keeps no counts, and
 * asks nothing of the VMM's.
 */

const FRAME = 4096;
const ENTRIES = 512;
const [V, R, W, X, U, G, A, D] = [1n, 2n, 4n, 8n, 16n, 32n, 64n, 128n];
const LEAF = R | W | X;
const PPN = (1n << 44n) - 1n;

export const Answer = { success: 0, failed: -1, invalid: -3, denied: -4, alreadyAvailable: -6 } as const;

/** What a call may make at most. */
const MOST_NEW_TABLES = 1024;

interface Uses {
  readonly tables: number[];
  writable: number;
}

/** Machine memory, and what the guest has of it. */
export interface Memory {
  read64(hpa: number): bigint;
  isOwn(hpa: number): boolean;
  isDevice(address: number): boolean;
}

/** By whom tables are held. */
export interface Holders {
  /** By machine address, with the level. */
  readonly pinned: ReadonlyMap<number, number>;
  readonly roots: readonly number[];
  readonly shared: number;
}

export const tableAddress = (pte: bigint): number => Number(((pte >> 10n) & PPN) * BigInt(FRAME));

/** The state of all frames at one moment, to which more can be added for a trial. */
export class FrameModel {
  private readonly uses = new Map<number, Uses>();
  private made = 0;

  constructor(
    private readonly memory: Memory,
    { pinned, roots, shared }: Holders,
  ) {
    this.usesOf(shared).writable++;
    for (const [hpa, level] of pinned) this.use(hpa, level);
    for (const hpa of roots) this.use(hpa, 2);
    this.made = 0;
  }

  /** Of which level a frame is a table; undefined where it is none. */
  levelOf(hpa: number): number | undefined {
    const level = this.uses.get(hpa)?.tables.findIndex((count) => count > 0) ?? -1;
    return level < 0 ? undefined : level;
  }

  /** Frames that are tables, by level. */
  tables(level: number): number[] {
    return [...this.uses].filter(([, { tables }]) => (tables[level] ?? 0) > 0).map(([hpa]) => hpa);
  }

  /** Somebody uses a frame as a table. @returns the answer of a call that asks for it */
  use(hpa: number, level: number): number {
    if (!this.memory.isOwn(hpa)) return Answer.denied;
    const uses = this.usesOf(hpa);
    if (uses.writable > 0 || uses.tables.some((count, other) => other !== level && count > 0)) return Answer.denied;
    uses.tables[level] = (uses.tables[level] ?? 0) + 1;
    if (uses.tables[level] !== 1) return Answer.success;
    if (++this.made > MOST_NEW_TABLES) return Answer.failed;
    for (let index = 0; index < ENTRIES; index++) {
      if (level === 2 && index === ENTRIES - 1) continue;
      const answer = this.lead(this.memory.read64(hpa + index * 8), level);
      if (answer !== Answer.success) return answer;
    }
    return Answer.success;
  }

  /** An entry is to stand in a table of a level, beside all that is there. */
  lead(pte: bigint, level: number): number {
    if (!(pte & V)) return Answer.success;
    if (pte >> 54n || pte & G) return Answer.invalid;
    const target = tableAddress(pte);
    if (!(pte & LEAF)) {
      if (level === 0 || pte & (U | A | D)) return Answer.invalid;
      return this.use(target, level - 1);
    }
    if (level > 0 || (pte & W && !(pte & R))) return Answer.invalid;
    if (!(pte & U)) return this.memory.isDevice(target) && !(pte & X) ? Answer.success : Answer.invalid;
    if (!this.memory.isOwn(target)) return Answer.denied;
    const uses = this.usesOf(target);
    if (!(pte & W)) return Answer.success;
    if (uses.tables.some((count) => count > 0)) return Answer.denied;
    uses.writable++;
    return Answer.success;
  }

  /** The answer to a write of an entry. */
  write(at: number, pte: bigint): number {
    const table = at - (at % FRAME);
    const level = at % 8 === 0 ? this.levelOf(table) : undefined;
    if (level === undefined) return Answer.invalid;
    if (level === 2 && (at - table) / 8 === ENTRIES - 1) return Answer.denied;
    return this.lead(pte, level);
  }

  private usesOf(hpa: number): Uses {
    const known = this.uses.get(hpa) ?? { tables: [0, 0, 0], writable: 0 };
    this.uses.set(hpa, known);
    return known;
  }
}
