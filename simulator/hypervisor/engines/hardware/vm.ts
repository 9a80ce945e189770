import { Object as ObjectOf } from '@sinclair/typebox';
import { type Hart, modeOf, rootOf, spaceOf } from '../../../core/index';
import { hartFeatures } from '../../../firmware/hart-features';
import type { FeatureSwitches } from '../../../firmware/sbi/features';
import { Csr, PagingMode } from '../../../isa/index';
import { FRAME } from '../../../mmu/address';
import { Pte, pagesOf } from '../../../mmu/index';
import {
  type Component,
  componentOf,
  type StateHolder,
  type StateOf,
  stateSchema,
} from '../../../schema/state/component';
import { listOf, nullable, upTo } from '../../../schema/state/fields';
import type { HartContext } from '../../hart-context';
import type { Reach } from '../../isolation';
import { FramePool } from '../../memory/frame-pool';
import type { FrameRange } from '../../memory/frame-table';
import type { GuestFrame } from '../../memory/host-memory';
import { ensure } from '../../memory/table-check';
import { NO_TAG, type Tag, tag } from '../../translation-tags';
import type { Vm } from '../../vm';
import type { EngineVm } from '../engine';
import { ROOT_FRAMES, SecondStage } from './second-stage';
import { HardwareVcpu } from './vcpu';

/** A VM on a hart. */
interface Place {
  tag: Tag;
  /** Who of it ran there last; null: nobody. */
  vcpu: number | null;
}

const hardwareSchema = (harts: number, vcpus: number) =>
  stateSchema('hardware', 1, {
    /** By hart. */
    places: listOf(ObjectOf({ tag, vcpu: nullable(upTo(vcpus - 1)) }), { exactly: harts }),
  });
type HardwareState = StateOf<ReturnType<typeof hardwareSchema>>;

/** The engine `hardware` for one VM: its vCPUs, and the second stage that they share. */
export class HardwareVm implements EngineVm, StateHolder<HardwareState> {
  readonly translation = 'second-stage';
  readonly stage: SecondStage;
  readonly vcpus: readonly HardwareVcpu[];
  readonly features: FeatureSwitches;
  readonly ported = undefined;
  readonly component: Component;

  /** By hart, under which VMID it keeps the VM's translations, and those of which vCPU. */
  private readonly places: Place[];

  /** @param isTagged whether the hardware keeps its translations under a VMID; else they are forgotten at each entry */
  constructor(
    private readonly vm: Vm,
    root: FrameRange,
    tables: FrameRange,
    readonly isTagged: boolean,
  ) {
    const { harts, core } = vm.machine;
    const pool = new FramePool(tables, (hpa) => core.ram.clear(hpa, FRAME));
    this.stage = new SecondStage(core.ram, pool, root.base);
    this.places = harts.map(() => ({ tag: NO_TAG, vcpu: null }));
    this.vcpus = vm.cpuIds.map((id) => new HardwareVcpu(id, vm, this));
    const vcpu = (id: number): HardwareVcpu => {
      const found = this.vcpus[id];
      if (!found) throw new RangeError(`vCPU ${id} is not of this VM`);
      return found;
    };
    const featured = {
      options: vm.hartModel.options,
      registers: (id: number) => vcpu(id).registers,
      forget: (id: number) => vcpu(id).fence({ pages: 'all', asid: null }),
    };
    this.features = hartFeatures(featured, { delegation: Csr.hedeleg.number, environment: Csr.henvcfg.number });
    const schema = hardwareSchema(harts.length, this.vcpus.length);
    this.component = componentOf(schema, this, { parts: { stage: this.stage.component } });
  }

  /** The VMID under which a hart keeps the VM's translations; undefined where it does not, or under none. */
  vmidOn(pcpu: HartContext | undefined): number | undefined {
    const place = pcpu && this.places[pcpu.hart.id];
    return this.isTagged && place && pcpu.vmids.holds(place.tag) ? place.tag.number : undefined;
  }

  /**
   * A vCPU comes to a hart, where the VM has a VMID from now on.
   * @returns whether what the hart has under it may be another vCPU's, or older than what this one has done elsewhere since
   */
  comeTo(pcpu: HartContext, vcpu: number, last: Hart | undefined): boolean {
    const place = this.places[pcpu.hart.id];
    if (!this.isTagged || !place) return false;
    const isNew = !pcpu.vmids.holds(place.tag);
    const isOthers = place.vcpu !== vcpu || last !== pcpu.hart;
    if (isNew) place.tag = pcpu.vmids.take();
    place.vcpu = vcpu;
    return isOthers && !isNew;
  }

  /** Frames below the root are cleared when they become tables. */
  clearTables(): void {
    this.vm.machine.core.ram.clear(this.stage.root, ROOT_FRAMES * FRAME);
  }

  dropped(): void {
    this.stage.clear();
  }

  changed(frames: readonly GuestFrame[], what: 'dropped' | 'filled'): void {
    if (what === 'filled') return;
    for (const { gpa } of frames) {
      const before = this.stage.unmap(gpa);
      if (!before) continue;
      const after = { low: 0, high: 0 };
      const { low, high } = before;
      this.vm.ledger.changed({ kind: 'second-stage entry', address: gpa, before: { low, high }, after });
      this.vm.ledger.charge('secondStageDrop');
    }
  }

  leave({ hart }: HartContext): boolean {
    const place = this.places[hart.id];
    // Without VMIDs a hart forgets whatever it has before it enters any guest.
    if (place) place.tag = NO_TAG;
    return true;
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
    for (const hart of this.vm.machine.harts) {
      const pcpu = this.vm.host.pcpuOf(hart);
      const tag = this.vmidOn(pcpu);
      const runs = this.vcpus.some(({ on }) => on === hart);
      if (runs) this.reachOfGuest(hart, tag ?? 0, reach);
      // Where the hart tells them apart by nothing, its translations are of whoever it runs.
      // What it forgets before it runs on is as good as gone.
      if (!pcpu.mustForget && (runs || tag !== undefined)) this.reachOfTlb(hart, tag ?? 0, reach);
    }
  }

  private reachOfGuest(hart: Hart, tag: number, reach: Reach): void {
    const [low, high] = [hart.csrLow(Csr.hgatp.number), hart.csrHigh(Csr.hgatp.number)];
    const leadsHere = modeOf(high) === PagingMode.sv39 && rootOf(low, high) * FRAME === this.stage.root;
    if (!leadsHere || spaceOf(high) !== tag)
      reach.flaw('second stage', `hgatp of hart ${hart.id} is not that of VMID ${tag}`);
  }

  private reachOfTlb(hart: Hart, tag: number, reach: Reach): void {
    for (const entry of hart.tlb.entries) {
      // That there is no valid entry may be cached as well.
      if (!entry.virtual || entry.vmid !== tag || !(entry.secondStage & Pte.V)) continue;
      const what = `page 0x${(entry.page * FRAME).toString(16)} of VMID ${entry.vmid}`;
      const guestPage = entry.guestPage - (entry.guestPage % pagesOf(entry.level));
      reach.memory('TLB', what, entry.physical, pagesOf(entry.level) * FRAME, guestPage * FRAME);
    }
  }

  state(): HardwareState {
    return { places: this.places };
  }

  /** @throws RangeError where a hart has not given a VMID that holds there */
  restore({ places }: HardwareState): void {
    const { harts } = this.vm.machine;
    for (const hart of harts) {
      const place = places[hart.id];
      if (!place) continue;
      const { vmids } = this.vm.host.pcpuOf(hart);
      const { number } = place.tag;
      ensure(!vmids.holds(place.tag) || !vmids.isFree(number), `hart ${hart.id} has given VMID ${number} to nobody`);
      this.places[hart.id] = place;
    }
  }
}
