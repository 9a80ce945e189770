import { type Hart, modeOf, rootOf, spaceOf } from '../../../core/index';
import type { FeatureSwitches } from '../../../firmware/sbi/features';
import { Csr, PagingMode } from '../../../isa/index';
import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import { withoutState } from '../../../schema/state/component';
import type { HartContext } from '../../hart-context';
import type { Reach } from '../../isolation';
import { FramePool } from '../../memory/frame-pool';
import type { FrameRange } from '../../memory/frame-table';
import type { GuestFrame } from '../../memory/host-memory';
import { pteAddress } from '../../memory/table-memory';
import type { Vm } from '../../vm';
import { virtualFeatures } from '../deprivileged/features';
import type { EngineVm } from '../engine';
import type { ShadowPager } from './pager';
import type { ShadowView } from './shadow-space';
import { ShadowSpaces } from './shadow-spaces';
import { FullVcpu } from './vcpu';

/** The engine `full` for one VM: its vCPUs, each with shadow tables in frames of its own. */
export class FullVm implements EngineVm {
  readonly translation = 'shadow';
  readonly vcpus: readonly FullVcpu[];
  readonly features: FeatureSwitches;
  readonly ported = undefined;
  /** All that it keeps is of one of its vCPUs. */
  readonly component = withoutState('full');

  /** @param ranges frames for shadow tables, one for each vCPU */
  constructor(vm: Vm, ranges: readonly FrameRange[], pager: ShadowPager) {
    const { ram } = vm.machine.core;
    this.vcpus = ranges.map((range, id) => {
      const pool = new FramePool(range, (hpa) => ram.clear(hpa, FRAME));
      return new FullVcpu(id, vm, new ShadowSpaces(vm.host, pool, pager), pager);
    });
    this.features = virtualFeatures(this.vcpus);
  }

  /** A frame is cleared when it becomes a table. */
  clearTables(): void {}

  dropped(): void {
    for (const { spaces } of this.vcpus) spaces.dropAll();
  }

  /**
   * Nothing says which shadow leaves lead to a frame, so that all of them are looked at, once for all frames that go together: as Xen does without
   * such a map (sh_remove_all_mappings, xen/arch/x86/mm/shadow/common.c). KVM keeps one (rmap), at the cost of each fill; here fills are many and
   * frames that go are few. To drop all shadow tables instead would cost the guest an exit for each page that it uses next.
   */
  changed(frames: readonly GuestFrame[], what: 'dropped' | 'filled'): void {
    if (what === 'filled') return;
    const gone = new Set(frames.map(({ hpa }) => hpa));
    for (const { spaces } of this.vcpus) spaces.dropFrames(gone);
  }

  leave(pcpu: HartContext): boolean {
    const left = this.vcpus.map(({ spaces }) => spaces.leave(pcpu));
    return left.every((isLeft) => isLeft);
  }

  /**
   * Every shadow leaf, which U-mode reaches: its U must be 1, and its G 0, since other views must not see it. Every table, that satp leads
   * to one of them, and every usable TLB entry, which must be in the table of its ASID.
   */
  reach(reach: Reach): void {
    for (const vcpu of this.vcpus) {
      const { spaces, on } = vcpu;
      if (on && !walksAView(on, spaces))
        reach.flaw('shadow table', `satp of hart ${on.id} leads to no shadow table of that ASID`);
      for (const view of spaces.views) {
        const { table } = view;
        const asid = spaces.asidOf(view) ?? 'none';
        for (const frame of table.tableFrames) reach.table('shadow table', `table of ASID ${asid}`, frame);
        for (const leaf of table.leaves()) {
          const what = `leaf 0x${leaf.va.toString(16)} of ASID ${asid}`;
          reach.memory('shadow table', what, pteAddress(leaf.low, leaf.high), FRAME * 512 ** leaf.level);
          if (!(leaf.low & Pte.U) || leaf.low & Pte.G) reach.flaw('shadow table', `${what} has U=0 or G=1`);
        }
      }
      const { hart, mustForget } = spaces.pcpu ?? {};
      // Where the hart tells them apart by nothing, its translations are of whoever it runs. What it forgets before it runs on is as good as gone.
      if (!hart || mustForget || (!hart.options.asidBits && !on)) continue;
      for (const entry of hart.tlb.entries) {
        const view = spaces.viewOfAsid(entry.asid);
        // That there is no valid entry may be cached as well.
        if (entry.virtual || !view || !(entry.flags & Pte.V)) continue;
        const what = `page 0x${(entry.page * FRAME).toString(16)} of ASID ${entry.asid}`;
        reach.memory('TLB', what, entry.physical, FRAME * 512 ** entry.level);
        const leaf = view.table.find((entry.page * FRAME) | 0, highHalf(entry.page));
        if (!leaf || pteAddress(leaf.low, leaf.high) !== entry.physical)
          reach.flaw('TLB', `${what} is not in the shadow table of its ASID`);
        else if (entry.flags & Pte.W && !(leaf.low & Pte.W))
          reach.flaw('TLB', `${what} may be written, and its shadow entry not`);
      }
    }
  }
}

/** Whether a hart walks one of a vCPU's shadow tables, under the ASID of that. */
function walksAView(hart: Hart, spaces: ShadowSpaces): boolean {
  const [low, high] = [hart.csrLow(Csr.satp.number), hart.csrHigh(Csr.satp.number)];
  const isWalked = (view: ShadowView): boolean =>
    rootOf(low, high) * FRAME === view.table.root && spaceOf(high) === spaces.asidOf(view);
  return modeOf(high) === PagingMode.sv39 && spaces.views.some(isWalked);
}

/** The upper word of the virtual address of a page number of 36 bits (bits 47:12). */
function highHalf(page: number): number {
  return (Math.floor(page / 2 ** 20) << 16) >> 16;
}
