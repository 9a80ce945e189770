import { modeOf, rootOf, spaceOf } from '../../../core/index';
import type { FeatureSwitches } from '../../../firmware/sbi/features';
import { Csr, PagingMode } from '../../../isa/index';
import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { Reach } from '../../isolation';
import { FramePool } from '../../memory/frame-pool';
import type { FrameRange } from '../../memory/frame-table';
import { pteAddress } from '../../memory/table-memory';
import type { Vm } from '../../vm';
import { virtualFeatures } from '../deprivileged/features';
import type { EngineVm } from '../engine';
import type { ShadowView } from './shadow-space';
import { ShadowSpaces } from './shadow-spaces';
import { FullVcpu } from './vcpu';

/** The engine `full` for one VM: its vCPUs, each with shadow tables in frames of its own. */
export class FullVm implements EngineVm {
  readonly translation = 'shadow';
  readonly vcpus: readonly FullVcpu[];
  readonly features: FeatureSwitches;

  /** @param ranges frames for shadow tables, one for each vCPU */
  constructor(vm: Vm, ranges: readonly FrameRange[]) {
    const { machine, ledger } = vm;
    const { ram } = machine.core;
    this.vcpus = ranges.map((range, id) => {
      const hart = machine.harts[id];
      if (!hart) throw new RangeError(`the machine has no hart for vCPU ${id}`);
      const pool = new FramePool(range, (hpa) => ram.fill(hpa, FRAME, 0));
      const spaces = new ShadowSpaces(ram, pool, hart.tlb, ledger, hart.options.asidBits);
      return new FullVcpu(id, vm, hart, spaces, pool);
    });
    this.features = virtualFeatures(this.vcpus);
  }

  /**
   * Every shadow leaf, which U-mode reaches: its U must be 1, and its G 0, since other views must not see it. Every table, that satp leads
   * to one of them, and every usable TLB entry, which must be in the table of its ASID.
   */
  reach(reach: Reach): void {
    for (const vcpu of this.vcpus) {
      const { spaces, home: hart } = vcpu;
      if (vcpu.on && !walksAView(vcpu))
        reach.flaw('shadow table', `satp of hart ${hart.id} leads to no shadow table of that ASID`);
      for (const { asid, table } of spaces.views) {
        for (const frame of table.tableFrames) reach.table('shadow table', `table of ASID ${asid}`, frame);
        for (const leaf of table.leaves()) {
          const what = `leaf 0x${leaf.va.toString(16)} of ASID ${asid}`;
          reach.memory('shadow table', what, pteAddress(leaf.low, leaf.high), FRAME * 512 ** leaf.level);
          if (!(leaf.low & Pte.U) || leaf.low & Pte.G) reach.flaw('shadow table', `${what} has U=0 or G=1`);
        }
      }
      for (const entry of hart.tlb.entries) {
        // That there is no valid entry may be cached as well.
        if (!(entry.flags & Pte.V)) continue;
        const what = `page 0x${(entry.page * FRAME).toString(16)} of ASID ${entry.asid}`;
        reach.memory('TLB', what, entry.physical, FRAME * 512 ** entry.level);
        const leaf = spaces.viewOfAsid(entry.asid)?.table.find((entry.page * FRAME) | 0, highHalf(entry.page));
        if (!leaf || pteAddress(leaf.low, leaf.high) !== entry.physical)
          reach.flaw('TLB', `${what} is not in the shadow table of its ASID`);
        else if (entry.flags & Pte.W && !(leaf.low & Pte.W))
          reach.flaw('TLB', `${what} may be written, and its shadow entry not`);
      }
    }
  }

  state() {
    return { vcpus: this.vcpus.map((vcpu) => vcpu.saveState()) };
  }

  restore({ vcpus }: ReturnType<FullVm['state']>): void {
    for (const [index, state] of vcpus.entries()) this.vcpus[index]?.restoreState(state);
  }
}

/** Whether the hardware walks one of a vCPU's shadow tables, under the ASID of that. */
function walksAView({ spaces, home: hart }: FullVcpu): boolean {
  const [low, high] = [hart.csrLow(Csr.satp.number), hart.csrHigh(Csr.satp.number)];
  const isWalked = (view: ShadowView): boolean =>
    rootOf(low, high) * FRAME === view.table.root && spaceOf(high) === spaces.hardwareAsid(view);
  return modeOf(high) === PagingMode.sv39 && spaces.views.some(isWalked);
}

/** The upper word of the virtual address of a page number of 36 bits (bits 47:12). */
function highHalf(page: number): number {
  return (Math.floor(page / 2 ** 20) << 16) >> 16;
}
