import { SUPERPAGE } from '../../../mmu/address';
import { Pte, type Tlb, virtualPage } from '../../../mmu/index';
import type { ExitLedger } from '../../ledger/ledger';
import type { FramePool } from '../../memory/frame-pool';
import type { GuestPaging } from '../../memory/guest-walk';
import { checkPool, ensure } from '../../memory/table-check';
import type { TableMemory } from '../../memory/table-memory';
import { type GuestSpace, type ShadowView, viewIndex } from './shadow-space';
import { isPiece, ShadowTable } from './shadow-table';

/** Where the hardware tells address spaces apart by nothing, views are numbered all the same. */
const LAST_NUMBER = 0xffff;
/** A fill adds two tables at the most. */
const TABLES_A_FILL = 2;

/** What a guest's leaf becomes in a view: the frame's machine address, the permission flags, and how large a page it may be. */
export interface ShadowMapping {
  readonly hpa: number;
  readonly flags: number;
  readonly level: 0 | 1;
  readonly guestLevel: number;
}

/** The shadow tables of one vCPU: which views exist, what is in them, and what goes when memory is short. */
export class ShadowSpaces {
  private readonly spaces = new Map<string, GuestSpace>();
  private readonly byAsid = new Map<number, ShadowView>();
  private active: ShadowView | undefined;
  private nextAsid = 1;
  /** Whether the hardware's translations carry an ASID (ASIDLEN is not 0). */
  private readonly isTagged: boolean;
  /** ASIDs are 1 to this; 0 is left to nobody. */
  private readonly lastAsid: number;
  private switches = 0;

  constructor(
    private readonly memory: TableMemory,
    private readonly pool: FramePool,
    private readonly tlb: Tlb,
    private readonly ledger: ExitLedger,
    asidBits: number,
  ) {
    this.isTagged = asidBits > 0;
    this.lastAsid = this.isTagged ? 2 ** asidBits - 1 : LAST_NUMBER;
  }

  get views(): ShadowView[] {
    return [...this.byAsid.values()];
  }

  get current(): ShadowView | undefined {
    return this.active;
  }

  viewOfAsid(asid: number): ShadowView | undefined {
    return this.isTagged ? this.byAsid.get(asid) : this.active;
  }

  /** The ASID under which the hardware keeps a view's translations. */
  hardwareAsid(view: ShadowView): number {
    return this.isTagged ? view.asid : 0;
  }

  space(paging: GuestSpace['paging']): GuestSpace {
    const key = paging ? `${paging.root}/${paging.asid}` : 'bare';
    let space = this.spaces.get(key);
    if (!space) {
      space = { paging, views: [] };
      this.spaces.set(key, space);
    }
    return space;
  }

  /** The view of a space, made empty when there is none yet, and from now on the one that the hardware walks. */
  use(space: GuestSpace, user: boolean, sum: boolean, mxr: boolean): ShadowView {
    const index = viewIndex(space.paging !== undefined, user, sum, mxr);
    const known = space.views[index];
    const view = known ?? this.create(space, index, user, sum, mxr);
    // Without ASIDs the hardware would take the translations of one view for another's.
    if (!this.isTagged && view !== this.active) this.tlb.flush(undefined, undefined);
    this.active = view;
    view.lastUse = ++this.switches;
    return view;
  }

  /** Writes the entry of an address into the current view; what the TLB held for it is flushed when it was valid before. */
  fill(view: ShadowView, low: number, high: number, mapping: ShadowMapping): void {
    this.reserve(TABLES_A_FILL);
    const mask = mapping.level === 1 ? -SUPERPAGE : -1;
    const before = view.table.fill(
      low & mask,
      high,
      mapping.level,
      mapping.guestLevel,
      mapping.hpa,
      mapping.flags,
      () => this.allocate(),
    );
    if (before.low & Pte.V) this.flush(low, high, view.asid);
    const after = view.table.find(low, high);
    this.ledger.changed({
      kind: 'shadow entry',
      address: { low: low & -4096, high },
      before: { low: before.low, high: before.high },
      after: { low: after?.low ?? 0, high: after?.high ?? 0 },
    });
    this.ledger.charge('shadowFill');
  }

  /** The guest's sfence.vma of one address, in the views of an ASID (of all when undefined). */
  fenceAddress(low: number, high: number, asid: number | undefined): void {
    for (const view of this.viewsOf(asid)) {
      const dropped = view.table.dropAddress(low, high);
      for (const leaf of dropped) {
        this.ledger.changed({
          kind: 'shadow entry',
          address: { low: low & -4096, high },
          before: { low: leaf.low, high: leaf.high },
          after: { low: 0, high: 0 },
        });
      }
      if (dropped.some(isPiece)) this.flushAsid(view.asid);
      else if (dropped.length > 0) this.flush(low, high, view.asid);
    }
    this.ledger.charge('tlbFlushPage');
  }

  /** The guest's sfence.vma of all addresses, in the views of an ASID (of all when undefined). */
  fenceAll(asid: number | undefined): void {
    for (const view of this.viewsOf(asid)) {
      if (view === this.active) this.empty(view);
      else this.remove(view);
    }
    this.ledger.charge('tlbFlush');
  }

  state() {
    return {
      nextAsid: this.nextAsid,
      switches: this.switches,
      active: this.active?.asid ?? 0,
      pool: this.pool.state(),
      views: this.views.map(({ asid, user, sum, mxr, space, table, lastUse }) => ({
        asid,
        user,
        sum,
        mxr,
        paging: space.paging ?? null,
        table: table.state(),
        lastUse,
      })),
    };
  }

  /**
   * What the tables hold is in the machine's memory.
   * @throws RangeError where the state cannot be one that `state` gave
   */
  restore({ nextAsid, switches, active, pool, views }: ReturnType<ShadowSpaces['state']>): void {
    this.spaces.clear();
    this.byAsid.clear();
    ensure(this.isAsid(nextAsid), `the next shadow ASID is ${nextAsid}`);
    ensure(switches >= 0, `${switches} switches between shadow tables`);
    for (const { asid, user, sum, mxr, paging, table: saved, lastUse } of views) {
      ensure(this.isAsid(asid) && !this.byAsid.has(asid), `two shadow tables have ASID ${asid}, or nobody can`);
      ensure(lastUse >= 0 && lastUse <= switches, `shadow table ${asid} was used at switch ${lastUse}`);
      const space = this.space(checkedPaging(paging));
      const index = viewIndex(space.paging !== undefined, user, sum, mxr);
      ensure(space.views[index] === undefined, `shadow table ${asid} is a second one of the same view`);
      const table = new ShadowTable(this.memory, saved.root);
      table.restore(saved);
      const view = { space, user, sum, mxr, asid, table, lastUse };
      space.views[index] = view;
      this.byAsid.set(asid, view);
    }
    this.nextAsid = nextAsid;
    this.switches = switches;
    this.active = this.byAsid.get(active);
    ensure(active === 0 || this.active !== undefined, `the hart walks shadow table ${active}, which is not there`);
    this.pool.restore(pool);
    checkPool(
      this.pool,
      this.views.flatMap(({ table }) => table.tableFrames),
    );
    for (const { table } of this.views) table.check();
  }

  private isAsid(asid: number): boolean {
    return asid >= 1 && asid <= this.lastAsid;
  }

  /** Guest ASIDs name paging views only: without paging there is nothing to fence. */
  private viewsOf(asid: number | undefined): ShadowView[] {
    return this.views.filter(({ space }) => space.paging && (asid === undefined || space.paging.asid === asid));
  }

  private create(space: GuestSpace, index: number, user: boolean, sum: boolean, mxr: boolean): ShadowView {
    this.reserve(1);
    const view: ShadowView = {
      space,
      user,
      sum: sum && !user,
      mxr,
      asid: this.freeAsid(),
      table: new ShadowTable(this.memory, this.allocate()),
      lastUse: 0,
    };
    space.views[index] = view;
    this.byAsid.set(view.asid, view);
    return view;
  }

  private freeAsid(): number {
    if (this.byAsid.size >= this.lastAsid) this.evict();
    while (this.byAsid.has(this.nextAsid)) this.nextAsid = (this.nextAsid % this.lastAsid) + 1;
    const asid = this.nextAsid;
    this.nextAsid = (this.nextAsid % this.lastAsid) + 1;
    return asid;
  }

  private reserve(frames: number): void {
    while (this.pool.available < frames) this.evict();
  }

  private allocate(): number {
    const frame = this.pool.allocate();
    if (frame === undefined) throw new RangeError('the shadow pool is smaller than one view');
    return frame;
  }

  /** Gives memory back: the least recently used view, or what is in the current one when it stands alone. */
  private evict(): void {
    let oldest: ShadowView | undefined;
    for (const view of this.byAsid.values()) {
      if (view !== this.active && (!oldest || view.lastUse < oldest.lastUse)) oldest = view;
    }
    if (oldest) this.remove(oldest);
    else if (this.active) this.empty(this.active);
  }

  private empty(view: ShadowView): void {
    view.table.clear((frame) => this.pool.release(frame));
    this.flushAsid(view.asid);
  }

  private remove(view: ShadowView): void {
    this.empty(view);
    this.pool.release(view.table.root);
    this.byAsid.delete(view.asid);
    const { space } = view;
    space.views[viewIndex(space.paging !== undefined, view.user, view.sum, view.mxr)] = undefined;
    if (space.paging && space.views.every((other) => other === undefined)) {
      this.spaces.delete(`${space.paging.root}/${space.paging.asid}`);
    }
  }

  private flush(low: number, high: number, asid: number): void {
    this.tlb.flush(virtualPage(low, high), this.isTagged ? asid : undefined);
  }

  private flushAsid(asid: number): void {
    this.tlb.flush(undefined, this.isTagged ? asid : undefined);
    this.ledger.changed({ kind: 'TLB', asid });
  }
}

/** What a saved satp of a guest may be. @throws RangeError */
export function checkedPaging(paging: GuestPaging | null): GuestPaging {
  if (!paging) return undefined;
  const { root, asid, levels } = paging;
  ensure(
    levels === 3 && asid >= 0 && asid <= 0xffff && root >= 0 && root < 2 ** 44,
    `a guest's satp names root ${root}`,
  );
  return { root, asid, levels };
}
