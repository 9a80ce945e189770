import { type Hart, modeOf, rootOf, spaceOf } from '../../../core/index';
import { base } from '../../../firmware/sbi/base';
import { dbcn } from '../../../firmware/sbi/dbcn';
import type { FeatureSwitches } from '../../../firmware/sbi/features';
import { fwft } from '../../../firmware/sbi/fwft';
import type { SbiExtension } from '../../../firmware/sbi/interface';
import { srst } from '../../../firmware/sbi/srst';
import { time } from '../../../firmware/sbi/time';
import { Csr, PagingMode } from '../../../isa/index';
import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import { type Component, componentOf, type StateHolder } from '../../../schema/state/component';
import { SharedPage } from '../../events/shared-page';
import type { HartContext } from '../../hart-context';
import type { CallersMemory } from '../../hypercalls/callers-memory';
import type { EngineHypercalls } from '../../hypercalls/hypercall';
import type { Reach } from '../../isolation';
import type { LoadedGuest } from '../../loaded-guest';
import type { FrameRange } from '../../memory/frame-table';
import type { GuestFrame } from '../../memory/host-memory';
import { ensure } from '../../memory/table-check';
import type { Vm } from '../../vm';
import { virtualFeatures } from '../deprivileged/features';
import type { EngineVm, PortedGuest } from '../engine';
import { buildFirstTables } from './boot';
import { virtualMemory } from './callers-memory';
import { DirectPaging, levelOf, ROOT_LEVEL } from './direct-paging';
import { paraHypercalls } from './hypercalls';
import { MachineTables, MachineTablesAsHardware } from './machine-tables';
import type { PortedVcpu, PortedVm, SharedPlace } from './ported';
import { reachOfTables } from './reach';
import { ROOT_KINDS } from './roots';
import { type ParaVmState, paraVmSchema } from './state';
import { ParaVcpu } from './vcpu';
import { VmmTables } from './vmm-tables';

/** What is left of the firmware. */
const OFFERED: ReadonlySet<SbiExtension> = new Set([base, time, srst, dbcn, fwft]);

/** The engine `para` for one VM: its vCPUs, and what its frames are. */
export class ParaVm implements EngineVm, PortedGuest, PortedVm, StateHolder<ParaVmState> {
  readonly translation = 'registered';
  readonly ported = this;
  readonly paging: DirectPaging;
  readonly vmmTables: VmmTables;
  readonly peekedTables: MachineTables;
  readonly walkedTables: MachineTables;
  readonly vcpus: readonly ParaVcpu[];
  readonly features: FeatureSwitches;
  readonly hypercalls: EngineHypercalls;
  readonly component: Component;
  shared: SharedPlace | undefined;
  readonly sharedPage: SharedPage;
  /** Tables that are pinned, with their levels. */
  private readonly pinned = new Map<number, number>();
  private readonly callers: readonly CallersMemory[];

  /** @param range frames for the VMM's part of its address spaces */
  constructor(
    readonly vm: Vm,
    range: FrameRange,
  ) {
    const { machine, host, id: owner } = vm;
    const { ram } = machine.core;
    this.vmmTables = new VmmTables(ram, range, host.frames.base);
    const isOwn = (hpa: number): boolean => this.isOwn(hpa);
    this.paging = new DirectPaging({
      frames: host.frames,
      owner,
      ram,
      isOwn,
      isDevice: (address) => vm.board.find(address) !== undefined,
      forgetAll: () => this.forgetAll(),
      vmmEntry: (kind) => this.vmmTables.entry(kind),
    });
    const isTable = (hpa: number): boolean => isOwn(hpa) || this.vmmTables.tables.includes(hpa - (hpa % FRAME));
    this.peekedTables = new MachineTables(ram, isTable);
    this.walkedTables = new MachineTablesAsHardware(ram, isTable, host.ledger);
    this.sharedPage = new SharedPage(ram, () => this.shared?.hpa);
    this.vcpus = vm.cpuIds.map((vcpu) => new ParaVcpu(vcpu, this));
    this.features = virtualFeatures(this.vcpus);
    this.hypercalls = paraHypercalls(this);
    this.callers = this.vcpus.map((vcpu) => virtualMemory(vcpu));
    this.component = componentOf(paraVmSchema, this);
    vm.memory.protect((hpa) => this.isTable(hpa));
    this.vmmTables.write(vm.p2m);
  }

  /** Whether a machine address is memory that the guest may use. */
  isOwn(hpa: number): boolean {
    const gpa = this.vm.toGuest(hpa);
    return gpa !== undefined && this.vm.memory.hostPhysical(gpa) === hpa;
  }

  isTable(hpa: number): boolean {
    const info = this.vm.host.frames.info(hpa);
    return info !== undefined && info.owner === this.vm.id && info.typeCount > 0 && levelOf(info.type) !== undefined;
  }

  callersMemory(vcpu: number): CallersMemory {
    const memory = this.callers[vcpu];
    if (!memory) throw new RangeError(`vCPU ${vcpu} is not of this VM`);
    return memory;
  }

  /** Others have hypercalls in their place, since harts, interrupts and fences are asked for in another way. */
  offers(extension: SbiExtension): boolean {
    return OFFERED.has(extension);
  }

  /** The images are in its memory: the first tables, the shared page and the start page come beside them. */
  begin(loaded: LoadedGuest): LoadedGuest | undefined {
    return buildFirstTables(this, loaded);
  }

  notePinned(hpa: number, level: number | undefined): void {
    if (level === undefined) this.pinned.delete(hpa);
    else this.pinned.set(hpa, level);
  }

  share(gpa: number): void {
    const hpa = this.vm.memory.hostPhysical(gpa);
    const refusal = hpa === undefined ? true : this.vm.host.frames.get(hpa, 'shared', this.vm.id);
    ensure(hpa !== undefined && !refusal, `0x${gpa.toString(16)} cannot be the shared page`);
    this.shared = { gpa, hpa, va: BigInt(gpa) };
  }

  isOfOtherKind(hpa: number, kind: 'kernel' | 'user'): boolean {
    const other = kind === 'kernel' ? 'user' : 'kernel';
    return this.vcpus.some(({ roots }) => roots.hpa(other) === hpa);
  }

  holdRoots({ id, roots }: Pick<PortedVcpu, 'id' | 'roots'>): void {
    for (const kind of ROOT_KINDS) {
      const hpa = roots.hpa(kind);
      if (hpa === 0) continue;
      this.paging.begin();
      const refusal = this.paging.use(hpa, ROOT_LEVEL);
      ensure(!refusal && !this.isOfOtherKind(hpa, kind), `the ${kind} root of vCPU ${id} cannot be a root`);
      this.paging.setVmmEntry(hpa, kind);
    }
  }

  /** The VM begins anew: its frames are memory alone. */
  clearTables(): void {
    this.loosen();
  }

  /** The guest knows its map of machine addresses, and keeps it. */
  listEntryOf({ hpa }: GuestFrame): bigint {
    return BigInt(hpa);
  }

  /** Nothing of the guest's leads to a frame that goes, since it would be held. The map back follows. */
  changed(frames: readonly GuestFrame[], what: 'dropped' | 'filled'): void {
    const moved = frames.filter(({ gpa, hpa }) => this.vmmTables.set(hpa, what === 'filled' ? gpa : 0));
    if (moved.length > 0) this.forgetAll();
  }

  leave(pcpu: HartContext): boolean {
    const left = this.vcpus.map(({ roots }) => roots.leave(pcpu));
    return left.every((isLeft) => isLeft);
  }

  dropped(): void {
    this.loosen();
    for (const { roots } of this.vcpus) for (const kind of ROOT_KINDS) roots.choose(kind, 0);
  }

  private loosen(): void {
    this.vm.host.frames.loosen(this.vm.id);
    this.pinned.clear();
    this.paging.restoreWritten([]);
    this.shared = undefined;
  }

  /** No hart has a translation of the VM's before it goes on with it: this one forgets now, the others on their way into the guest. */
  private forgetAll(): void {
    for (const vcpu of this.vcpus) vcpu.fence({ pages: 'all', asid: null });
  }

  /** Every root that hardware walks, or will walk, with what its tables lead to, and every usable TLB entry. */
  reach(reach: Reach): void {
    reachOfTables(this, [...this.pinned], reach);
    for (const vcpu of this.vcpus) {
      const { on, roots } = vcpu;
      if (on && !walksItsRoot(on, vcpu)) reach.flaw('page table', `satp of hart ${on.id} leads to no root of its vCPU`);
      const { hart, mustForget } = roots.pcpu ?? {};
      // What it forgets before it runs on is as good as gone.
      if (!hart || mustForget || vcpu.requests.has('fence') || (!hart.options.asidBits && !on)) continue;
      for (const entry of hart.tlb.entries) {
        const kind = hart.options.asidBits ? roots.ofAsid(entry.asid) : 'kernel';
        if (entry.virtual || !kind || !(entry.flags & Pte.V) || !(entry.flags & Pte.U)) continue;
        const what = `page 0x${(entry.page * FRAME).toString(16)} of the ${kind} root of vCPU ${vcpu.id}`;
        if (this.vmmTables.isMap(entry.physical)) {
          if (entry.flags & Pte.W) reach.flaw('TLB', `${what} may write the map of machine frames`);
          continue;
        }
        reach.memory('TLB', what, entry.physical, FRAME * 512 ** entry.level);
        if (entry.flags & Pte.W && this.isTable(entry.physical)) reach.flaw('TLB', `${what} may write a page table`);
      }
    }
  }

  state(): ParaVmState {
    return {
      shared: this.shared?.gpa ?? null,
      pinned: [...this.pinned].map(([hpa, level]) => ({ hpa, level })),
      written: Uint32Array.from(this.paging.written, (hpa) => hpa / FRAME),
    };
  }

  /** @throws RangeError where what is to be a table cannot be one */
  restore({ shared, pinned, written }: ParaVmState): void {
    this.loosen();
    this.vmmTables.write(this.vm.p2m);
    if (shared !== null) this.share(shared);
    for (const { hpa, level } of pinned) {
      this.paging.begin();
      const refusal = this.paging.pin(hpa, level);
      ensure(!refusal, `the frame 0x${hpa.toString(16)} cannot be a table of level ${level}`);
      this.pinned.set(hpa, level);
    }
    this.paging.restoreWritten(Array.from(written, (frame) => frame * FRAME));
  }
}

/** Whether a hart walks the root of its vCPU's mode, under the ASID of that. */
function walksItsRoot(hart: Hart, { roots, user }: ParaVcpu): boolean {
  const [low, high] = [hart.csrLow(Csr.satp.number), hart.csrHigh(Csr.satp.number)];
  const kind = user ? 'user' : 'kernel';
  return (
    modeOf(high) === PagingMode.sv39 &&
    rootOf(low, high) * FRAME === roots.hpa(kind) &&
    spaceOf(high) === roots.asidOf(kind)
  );
}
