import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { FrameOwner, FrameTable, FrameType, Refusal } from '../../memory/frame-table';
import type { TableMemory } from '../../memory/table-memory';
import { type Entry, entryOf } from './entry';

const ENTRIES = 512;
export const ROOT_LEVEL = 2;
/** Of a root, the entry that is the VMM's. */
export const VMM_SLOT = ENTRIES - 1;
/** Tables that one call may make: they map 2 GiB, and looking at them holds nobody up for long. */
const MOST_NEW_TABLES = 1024;

/** Why an entry, or a frame as a table, is refused. */
export type PagingRefusal =
  | Refusal
  | { readonly why: 'bad-entry'; readonly text: string }
  | { readonly why: 'not-own' }
  | { readonly why: 'no-table' }
  | { readonly why: 'vmm-slot' }
  | { readonly why: 'too-many-tables' };

/** What the frames of a VM are, and what its tables may say. */
export interface PagedMemory {
  readonly frames: FrameTable;
  readonly owner: FrameOwner;
  readonly ram: TableMemory;
  /** Whether a frame of machine memory is the guest's to use. */
  isOwn(hpa: number): boolean;
  /** Whether registers of a device of the VM's are at a physical address. */
  isDevice(address: number): boolean;
  /** No hart of the VM's has a translation any more before it goes on with the guest. */
  forgetAll(): void;
  /** The words of the VMM's entry in roots of a kind. */
  vmmEntry(of: 'kernel' | 'user'): { readonly low: number; readonly high: number };
}

const tableType = (level: number): FrameType => (level === 0 ? 'table0' : level === 1 ? 'table1' : 'table2');

/** Of which level a table of a type is; undefined where it is no table. */
export function levelOf(type: FrameType): number | undefined {
  return type === 'table0' ? 0 : type === 'table1' ? 1 : type === 'table2' ? 2 : undefined;
}

/**
 * The page tables that a guest has registered: the hardware walks them, and only the VMM writes them, entry by entry as it has checked them (Xen's
 * direct paging, xen/arch/x86/mm.c). A frame is memory that may be written, or a table of one level, by counts of who uses it as what; it
 * changes from one to the other while nobody does, and no translation is left by which it could be written.
 */
export class DirectPaging {
  /** Frames that were mapped to be written since all translations were forgotten last, and are not any more. */
  private readonly writtenThrough = new Set<number>();
  private newTables = 0;

  constructor(private readonly memory: PagedMemory) {}

  /** A call begins. */
  begin(): void {
    this.newTables = 0;
  }

  /** The frame becomes a table of a level, with all below it, and stays one until `unpin`. */
  pin(hpa: number, level: number): PagingRefusal | undefined {
    const { frames, owner } = this.memory;
    if (frames.info(hpa)?.isPinned && frames.ownerOf(hpa) === owner) return { why: 'pinned' };
    const refusal = this.use(hpa, level);
    if (refusal) return refusal;
    frames.pin(hpa, tableType(level), owner);
    frames.put(hpa, tableType(level), owner);
    return undefined;
  }

  unpin(hpa: number): PagingRefusal | undefined {
    const { frames, owner } = this.memory;
    const info = frames.info(hpa);
    const level = info && levelOf(info.type);
    if (!info?.isPinned || info.owner !== owner || level === undefined) return { why: 'no-table' };
    frames.get(hpa, info.type, owner);
    frames.unpin(hpa, owner);
    this.leave(hpa, level);
    return undefined;
  }

  /** Somebody uses the frame as a table of a level: it is made one where it is none yet. */
  use(hpa: number, level: number): PagingRefusal | undefined {
    const { frames, owner } = this.memory;
    if (!this.memory.isOwn(hpa)) return { why: 'not-own' };
    const type = tableType(level);
    const refusal = frames.get(hpa, type, owner);
    if (refusal || frames.info(hpa)?.typeCount !== 1) return refusal;
    const flaw = this.make(hpa, level);
    if (flaw) frames.put(hpa, type, owner);
    else if (level === ROOT_LEVEL) this.setVmmEntry(hpa, 'user');
    return flaw;
  }

  /** Nobody has used it as a table up to now: every entry is looked at. */
  private make(hpa: number, level: number): PagingRefusal | undefined {
    if (++this.newTables > MOST_NEW_TABLES) return { why: 'too-many-tables' };
    if (this.writtenThrough.has(hpa)) this.forgetAll();
    for (let index = 0; index < ENTRIES; index++) {
      const refusal = this.isVmms(level, index) ? undefined : this.acquire(this.entryAt(hpa, index, level), level);
      if (!refusal) continue;
      for (let before = 0; before < index; before++)
        if (!this.isVmms(level, before)) this.release(this.entryAt(hpa, before, level), level);
      return refusal;
    }
    return undefined;
  }

  /** Somebody does not use it any more; behind the last one it is no table, and what it leads to is free of it. */
  leave(hpa: number, level: number): void {
    const { frames, owner, ram } = this.memory;
    frames.put(hpa, tableType(level), owner);
    if (frames.info(hpa)?.typeCount !== 0) return;
    for (let index = 0; index < ENTRIES; index++)
      if (!this.isVmms(level, index)) this.release(this.entryAt(hpa, index, level), level);
    if (level !== ROOT_LEVEL) return;
    ram.write32(hpa + VMM_SLOT * 8, 0);
    ram.write32(hpa + VMM_SLOT * 8 + 4, 0);
  }

  /** The VMM's entry of a root is that of roots of a kind from now on. */
  setVmmEntry(root: number, kind: 'kernel' | 'user'): void {
    const { ram } = this.memory;
    const { low, high } = this.memory.vmmEntry(kind);
    ram.write32(root + VMM_SLOT * 8, low);
    ram.write32(root + VMM_SLOT * 8 + 4, high);
  }

  /**
   * Writes an entry of a table.
   * @param at its machine address, a multiple of 8 @param keeps A and D, of an entry that is a leaf before and afterwards
   */
  write(at: number, low: number, high: number, keeps: boolean): PagingRefusal | undefined {
    const { frames, owner, ram } = this.memory;
    const table = at - (at % FRAME);
    const info = frames.info(table);
    const level = info && info.owner === owner && info.typeCount > 0 ? levelOf(info.type) : undefined;
    if (level === undefined) return { why: 'no-table' };
    const index = (at - table) / 8;
    if (this.isVmms(level, index)) return { why: 'vmm-slot' };
    const old = this.entryAt(table, index, level);
    const wanted = entryOf(low, high, level, (address) => this.memory.isDevice(address));
    const refusal = this.acquire(wanted, level);
    if (refusal) return refusal;
    const kept = keeps && old.kind === 'page' && wanted.kind === 'page' ? ram.read32(at) & (Pte.A | Pte.D) : 0;
    ram.write32(at, low | kept);
    ram.write32(at + 4, high);
    this.release(old, level);
    return undefined;
  }

  /** All translations of the VM's are forgotten: nobody writes through an old one. */
  private forgetAll(): void {
    this.memory.forgetAll();
    this.writtenThrough.clear();
  }

  private isVmms(level: number, index: number): boolean {
    return level === ROOT_LEVEL && index === VMM_SLOT;
  }

  private entryAt(table: number, index: number, level: number): Entry {
    const { ram } = this.memory;
    const at = table + index * 8;
    return entryOf(ram.read32(at), ram.read32(at + 4), level, (address) => this.memory.isDevice(address));
  }

  private acquire(entry: Entry, level: number): PagingRefusal | undefined {
    const { frames, owner } = this.memory;
    switch (entry.kind) {
      case 'none':
      case 'device':
        return undefined;
      case 'bad':
        return { why: 'bad-entry', text: entry.why };
      case 'table':
        return this.use(entry.hpa, level - 1);
      case 'page':
        if (!this.memory.isOwn(entry.hpa)) return { why: 'not-own' };
        return frames.get(entry.hpa, entry.isWritable ? this.writableType(entry.hpa) : 'reference', owner);
    }
  }

  private release(entry: Entry, level: number): void {
    const { frames, owner } = this.memory;
    if (entry.kind === 'table') this.leave(entry.hpa, level - 1);
    if (entry.kind !== 'page') return;
    if (!entry.isWritable) {
      frames.put(entry.hpa, 'reference', owner);
      return;
    }
    frames.put(entry.hpa, this.writableType(entry.hpa), owner);
    if (frames.info(entry.hpa)?.typeCount === 0) this.writtenThrough.add(entry.hpa);
  }

  /** As what a frame is held that may be written: the page that is shared with the VMM stays that. */
  private writableType(hpa: number): FrameType {
    const info = this.memory.frames.info(hpa);
    return info?.type === 'shared' && info.typeCount > 0 ? 'shared' : 'ram';
  }

  /** For a saved state: see `writtenThrough`. */
  get written(): readonly number[] {
    return [...this.writtenThrough];
  }

  restoreWritten(frames: Iterable<number>): void {
    this.writtenThrough.clear();
    for (const hpa of frames) this.writtenThrough.add(hpa);
  }
}
