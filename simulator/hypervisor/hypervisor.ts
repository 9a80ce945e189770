import { type Hart, Status } from '../core/index';
import type { SbiFirmware } from '../firmware/firmware';
import type { EntryPoint } from '../firmware/port';
import { Feature } from '../firmware/sbi/features';
import { Csr, InterruptCode, SUPERVISOR_INTERRUPTS } from '../isa/index';
import type { HostedSoftware } from '../machine/hosted-software';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';
import { type Narration, runThrough, step } from '../machine/narration';
import { FRAME, Gpa, Hpa, SUPERPAGE } from '../mmu/address';
import { type Component, withoutState } from '../schema/state/component';
import type { TableFrames } from './engines/engine';
import { Exit } from './exits/exit';
import { acknowledgeKick, kick } from './exits/kick';
import { openExit } from './exits/open-exit';
import { ExitLedger } from './ledger/ledger';
import { type FrameOwner, type FrameRange, FrameTable } from './memory/frame-table';
import { GuestMemory } from './memory/guest-memory';
import { P2m } from './memory/p2m';
import { type Outcome, RESUME } from './runnable';
import { PinnedScheduler } from './scheduler/pinned';
import type { Scheduler } from './scheduler/scheduler';
import type { HypervisorServices } from './services';
import { HostTimers } from './timers';
import type { Vcpu } from './vcpu';
import { Vm, type VmConfiguration } from './vm';
import { KILL_REASONS, type VmEnd } from './vm-end';
import { vmmWorld } from './vmm-world';

/** Whether handlers of the VMM take no machine time, or as much as they cost. */
export const VMM_TIMES = ['free', 'charged'] as const;
export type VmmTime = (typeof VMM_TIMES)[number];

/** Where the VMM's part of machine memory begins: the firmware has the 2 MiB before it. */
const VMM_MEMORY = FIRMWARE_MEMORY.base + SUPERPAGE;

/** The VMM: it has S-mode of the machine, and everything in it that is not a guest's. */
export class Hypervisor implements HostedSoftware, HypervisorServices {
  readonly world = vmmWorld;
  readonly ledger: ExitLedger;
  readonly frames: FrameTable;
  readonly timers: HostTimers;
  readonly vms: Vm[] = [];
  private readonly scheduler: Scheduler = new PinnedScheduler();
  /** The vCPU that each hart runs. */
  private readonly running: (Vcpu | undefined)[];
  /** The hart whose exit is being handled, as long as its vCPU will still look at what it has been asked. */
  private handling: Hart | undefined;

  /**
   * @param firmware of the machine, which keeps the timers of its harts
   * @param time whether handlers take machine time
   */
  constructor(
    readonly machine: Machine,
    firmware: SbiFirmware,
    private readonly time: VmmTime,
  ) {
    const { base, size } = machine.core.ram;
    this.ledger = new ExitLedger(() => machine.clock.waking ?? 'input');
    this.frames = new FrameTable(VMM_MEMORY, base + size - VMM_MEMORY);
    this.timers = new HostTimers((hart, deadline) => firmware.setTimer(hart, deadline));
    this.running = machine.harts.map(() => undefined);
    // What the firmware has turned on for the VMM, the VMM can turn on for its guests.
    for (const { id } of machine.harts) firmware.sbi.features.find(Feature.tableUpdates)?.turn(id, true);
    // The VMM has all harts from the start: those of which no vCPU runs wait in HS-mode.
    for (const { id } of machine.harts.slice(1)) firmware.sbi.start(id, { address: 0, opaque: 0n });
    machine.host('s', this);
  }

  /** Bytes of machine memory, from the firmware's up, that such VMs take. */
  static memoryFor(vms: readonly Pick<VmConfiguration, 'engine' | 'memory' | 'vcpus'>[]): number {
    let end = VMM_MEMORY / FRAME;
    for (const { engine, memory, vcpus } of vms) {
      for (const { frames, align } of [...engine.tables({ memory, vcpus }), guestFrames(memory)])
        end = Math.ceil(end / align) * align + frames;
    }
    return end * FRAME - FIRMWARE_MEMORY.base;
  }

  /** @throws RangeError when the machine's memory does not suffice */
  createVm(configuration: VmConfiguration): Vm {
    const { engine, memory, vcpus } = configuration;
    const id = this.vms.length;
    const tables = engine.tables({ memory, vcpus }).map((frames) => this.take('vmm', frames));
    const { base } = this.take(id, guestFrames(memory));
    const p2m = new P2m(new Gpa(MEMORY_MAP.ram.base), memory, new Hpa(base));
    const vm = new Vm(id, this, new GuestMemory(this.machine.core.ram, p2m), tables, configuration);
    this.vms.push(vm);
    this.scheduler.add(vm.vcpus);
    return vm;
  }

  /** Enters a VM's guest: S-mode at `entry` on vCPU 0. The others wait for hart_start, and their harts have nothing to do. */
  boot(vm: Vm, entry: EntryPoint): void {
    const [first] = vm.vcpus;
    // Its hart takes it below, and need not be told.
    this.handling = first?.home;
    vm.port.start(0, entry);
    this.handling = undefined;
    for (const { home } of vm.vcpus) {
      home.setCsrWords(Csr.sie.number, SUPERVISOR_INTERRUPTS, 0);
      runThrough(this.resume(home));
    }
  }

  trapTaken(hart: Hart): void {
    this.running[hart.id]?.leave();
  }

  *handleTrap(hart: Hart): Narration {
    const left = this.running[hart.id];
    this.handling = hart;
    const exit = Exit.of(hart);
    // What comes to a hart that has nothing to do is for the vCPU that waits there.
    const concerned = left ?? this.scheduler.vcpusOf(hart)[0];
    if (concerned) openExit(this.ledger, concerned, exit, this.machine.clock.now());
    const { name } = exit.description;
    if (left) {
      const { pc } = left;
      yield step`the hart has trapped into the VMM: ${name} at ${pc}, by scause and sepc`;
    } else {
      yield step`the hart, which had nothing to do, has trapped into the VMM: ${name}, by scause`;
    }
    let outcome: Outcome = RESUME;
    if (exit.interrupt) yield* this.handleInterrupt(hart, exit.cause);
    else if (left) outcome = yield* left.handleExit(exit);
    if (left) yield* this.settle(left, outcome);
    // What is asked of it from here on, by input that comes while a debugger stands at one of these steps, it may not see any more.
    this.handling = undefined;
    yield* this.resume(hart);
    this.charge(hart, left ?? this.running[hart.id], this.ledger.close());
  }

  /** The vCPU that the hart has goes on, or one that is to have it; or it waits for an interrupt. */
  private *resume(hart: Hart): Narration {
    let next = this.running[hart.id];
    if (!next) {
      next = this.scheduler.pick(hart);
      if (!next) {
        yield* this.idle(hart);
        return;
      }
      yield* next.load(hart);
      this.running[hart.id] = next;
      next.run = 'running';
      this.machine.scheduler.wake(hart);
    }
    yield* next.enter(hart);
  }

  /** Nobody wants the hart: it stays in HS-mode, and takes interrupts. */
  private *idle(hart: Hart): Narration {
    yield step`no vCPU wants the hart: wait for an interrupt, in HS-mode with SIE set`;
    hart.state.status |= Status.SIE;
    this.machine.scheduler.wait(hart);
  }

  /** What a handler has cost takes the hart's time, where that is wanted. One cycle is one nanosecond. */
  private charge(hart: Hart, vcpu: Vcpu | undefined, cycles: number): void {
    if (this.time === 'free') return;
    this.machine.scheduler.spend(hart, vcpu ? vcpu.vm.clock.spend(cycles) : cycles);
    if (vcpu?.vm.clock.time === 'own') vcpu.timeStolen();
  }

  isOrdered(hart: Hart): boolean {
    return this.running[hart.id]?.isOrdered(Exit.of(hart)) ?? false;
  }

  /** A hart that waits has nothing to do: interrupts have handlers, which may find it something. */
  wakes(): boolean {
    return false;
  }

  /** The vCPU that a hart runs, or that waits there. */
  vcpuOn(hart: Hart): Vcpu | undefined {
    return this.running[hart.id] ?? this.scheduler.vcpusOf(hart)[0];
  }

  isHandling(vcpu: Vcpu): boolean {
    return vcpu.on !== undefined && vcpu.on === this.handling;
  }

  kick(vcpu: Vcpu): void {
    const { on } = vcpu;
    // One whose exit is being handled looks at its requests on its way into the guest.
    if (on && on !== this.handling) this.tell(vcpu, on);
    else if (vcpu.isReady) this.wake(vcpu);
  }

  wake(vcpu: Vcpu): void {
    vcpu.run = 'runnable';
    vcpu.wait = undefined;
    const hart = this.scheduler.wake(vcpu);
    // The hart whose exit is being handled asks the scheduler anyway.
    if (!hart || hart === this.handling) return;
    this.machine.scheduler.alert(hart);
    this.tell(vcpu, hart);
  }

  vmEnded(vm: Vm, end: VmEnd): void {
    if (this.vms.some((each) => each.end === undefined)) return;
    if (end.reason !== 'killed') {
      this.machine.finish(end);
      return;
    }
    const { kind } = end;
    const hart = vm.vcpus[end.vcpu]?.home;
    if (hart) this.machine.finish({ reason: 'killed', hart, why: KILL_REASONS[kind], kind });
  }

  get component(): Component {
    const parts = Object.fromEntries(this.vms.map((vm) => [`vm${vm.id}`, vm.component]));
    return withoutState('vmm', { parts, restored: () => this.goOn() });
  }

  /** Another state has been taken up: vCPUs are where that says. */
  private goOn(): void {
    for (const { id } of this.machine.harts) this.running[id] = undefined;
    for (const vcpu of this.vms.flatMap((vm) => vm.vcpus)) if (vcpu.on) this.running[vcpu.on.id] = vcpu;
    this.handling = undefined;
  }

  private take(owner: FrameOwner, { frames, align }: TableFrames): FrameRange {
    const taken = this.frames.take(owner, frames, align);
    if (!taken) throw new RangeError(`the machine has no ${frames} frames of memory more`);
    return taken;
  }

  /** A hart is to look at what there is for a vCPU. */
  private tell(vcpu: Vcpu, hart: Hart): void {
    this.ledger.caused(vcpu.id, 'kick');
    kick(hart);
  }

  private *handleInterrupt(hart: Hart, code: number): Narration {
    if (code === InterruptCode.supervisorTimer) {
      for (const vcpu of this.scheduler.vcpusOf(hart)) {
        this.ledger.caused(vcpu.id, 'timer interrupt');
        yield* vcpu.timerReached();
        if (vcpu.isReady) this.wake(vcpu);
      }
    } else {
      yield step`somebody has kicked the hart, by SSIP: requests or virtual interrupts of its vCPUs have changed`;
      acknowledgeKick(hart);
    }
  }

  /** What the exit was has been dealt with: what becomes of the vCPU. */
  private *settle(vcpu: Vcpu, outcome: Outcome): Narration {
    const { on: hart } = vcpu;
    if (outcome.kind === 'resume' || !hart) return;
    // What has come since the guest looked, it would wait for in vain.
    if (outcome.kind === 'wait' && vcpu.interruptAwaits) return;
    vcpu.run = outcome.kind === 'off' ? 'off' : 'blocked';
    if (outcome.kind === 'wait') vcpu.wait = outcome.wait;
    else if (outcome.kind === 'end') vcpu.wait = { kind: 'paused' };
    yield* vcpu.put(hart);
    this.running[hart.id] = undefined;
    if (outcome.kind === 'end') vcpu.vm.finish(outcome.end);
  }
}

/** In blocks of 2 MiB, so that a VM's large pages can be the machine's. */
const guestFrames = (memory: number): TableFrames => ({ frames: memory / FRAME, align: SUPERPAGE / FRAME });
