import { highWord, lowWord } from '../../../core/index';
import { SUPERPAGE } from '../../../mmu/address';
import { Pte, virtualPage } from '../../../mmu/index';
import { type Component, componentOf, type StateHolder } from '../../../schema/state/component';
import type { HartContext } from '../../hart-context';
import type { ExitLedger } from '../../ledger/ledger';
import type { FramePool } from '../../memory/frame-pool';
import { ensure } from '../../memory/table-check';
import type { TableMemory } from '../../memory/table-memory';
import type { HypervisorServices } from '../../services';
import { NO_TAG } from '../../translation-tags';
import { type GuestSpace, LEVELS, type ShadowView, type ViewRule } from './shadow-space';
import { type SpacesState, spacesSchema } from './shadow-spaces-state';
import { isPiece, ShadowTable } from './shadow-table';

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
export class ShadowSpaces implements StateHolder<SpacesState> {
  readonly component: Component;
  private readonly memory: TableMemory;
  private readonly ledger: ExitLedger;
  private readonly spaces = new Map<string, GuestSpace>();
  private readonly kept = new Set<ShadowView>();
  private active: ShadowView | undefined;
  private switches = 0;
  /** The hart of which the vCPU's views have their ASIDs, and whose TLB has their translations. */
  private place: HartContext | undefined;

  constructor(
    private readonly host: Pick<HypervisorServices, 'machine' | 'ledger' | 'pcpuOf'>,
    readonly pool: FramePool,
    private readonly pager: ViewRule,
  ) {
    const { machine, ledger } = host;
    this.memory = machine.core.ram;
    this.ledger = ledger;
    this.component = componentOf(spacesSchema(machine.harts.length, pool.range, pager), this);
  }

  get views(): ShadowView[] {
    return [...this.kept];
  }

  /**
   * The vCPU comes to a hart: on another one than before it takes ASIDs anew, and what the last one keeps under the old ones is out of use.
   * @returns whether it is another one
   */
  moveTo(pcpu: HartContext): boolean {
    if (this.place === pcpu) return false;
    this.place = pcpu;
    for (const view of this.kept) view.tag = NO_TAG;
    return true;
  }

  /** Where its translations are. */
  get pcpu(): HartContext | undefined {
    return this.place;
  }

  get current(): ShadowView | undefined {
    return this.active;
  }

  /** The view whose translations a hart keeps under an ASID; where it tells them apart by nothing, the one that it walks. */
  viewOfAsid(asid: number): ShadowView | undefined {
    if (!this.isTagged) return this.active;
    return this.views.find((view) => this.asidOf(view) === asid);
  }

  /** The ASID under which the hart keeps a view's translations; undefined where it can have none of them. */
  asidOf({ tag }: ShadowView): number | undefined {
    if (!this.isTagged) return 0;
    return this.place?.asids.holds(tag) ? tag.number : undefined;
  }

  private get isTagged(): boolean {
    return this.place?.asids.areThere ?? false;
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

  /** The view of a space, made empty when there is none yet, and from now on the one that the hardware walks: it has its ASID. */
  use(space: GuestSpace, user: boolean, sum: boolean, mxr: boolean): ShadowView {
    const index = this.pager.viewIndex(space.paging !== undefined, user, sum, mxr);
    const known = space.views[index];
    const view = known ?? this.create(space, index, user, sum, mxr);
    if (this.isTagged && this.place && !this.place.asids.holds(view.tag)) view.tag = this.place.asids.take();
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
    if (before.low & Pte.V) this.flush(low, high, view);
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
      if (dropped.some(isPiece)) this.flushView(view);
      else if (dropped.length > 0) this.flush(low, high, view);
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

  /** Nothing is mapped any more. What a TLB has of it is not this one's affair. */
  dropAll(): void {
    for (const { table } of this.kept) table.clear((frame) => this.pool.release(frame));
  }

  /** No leaf leads to any of these frames, by their machine addresses. What a TLB has of them is not this one's affair. */
  dropFrames(gone: ReadonlySet<number>): void {
    for (const { table } of this.kept) {
      this.ledger.charge('shadowScan', table.frameCount);
      for (const { va, low, high } of table.dropFrames(gone))
        this.ledger.changed({
          kind: 'shadow entry',
          address: { low: lowWord(BigInt(va)), high: highWord(BigInt(va)) },
          before: { low, high },
          after: { low: 0, high: 0 },
        });
    }
  }

  /** What a hart has of its views, of which it walks none, is not found any more. @returns false where no ASIDs tell it apart */
  leave(pcpu: HartContext): boolean {
    if (this.place !== pcpu) return true;
    for (const view of this.kept) view.tag = NO_TAG;
    return this.isTagged;
  }

  state(): SpacesState {
    return {
      switches: this.switches,
      active: this.active ? this.views.indexOf(this.active) : null,
      place: this.place?.hart.id ?? null,
      free: this.pool.state(),
      views: this.views.map(({ tag, user, sum, mxr, space, table, lastUse }) => ({
        tag,
        user,
        sum,
        mxr,
        paging: space.paging ? { root: space.paging.root, asid: space.paging.asid } : null,
        table: table.state(this.pool),
        lastUse,
      })),
    };
  }

  /** @throws RangeError where the ASIDs are not those that the hart has given, or the tables in memory are not these */
  restore({ switches, active, place, free, views }: SpacesState): void {
    const { machine } = this.host;
    const hart = place === null ? undefined : machine.harts[place];
    this.spaces.clear();
    this.kept.clear();
    this.place = hart && this.host.pcpuOf(hart);
    this.pool.restore(free);
    for (const saved of views) this.restoreView(saved);
    this.switches = switches;
    this.active = active === null ? undefined : this.views[active];
    for (const { table } of this.views) table.check();
  }

  private restoreView({ tag, user, sum, mxr, paging, table: saved, lastUse }: SpacesState['views'][number]): void {
    const space = this.space(paging ? { ...paging, levels: LEVELS } : undefined);
    const table = new ShadowTable(this.memory, this.pool.addressOf(saved.root));
    table.restore(saved, this.pool);
    const view = { space, user, sum, mxr, tag, table, lastUse };
    const asid = this.asidOf(view);
    const isTaken = this.isTagged && asid !== undefined && (this.viewOfAsid(asid) || this.place?.asids.isFree(asid));
    ensure(!isTaken, `the ASID ${asid} of a shadow table is another's, or was given to nobody`);
    space.views[this.pager.viewIndex(space.paging !== undefined, user, sum, mxr)] = view;
    this.kept.add(view);
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
      tag: NO_TAG,
      table: new ShadowTable(this.memory, this.allocate()),
      lastUse: 0,
    };
    space.views[index] = view;
    this.kept.add(view);
    return view;
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
    for (const view of this.kept) {
      if (view !== this.active && (!oldest || view.lastUse < oldest.lastUse)) oldest = view;
    }
    if (oldest) this.remove(oldest);
    else if (this.active) this.empty(this.active);
  }

  private empty(view: ShadowView): void {
    view.table.clear((frame) => this.pool.release(frame));
    this.flushView(view);
  }

  private remove(view: ShadowView): void {
    this.empty(view);
    this.pool.release(view.table.root);
    this.kept.delete(view);
    const { space } = view;
    space.views[this.pager.viewIndex(space.paging !== undefined, view.user, view.sum, view.mxr)] = undefined;
    if (space.paging && space.views.every((other) => other === undefined)) {
      this.spaces.delete(`${space.paging.root}/${space.paging.asid}`);
    }
  }

  private flush(low: number, high: number, view: ShadowView): void {
    const asid = this.asidOf(view);
    if (asid !== undefined) this.place?.hart.tlb.flush(virtualPage(low, high), this.isTagged ? asid : undefined);
  }

  private flushView(view: ShadowView): void {
    const asid = this.asidOf(view);
    if (asid === undefined) return;
    this.place?.hart.tlb.flush(undefined, this.isTagged ? asid : undefined);
    this.ledger.changed({ kind: 'TLB', asid });
  }
}
