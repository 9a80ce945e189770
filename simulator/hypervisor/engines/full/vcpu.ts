import { type Hart, highWord, lowWord, translationWords } from '../../../core/index';
import { Csr, causeOf, InterruptCode, PagingMode } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { FRAME, Gpa, type Gva, Hpa } from '../../../mmu/address';
import { type Access, Privilege } from '../../../mmu/index';
import type { Component } from '../../../schema/state/component';
import type { GuestPaging } from '../../memory/guest-walk';
import type { Outcome } from '../../runnable';
import { NO_TAG, type Tag } from '../../translation-tags';
import type { Fact, TranslationTable } from '../../vcpu';
import type { Vm } from '../../vm';
import { DeprivilegedVcpu } from '../deprivileged/vcpu';
import type { PagedVcpu, ShadowPager } from './pager';
import { describeView, type GuestSpace, type ShadowView } from './shadow-space';
import type { ShadowSpaces } from './shadow-spaces';

/** A deprivileged vCPU whose addresses the hardware translates by shadow tables. */
export class FullVcpu extends DeprivilegedVcpu implements PagedVcpu {
  /** What its hart's satp says, as far as it has said that itself since it came there. */
  private readonly walked: { view: ShadowView | undefined; tag: Tag } = { view: undefined, tag: NO_TAG };
  /** The guest's address space, by its virtual satp. */
  guestSpace: GuestSpace;
  readonly component: Component;

  constructor(
    id: number,
    vm: Vm,
    readonly spaces: ShadowSpaces,
    private readonly pager: ShadowPager,
  ) {
    super(id, vm);
    this.guestSpace = spaces.space(undefined);
    const parts = { virtual: this.virtualHart, spaces: spaces.component };
    this.component = this.componentWith(parts, () => this.spaceChanged());
  }

  get paging(): GuestPaging {
    return this.guestSpace.paging;
  }

  /** The view of the guest's address space in its present mode, made where there is none yet. */
  useView(): ShadowView {
    return this.spaces.use(this.guestSpace, this.user, this.sum, this.mxr);
  }

  spaceChanged(): void {
    this.guestSpace = this.spaces.space(this.wantedPaging);
  }

  *switchSpace(): Narration {
    const paging = this.wantedPaging;
    const current = this.guestSpace.paging;
    const same = paging?.root === current?.root && paging?.asid === current?.asid;
    if (same) return;
    if (paging) {
      const root = new Gpa(paging.root * FRAME);
      const { asid } = paging;
      yield step`the guest has switched to another page table: find the shadow tables of root ${root}, guest ASID ${asid}`;
    } else {
      yield step`the guest has turned paging off: find the shadow table that maps GVA = GPA`;
    }
    this.guestSpace = this.spaces.space(paging);
    this.vm.ledger.charge('csrAccess');
  }

  override *load(hart: Hart): Narration {
    const isNew = this.spaces.moveTo(this.vm.host.pcpuOf(hart));
    this.walked.view = undefined;
    yield* super.load(hart);
    // What the hart has kept since the vCPU was there last, no fence of another hart's has reached: without ASIDs it would be found again.
    if (isNew && !hart.options.asidBits) hart.tlb.flush(undefined, undefined);
    if (isNew && hart.options.asidBits)
      yield step`its shadow tables take ASIDs of this hart, one by one as they are used: what another hart has in its TLB under the old ones is not looked for any more`;
  }

  override *put(hart: Hart): Narration {
    yield* super.put(hart);
    if (hart.options.asidBits)
      yield step`satp still has its shadow table, until who comes next has its own: its translations stay in the TLB, under the ASIDs of its shadow tables`;
    else
      yield step`satp still has its shadow table, until who comes next has its own: its translations have no ASID, and are forgotten then`;
  }

  *loadRoot(hart: Hart): Narration {
    const view = this.useView();
    const { tag } = view;
    // Nobody else writes satp while it has the hart.
    if (view === this.walked.view && tag === this.walked.tag) return;
    this.walked.view = view;
    this.walked.tag = tag;
    const asid = this.spaces.asidOf(view) ?? 0;
    const csr = Csr.satp.number;
    const before = { low: hart.csrLow(csr), high: hart.csrHigh(csr) };
    const after = translationWords(PagingMode.sv39, asid, view.table.root / FRAME);
    // It may have come back to a hart that has been idle since, or to where it was saved.
    if (before.low === after.low && before.high === after.high) return;
    const { ledger } = this.vm;
    const root = new Hpa(view.table.root);
    yield step`let the hardware walk the shadow table at ${root}: satp = Sv39, ASID ${asid}`;
    hart.setCsrWords(csr, after.low, after.high);
    // Without ASIDs the hardware would take the translations of one table for another's.
    if (!hart.options.asidBits) hart.tlb.flush(undefined, undefined);
    ledger.changed({ kind: 'hardware CSR', csr, before, after });
    ledger.charge('csrAccess');
  }

  *handlePageFault(access: Access, address: Gva): Narration<Outcome> {
    return yield* this.pager.handlePageFault(this, access, address);
  }

  /** By the TLB and the shadow table, as its hart would; of one that no hart has, by whether there is an entry. */
  protected wouldMiss({ low, high }: Gva, access: Access): boolean {
    const { on: hart } = this;
    if (hart && hart.privilege === Privilege.user)
      return 'fault' in hart.peekTranslation(low, high, access, { privilege: Privilege.user, virtual: false });
    const { guestSpace, user, sum, mxr } = this;
    const view = guestSpace.views[this.pager.viewIndex(guestSpace.paging !== undefined, user, sum, mxr)];
    return view?.table.find(low, high) === undefined;
  }

  fenceAll(asid: number | undefined): void {
    this.spaces.fenceAll(asid);
  }

  fenceAddress({ low, high }: Gva, asid: number | undefined): void {
    this.spaces.fenceAddress(low, high, asid);
  }

  tables(): readonly TranslationTable[] {
    const { guestSpace, user, sum, mxr } = this;
    const view = guestSpace.views[this.pager.viewIndex(guestSpace.paging !== undefined, user, sum, mxr)];
    if (!view) return [];
    const { table } = view;
    return [
      {
        role: 'shadow',
        root: table.root,
        tag: this.spaces.asidOf(view),
        maps: (address) => table.find(lowWord(address), highWord(address)) !== undefined,
        permissions: (guestFlags) => this.pager.shadowFlags(this, guestFlags),
      },
    ];
  }

  protected engineFacts(): readonly Fact[] {
    const { state, spaces } = this;
    const view = spaces.current;
    return [
      { name: 'virtual privilege', value: state.privilege === Privilege.user ? 'U-mode' : 'S-mode' },
      { name: 'pending interrupts', value: interruptNames(state.pending) },
      { name: 'enabled interrupts', value: interruptNames(state.enabled) },
      ...(view
        ? [
            { name: 'shadow table', value: `root ${new Hpa(view.table.root)}, ${view.table.frameCount} frames` },
            { name: 'shadow view', value: describeView(view) },
            { name: 'hardware ASID', value: `${spaces.asidOf(view) ?? 'none yet'}` },
          ]
        : []),
      { name: 'shadow views', value: `${spaces.views.length}` },
    ];
  }

  describeAsid(asid: number): string | undefined {
    const view = this.spaces.viewOfAsid(asid);
    return view && describeView(view);
  }
}

function interruptNames(bits: number): string {
  const { supervisorSoftware, supervisorTimer, supervisorExternal } = InterruptCode;
  const names = [supervisorSoftware, supervisorTimer, supervisorExternal]
    .filter((code) => bits & (1 << code))
    .map((code) => causeOf(code, true).name);
  return names.length === 0 ? 'none' : names.join(', ');
}
