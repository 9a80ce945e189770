import { type Hart, modeOf, rootOf, spaceOf } from '../../../core/index';
import { hartFeatures } from '../../../firmware/hart-features';
import type { FeatureSwitches } from '../../../firmware/sbi/features';
import { Csr, PagingMode } from '../../../isa/index';
import { FRAME } from '../../../mmu/address';
import { Pte, pagesOf } from '../../../mmu/index';
import type { Reach } from '../../isolation';
import { FramePool } from '../../memory/frame-pool';
import type { FrameRange } from '../../memory/frame-table';
import type { Vm } from '../../vm';
import type { EngineVm } from '../engine';
import { SecondStage } from './second-stage';
import { HardwareVcpu } from './vcpu';

/** The engine `hardware` for one VM: its vCPUs, and the second stage that they share. */
export class HardwareVm implements EngineVm {
  readonly translation = 'second-stage';
  readonly stage: SecondStage;
  readonly vcpus: readonly HardwareVcpu[];
  readonly features: FeatureSwitches;

  /** @param vmid under which the hardware keeps its translations; undefined: untagged, they are forgotten at each entry */
  constructor(
    vm: Vm,
    root: FrameRange,
    tables: FrameRange,
    readonly vmid: number | undefined,
  ) {
    const { harts, core } = vm.machine;
    const pool = new FramePool(tables, (hpa) => core.ram.fill(hpa, FRAME, 0));
    this.stage = new SecondStage(core.ram, pool, root.base);
    this.vcpus = vm.cpuIds.map((id) => {
      const hart = harts[id];
      if (!hart) throw new RangeError(`the machine has no hart for vCPU ${id}`);
      return new HardwareVcpu(id, vm, hart, this);
    });
    const vcpu = (id: number): HardwareVcpu => {
      const found = this.vcpus[id];
      if (!found) throw new RangeError(`vCPU ${id} is not of this VM`);
      return found;
    };
    const featured = {
      options: vcpu(0).home.options,
      registers: (id: number) => vcpu(id).registers,
      forget: (id: number) => vcpu(id).fence({ pages: 'all', asid: undefined }),
    };
    this.features = hartFeatures(featured, { delegation: Csr.hedeleg.number, environment: Csr.henvcfg.number });
  }

  /**
   * Every leaf of the second stage, where its guest has it, which VS-mode reaches: its U must be 1, and its G 0. That hgatp leads to it,
   * and every TLB entry of the guest, which must be of its VMID.
   */
  reach(reach: Reach): void {
    reach.table('second stage', 'the root', this.stage.root);
    for (const frame of this.stage.tableFrames) reach.table('second stage', 'a table', frame);
    for (const { gpa, hpa, level, low } of this.stage.leaves()) {
      const what = `leaf 0x${gpa.toString(16)}`;
      reach.memory('second stage', what, hpa, FRAME * 512 ** level, gpa);
      if (!(low & Pte.U) || low & Pte.G) reach.flaw('second stage', `${what} has U=0 or G=1`);
    }
    for (const { on, home } of this.vcpus) this.reachOfHart(home, on !== undefined, reach);
  }

  private reachOfHart(hart: Hart, runs: boolean, reach: Reach): void {
    const tag = this.vmid ?? 0;
    const [low, high] = [hart.csrLow(Csr.hgatp.number), hart.csrHigh(Csr.hgatp.number)];
    const leadsHere = modeOf(high) === PagingMode.sv39 && rootOf(low, high) * FRAME === this.stage.root;
    if (runs && (!leadsHere || spaceOf(high) !== tag))
      reach.flaw('second stage', `hgatp of hart ${hart.id} is not that of VMID ${tag}`);
    for (const entry of hart.tlb.entries) {
      // That there is no valid entry may be cached as well.
      if (!entry.virtual || !(entry.secondStage & Pte.V)) continue;
      const what = `page 0x${(entry.page * FRAME).toString(16)} of VMID ${entry.vmid}`;
      if (entry.vmid !== tag) reach.flaw('TLB', `${what} is not of VMID ${tag}`);
      const guestPage = entry.guestPage - (entry.guestPage % pagesOf(entry.level));
      reach.memory('TLB', what, entry.physical, pagesOf(entry.level) * FRAME, guestPage * FRAME);
    }
  }

  state() {
    return {
      stage: this.stage.state(),
      vcpus: this.vcpus.map(({ external, posted }) => ({ external, posted: { ...posted } })),
    };
  }

  restore({ stage, vcpus }: ReturnType<HardwareVm['state']>): void {
    this.stage.restore(stage);
    for (const [index, { external, posted }] of vcpus.entries()) {
      const vcpu = this.vcpus[index];
      if (!vcpu) continue;
      vcpu.external = external;
      Object.assign(vcpu.posted, posted);
    }
  }
}
