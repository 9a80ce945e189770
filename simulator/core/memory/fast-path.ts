import type { TlbEntry } from '../../mmu';
import { pagesOf, virtualPage } from '../../mmu';
import type { HartState } from '../hart/hart-state';
import { FastPathLayout, HartLayout } from '../layout';

export type FastPathTable = typeof HartLayout.readTable | typeof HartLayout.writeTable | typeof HartLayout.executeTable;

const TABLES: readonly FastPathTable[] = [HartLayout.readTable, HartLayout.writeTable, HartLayout.executeTable];
const { entries: ENTRIES, entrySize: ENTRY_SIZE } = FastPathLayout;
/** Tags have 9 bits for a context. */
const CONTEXTS = 512;
/** No context that is handed out: tags with it never match. */
const NO_CONTEXT = -1;

/**
 * The tables in which the interpreter finds memory without asking the TLB. They hold a part of what the TLB, the current modes and
 * PMP allow; dropping any of it at any time changes nothing that a guest can see.
 */
export class FastPath {
  /** Changes whenever context numbers are forgotten. */
  generation = 0;
  private readonly contexts = new Map<number, number>();
  /** Entries in use, by table: few of them, most often, so that what looks for some need not go through a whole table. */
  private readonly filled = new Map<FastPathTable, Set<number>>();

  constructor(private readonly state: HartState) {
    for (const table of TABLES) {
      this.filled.set(table, new Set());
      for (let index = 0; index < ENTRIES; index++) this.empty(table + index * ENTRY_SIZE);
    }
    this.dropAll();
  }

  /** Makes sure that the next `count` calls of `contextOf` drop nothing. */
  reserveContexts(count: number): void {
    if (this.contexts.size + count > CONTEXTS) this.dropAll();
  }

  /** The context number (already in its place in a tag) of a combination of modes. */
  contextOf(key: number): number {
    let context = this.contexts.get(key);
    if (context === undefined) {
      context = this.contexts.size << 3;
      this.contexts.set(key, context);
    }
    return context;
  }

  /**
   * @param low, high the virtual address
   * @param memoryOffset of the page of `low` in the core's memory
   */
  fill(table: FastPathTable, low: number, high: number, context: number, memoryOffset: number, decodedPage = 0): void {
    const page = low & ~0xfff;
    const entry = table + ((low >>> 12) % ENTRIES) * ENTRY_SIZE;
    this.state.setPair(entry + FastPathLayout.tag, page | context, high);
    this.state.set(entry + FastPathLayout.addend, memoryOffset - page);
    this.state.set(entry + FastPathLayout.decodedPage, decodedPage);
    this.entriesOf(table).add(entry);
  }

  /** Forgets everything, context numbers too: whoever holds one asks again. */
  dropAll(): void {
    for (const table of TABLES) this.dropTable(table);
    this.contexts.clear();
    this.generation += 1;
    this.dropCrossing();
  }

  dropTable(table: FastPathTable): void {
    const entries = this.entriesOf(table);
    for (const entry of entries) this.empty(entry);
    entries.clear();
    if (table === HartLayout.executeTable) this.dropCrossing();
  }

  /** Forgets the entry of a table in which a virtual page is. */
  dropPage(table: FastPathTable, low: number): void {
    this.dropEntry(table, table + ((low >>> 12) % ENTRIES) * ENTRY_SIZE);
  }

  /** Forgets the instruction that goes on in another page. */
  dropCrossing(): void {
    this.state.setPair(HartLayout.crossingContext, NO_CONTEXT, NO_CONTEXT);
  }

  /** Forgets what rests on a TLB entry. */
  dropTranslation(translation: TlbEntry): void {
    const { page, level } = translation;
    for (const table of TABLES) {
      if (level === 0) this.dropIfConcerned(table, table + (page % ENTRIES) * ENTRY_SIZE, translation);
      else for (const entry of this.entriesOf(table)) this.dropIfConcerned(table, entry, translation);
    }
    this.dropCrossing();
  }

  private dropIfConcerned(table: FastPathTable, entry: number, translation: TlbEntry): void {
    const tagLow = this.state.get(entry);
    const tagHigh = this.state.get(entry + 4);
    if (tagLow === -1 && tagHigh === -1) return;
    if (concerns(translation, tagLow, tagHigh)) this.dropEntry(table, entry);
  }

  /** Forgets entries of a table that lead to a page of memory. */
  dropMemoryPage(table: FastPathTable, memoryOffset: number): void {
    for (const entry of this.entriesOf(table)) {
      const page = this.state.get(entry) & ~0xfff;
      const offset = (page + this.state.get(entry + FastPathLayout.addend)) | 0;
      if (offset === (memoryOffset | 0)) this.dropEntry(table, entry);
    }
  }

  private entriesOf(table: FastPathTable): Set<number> {
    return this.filled.get(table) as Set<number>;
  }

  private dropEntry(table: FastPathTable, entry: number): void {
    this.entriesOf(table).delete(entry);
    this.empty(entry);
  }

  private empty(entry: number): void {
    this.state.setPair(entry + FastPathLayout.tag, -1, -1);
  }
}

/** Pages that a virtual address distinguishes. */
const MOST_PAGES = 2 ** 36;

/** Whether an address may be one that a TLB entry translates, in whatever address space. */
export function concerns(translation: TlbEntry, low: number, high: number): boolean {
  // Guest physical addresses, where there is no first stage, have more bits than are compared here.
  const page = translation.page < MOST_PAGES ? translation.page : translation.page % MOST_PAGES;
  const offset = virtualPage(low, high) - page;
  return offset >= 0 && offset < pagesOf(translation.level);
}
