import { type Hart, NANOSECONDS_PER_TICK } from '../core/index';
import type { SbiFirmware } from '../firmware/firmware';
import { Feature } from '../firmware/sbi/features';
import { Csr, InterruptCode, SUPERVISOR_INTERRUPTS } from '../isa/index';
import type { HostedSoftware } from '../machine/hosted-software';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';
import { type Narration, runThrough, step } from '../machine/narration';
import { FRAME, Gpa, Hpa, SUPERPAGE } from '../mmu/address';
import { type Component, withoutState } from '../schema/state/component';
import { Dispatcher, type RunListener, type VmmTime } from './dispatcher';
import type { Engine, TableFrames, VmDemands } from './engines/engine';
import { savedChannels } from './events/saved-channels';
import { firmwareMemory } from './events/shared-page';
import { Exit } from './exits/exit';
import { acknowledgeKick } from './exits/kick';
import { openExit } from './exits/open-exit';
import { ExitLedger, type ExitListener } from './ledger/ledger';
import { DemandMemory, type Lack, type Overcommit } from './memory/demand';
import { type FrameOwner, type FrameRange, FrameTable } from './memory/frame-table';
import { GuestMemory } from './memory/guest-memory';
import { P2m } from './memory/p2m';
import { Pcpu } from './pcpu';
import { type Outcome, RESUME, type WakeReason } from './runnable';
import { entitlements } from './scheduler/entitlement';
import type { Scheduler } from './scheduler/scheduler';
import type { HypervisorServices } from './services';
import { NEVER } from './timers';
import type { Vcpu } from './vcpu';
import { Vm, type VmConfiguration } from './vm';
import { KILL_REASONS, type KillReason, type VmEnd } from './vm-end';
import type { VmOperation } from './vm-operation';
import { vmmWorld } from './vmm-world';

/** Where the VMM's part of machine memory begins: the firmware has the 2 MiB before it. */
const VMM_MEMORY = FIRMWARE_MEMORY.base + SUPERPAGE;

/** How a host is run. */
export interface HypervisorOptions {
  readonly vmmTime: VmmTime;
  /** @param pcpus among which it gives harts, once they are there */
  readonly scheduler: (pcpus: () => readonly Pcpu[]) => Scheduler;
  /** What becomes of VMs that have together more memory than the machine. */
  readonly overcommit: Overcommit;
}

/** The VMM: it has S-mode of the machine, and everything in it that is not a guest's. */
export class Hypervisor implements HostedSoftware, HypervisorServices {
  readonly world = vmmWorld;
  readonly ledger: ExitLedger;
  readonly frames: FrameTable;
  readonly pcpus: readonly Pcpu[];
  readonly vms: Vm[] = [];
  private readonly overcommit: Overcommit;
  private readonly scheduler: Scheduler;
  private readonly dispatcher: Dispatcher;
  /** Where VMs get their memory frame by frame; absent where they have all of it from the start. */
  private readonly demand: DemandMemory | undefined;

  /** @param firmware of the machine, which keeps the timers of its harts */
  constructor(
    readonly machine: Machine,
    firmware: SbiFirmware,
    { vmmTime, scheduler, overcommit }: HypervisorOptions,
  ) {
    const { base, size } = machine.core.ram;
    this.ledger = new ExitLedger(() => machine.clock.waking ?? 'input');
    this.frames = new FrameTable(VMM_MEMORY, base + size - VMM_MEMORY);
    this.pcpus = machine.harts.map(
      (hart) => new Pcpu(machine, hart, (deadline) => firmware.setTimer(hart.id, deadline)),
    );
    this.scheduler = scheduler(() => this.pcpus);
    this.dispatcher = new Dispatcher(machine, this.pcpus, this.scheduler, this.ledger, vmmTime, this.frames, () =>
      this.framesCame(),
    );
    this.overcommit = overcommit;
    if (overcommit !== 'refuse') this.demand = new DemandMemory(this.frames, machine.core.ram, machine.harts);
    // What the firmware has turned on for the VMM, the VMM can turn on for its guests.
    for (const { id } of machine.harts) firmware.sbi.features.find(Feature.tableUpdates)?.turn(id, true);
    // The VMM has all harts from the start: those of which no vCPU runs wait in HS-mode.
    for (const { id } of machine.harts.slice(1)) firmware.sbi.start(id, { address: 0, opaque: 0n });
    for (const hart of machine.harts) hart.setCsrWords(Csr.sie.number, SUPERVISOR_INTERRUPTS, 0);
    machine.host('s', this);
  }

  /** Somebody looks at exits and at what vCPUs do, as they happen. */
  listen(listener: ExitListener & RunListener): void {
    this.ledger.listener = listener;
    this.dispatcher.listener = listener;
  }

  /** Bytes of machine memory, from the firmware's up, that such VMs take. */
  static memoryFor(vms: readonly DemandsOfEngine[], overcommit: Overcommit): number {
    let end = VMM_MEMORY / FRAME;
    for (const { engine, memory, vcpus } of vms) {
      // What is given as it is touched need not be there.
      const guests = overcommit === 'refuse' ? [guestFrames(memory)] : [];
      for (const { frames, align } of [...engine.tables({ memory, vcpus }), ...guests])
        end = Math.ceil(end / align) * align + frames;
    }
    return end * FRAME - FIRMWARE_MEMORY.base;
  }

  /** @throws RangeError when the machine's memory does not suffice */
  createVm(configuration: VmConfiguration): Vm {
    const { engine, memory, vcpus } = configuration;
    const id = this.vms.length;
    const tables = engine.tables({ memory, vcpus }).map((frames) => this.take('vmm', frames));
    const vm = new Vm(id, this, this.guestMemory(id, configuration), tables, configuration);
    this.vms.push(vm);
    this.scheduler.add(vm.vcpus);
    return vm;
  }

  private guestMemory(id: number, { engine, memory, vcpus, memoryLimit, paravirtual }: VmConfiguration): GuestMemory {
    const { ram } = this.machine.core;
    const begin = new Gpa(MEMORY_MAP.ram.base);
    // A ported guest has a page of its own anyway.
    const firmware = firmwareMemory(paravirtual && engine.guests === 'any');
    if (!this.demand) {
      const { base } = this.take(id, guestFrames(memory));
      return new GuestMemory(ram, P2m.reserved(begin, memory, new Hpa(base)), firmware);
    }
    const p2m = new P2m(begin, memory, { base: this.frames.base, frames: this.frames.size / FRAME });
    const most = memoryLimit === undefined ? memory : memoryLimit - tablesOf({ engine, memory, vcpus });
    const source = this.demand.add(p2m, Math.floor(Math.min(most, memory) / FRAME), firmware);
    return new GuestMemory(ram, p2m, firmware, source, (lack) => this.lacksMemory(id, lack));
  }

  verdictOn(lack: Lack): KillReason | 'wait' {
    if (lack === 'limit') return 'memory-limit';
    // What has been given back is as good as there.
    return this.overcommit === 'wait' || this.demand?.willHave ? 'wait' : 'out-of-memory';
  }

  /** A device of a VM's was to write what there is no memory for: it waits for some, or its VM is killed. */
  private lacksMemory(id: number, lack: Lack): void {
    const vm = this.vms[id];
    const verdict = this.verdictOn(lack);
    if (!vm || vm.end || verdict === 'wait') return;
    vm.finish({ reason: 'killed', kind: verdict, vcpu: 0 });
    if (vm.isOff) this.dispatcher.settleEnd(vm);
  }

  /** There are free frames: whoever waits for some may find one. */
  private framesCame(): void {
    for (const { vcpus, board } of this.vms) {
      for (const vcpu of vcpus) if (vcpu.wait?.kind === 'frames' && vcpu.mayRun) this.wake(vcpu, 'frames');
      board.memoryCame();
    }
  }

  /** All guests that were to be booted have been: harts look for somebody to run. */
  start(): void {
    for (const pcpu of this.pcpus) runThrough(this.dispatcher.begin(pcpu));
  }

  trapTaken(hart: Hart): void {
    this.runningOn(hart)?.leave();
  }

  *handleTrap(hart: Hart): Narration {
    const { dispatcher, ledger } = this;
    const pcpu = this.pcpuOf(hart);
    const left = pcpu.running;
    dispatcher.handle(hart);
    const exit = Exit.of(hart);
    openExit(ledger, hart, left, exit, this.machine.clock.now());
    const { name } = exit.description;
    if (left) {
      const { pc } = left;
      yield step`the hart has trapped into the VMM: ${name} at ${pc}, by scause and sepc`;
    } else {
      yield step`the hart, which had nothing to do, has trapped into the VMM: ${name}, by scause`;
    }
    let outcome: Outcome = RESUME;
    let isForLeft = true;
    if (exit.interrupt) isForLeft = yield* this.handleInterrupt(pcpu, exit.cause);
    else if (left) outcome = yield* left.handleExit(exit);
    if (left) yield* dispatcher.settle(left, outcome);
    dispatcher.ended();
    yield* dispatcher.resume(pcpu);
    dispatcher.settleTime(pcpu, left, ledger.close(pcpu.running?.name ?? null), isForLeft);
  }

  isOrdered(hart: Hart): boolean {
    return this.runningOn(hart)?.isOrdered(Exit.of(hart)) ?? false;
  }

  /** Its virtual machine is given up, as where traps come to the VMM: others may have the hart. */
  guestLoops(hart: Hart): boolean {
    const vcpu = this.runningOn(hart);
    vcpu?.vm.finish({ reason: 'killed', kind: 'trap-loop', vcpu: vcpu.id });
    return vcpu !== undefined;
  }

  /** A hart that waits has nothing to do: interrupts have handlers, which may find it something. */
  wakes(): boolean {
    return false;
  }

  get sharesHarts(): boolean {
    return this.scheduler.sharesHarts;
  }

  /** The vCPU that a hart runs. */
  runningOn(hart: Hart): Vcpu | undefined {
    return this.pcpuOf(hart).running;
  }

  /** The vCPU that a hart runs, or ran last, or can have. */
  vcpuOn(hart: Hart): Vcpu | undefined {
    return this.runningOn(hart) ?? this.vms.flatMap(({ vcpus }) => vcpus).find((vcpu) => this.hartOf(vcpu) === hart);
  }

  /** The hart of a vCPU: that has it, or had it last, or can have it. */
  hartOf(vcpu: Vcpu): Hart {
    return vcpu.lastHart ?? this.placeOf(vcpu);
  }

  pcpuOf(hart: Hart): Pcpu {
    return this.dispatcher.pcpuOf(hart);
  }

  placeOf(vcpu: Vcpu): Hart {
    return this.scheduler.placeOf(vcpu);
  }

  isHandling(vcpu: Vcpu): boolean {
    return this.dispatcher.isHandling(vcpu);
  }

  /**
   * What each VM gets in the long run when all of them want all that they can have, in percent of one hart. One that has ended or is paused
   * wants nothing.
   */
  entitlements(): ReadonlyMap<Vm, number> {
    const wanting = this.vms.filter(({ life }) => !life.end && !life.isPaused);
    const claims = new Map(
      wanting.map((vm) => [vm, this.scheduler.claimOf(vm.vcpus.filter(({ run }) => run !== 'off'))]),
    );
    const shares = entitlements([...claims.values()], this.pcpus.length);
    return new Map([...claims].map(([vm, claim]) => [vm, shares.get(claim) ?? 0]));
  }

  kick(vcpu: Vcpu, why: WakeReason): void {
    this.dispatcher.kick(vcpu, why);
  }

  wake(vcpu: Vcpu, why: WakeReason): void {
    this.dispatcher.wake(vcpu, why);
  }

  vmEnded(vm: Vm, end: VmEnd): void {
    vm.events.closeAll();
    for (const vcpu of vm.vcpus) this.dispatcher.end(vcpu);
    if (this.vms.some(({ life }) => !life.end || life.goesOn)) return;
    if (end.reason !== 'killed') {
      this.machine.finish(end);
      return;
    }
    const { kind } = end;
    const killed = vm.vcpus[end.vcpu];
    if (killed) this.machine.finish({ reason: 'killed', hart: this.hartOf(killed), why: KILL_REASONS[kind], kind });
  }

  /** Something is done to a VM from outside. @returns whether it had an effect: what has ended goes on by a reboot alone */
  operate(vm: Vm, operation: VmOperation): boolean {
    const { life } = vm;
    if (life.refusalOf(operation) !== undefined) return false;
    switch (operation) {
      case 'pause':
        life.isPaused = true;
        for (const vcpu of vm.vcpus) this.dispatcher.stop(vcpu);
        // Of one that has a hart still it stands from where that has come to.
        if (vm.isOff) vm.clock.stand();
        return true;
      case 'unpause':
        life.isPaused = false;
        this.dispatcher.goOnWith(vm);
        return true;
      case 'destroy':
        life.isPaused = false;
        vm.finish({ reason: 'killed', kind: 'destroyed', vcpu: 0 });
        if (vm.isOff) this.dispatcher.settleEnd(vm);
        return true;
      case 'reboot':
        life.isPaused = false;
        // One that had ended has waited for nothing.
        for (const { account, spends } of vm.vcpus) account.passed(spends, this.machine.clock.now());
        life.endForReboot();
        this.vmEnded(vm, { reason: 'reset' });
        if (vm.isOff) this.dispatcher.settleEnd(vm);
        return true;
    }
  }

  get component(): Component {
    const parts = Object.fromEntries([
      // Before the VMs: these are checked beside the numbers that harts have given them.
      ...this.pcpus.map(({ hart, component }) => [`pcpu${hart.id}`, component] as const),
      ...(this.demand ? [['memory', this.demand.component] as const] : []),
      ...this.vms.map((vm) => [`vm${vm.id}`, vm.component] as const),
      ['events', savedChannels(this.vms.map(({ events }) => events))],
      ['scheduler', this.scheduler.component],
    ]);
    const restored = (): void => this.dispatcher.goOn(this.vms.flatMap(({ vcpus }) => vcpus));
    return withoutState('vmm', { parts, restored });
  }

  private take(owner: FrameOwner, { frames, align }: TableFrames): FrameRange {
    const taken = this.frames.take(owner, frames, align);
    if (!taken) throw new RangeError(`the machine has no ${frames} frames of memory more`);
    return taken;
  }

  /** @returns whether it was for the vCPU that the hart ran, or for nobody in particular */
  private *handleInterrupt(pcpu: Pcpu, code: number): Narration<boolean> {
    const { hart, running } = pcpu;
    if (code !== InterruptCode.supervisorTimer) {
      yield step`somebody has kicked the hart, by SSIP: requests or virtual interrupts of its vCPUs have changed`;
      acknowledgeKick(hart);
      return true;
    }
    const due = pcpu.timers.due();
    for (const vcpu of due) {
      const { name } = vcpu.entered;
      if (vcpu.isTimerDue) yield* vcpu.timerReached();
      else yield step`the machine's timer has come, which was set for ${name}: it waits for its ports no longer`;
      if (vcpu.isReady) this.wake(vcpu, 'timer');
    }
    const now = this.machine.clock.now();
    if (pcpu.timers.sliceEnd * NANOSECONDS_PER_TICK <= now) {
      yield step`the slice is over: somebody else may have the hart`;
      pcpu.timers.sliceEnd = NEVER;
      pcpu.mustPick = true;
    }
    pcpu.timers.set();
    return due.length === 0 || due.some((vcpu) => vcpu === running);
  }
}

/** What a VM asks of its host, and of an engine. */
export interface DemandsOfEngine extends VmDemands {
  readonly engine: Engine;
}

/** Bytes of machine memory that the VMM's tables for a VM take. */
export function tablesOf({ engine, ...demands }: DemandsOfEngine): number {
  return engine.tables(demands).reduce((sum, { frames }) => sum + frames * FRAME, 0);
}

/** In blocks of 2 MiB, so that a VM's large pages can be the machine's. */
const guestFrames = (memory: number): TableFrames => ({ frames: memory / FRAME, align: SUPERPAGE / FRAME });
