import type { Hart } from '../core/index';
import type { SbiFirmware } from '../firmware/firmware';
import type { EntryPoint } from '../firmware/port';
import { Feature } from '../firmware/sbi/features';
import { InterruptCode } from '../isa/index';
import type { HostedSoftware } from '../machine/hosted-software';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';
import { type Narration, runThrough, step } from '../machine/narration';
import { FRAME, Gpa, Hpa, SUPERPAGE } from '../mmu/address';
import type { TableFrames } from './engines/engine';
import { Exit } from './exits/exit';
import { acknowledgeKick, kick } from './exits/kick';
import { openExit } from './exits/open-exit';
import { ExitLedger } from './ledger/ledger';
import { type FrameOwner, type FrameRange, FrameTable } from './memory/frame-table';
import { GuestMemory } from './memory/guest-memory';
import { P2m } from './memory/p2m';
import { type Outcome, RESUME } from './runnable';
import { SavedVmm } from './saved-vmm';
import type { HypervisorServices } from './services';
import { HostTimers } from './timers';
import type { Vcpu } from './vcpu';
import { Vm, type VmConfiguration } from './vm';
import { KILL_REASONS, type VmEnd } from './vm-end';

/** Whether handlers of the VMM take no machine time, or as much as they cost. */
export const VMM_TIMES = ['free', 'charged'] as const;
export type VmmTime = (typeof VMM_TIMES)[number];

/** Where the VMM's part of machine memory begins: the firmware has the 2 MiB before it. */
const VMM_MEMORY = FIRMWARE_MEMORY.base + SUPERPAGE;

/** The VMM: it has S-mode of the machine, and everything in it that is not a guest's. */
export class Hypervisor implements HostedSoftware, HypervisorServices {
  readonly name = 'vmm';
  readonly component = new SavedVmm(this);
  readonly ledger = new ExitLedger();
  readonly frames: FrameTable;
  readonly timers: HostTimers;
  readonly vms: Vm[] = [];
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
    this.frames = new FrameTable(VMM_MEMORY, base + size - VMM_MEMORY);
    this.timers = new HostTimers((hart, deadline) => firmware.setTimer(hart, deadline));
    this.running = machine.harts.map(() => undefined);
    // What the firmware has turned on for the VMM, the VMM can turn on for its guests.
    for (const { id } of machine.harts) firmware.sbi.features.find(Feature.tableUpdates)?.turn(id, true);
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
    for (const vcpu of vm.vcpus) this.running[vcpu.on.id] = vcpu;
    return vm;
  }

  /** Enters a VM's guest: S-mode at `entry` on vCPU 0. The others wait for hart_start. */
  boot(vm: Vm, entry: EntryPoint): void {
    for (const vcpu of vm.vcpus) {
      vcpu.prepareHart();
      if (vcpu.id === 0) vm.port.start(vcpu.id, entry);
      else this.machine.scheduler.stop(vcpu.on);
    }
  }

  trapTaken(hart: Hart): void {
    this.running[hart.id]?.leave();
  }

  *handleTrap(hart: Hart): Narration {
    const vcpu = this.running[hart.id];
    if (!vcpu) throw new RangeError(`hart ${hart.id} runs no vCPU`);
    this.handling = hart;
    const exit = Exit.of(hart);
    openExit(this.ledger, vcpu, exit, this.machine.clock.now());
    const { pc } = vcpu;
    const { name } = exit.description;
    yield step`the hart has trapped into the VMM: ${name} at ${pc}, by scause and sepc`;
    let outcome: Outcome = RESUME;
    if (exit.interrupt) yield* this.handleInterrupt(vcpu, exit.cause);
    else outcome = yield* vcpu.handleExit(exit);
    this.settle(vcpu, outcome);
    // What is asked of it from here on, by input that comes while a debugger stands at one of these steps, it may not see any more.
    this.handling = undefined;
    yield* vcpu.enter(hart);
    this.charge(vcpu, this.ledger.close());
  }

  /** What a handler has cost takes the hart's time, where that is wanted. One cycle is one nanosecond. */
  private charge(vcpu: Vcpu, cycles: number): void {
    if (this.time === 'free') return;
    const { clock } = vcpu.vm;
    this.machine.scheduler.spend(vcpu.on, clock.spend(cycles));
    if (clock.time === 'own') vcpu.timeStolen();
  }

  isOrdered(hart: Hart): boolean {
    return this.running[hart.id]?.isOrdered(Exit.of(hart)) ?? false;
  }

  /** Whether a hart that waits goes on: the vCPU that it runs does. */
  wakes(hart: Hart): boolean {
    return this.running[hart.id]?.interruptAwaits ?? false;
  }

  woken(hart: Hart): void {
    const vcpu = this.running[hart.id];
    if (!vcpu) return;
    vcpu.run = 'running';
    vcpu.wait = undefined;
  }

  /** The vCPU that a hart runs. */
  vcpuOn(hart: Hart): Vcpu | undefined {
    return this.running[hart.id];
  }

  isHandling(vcpu: Vcpu): boolean {
    return vcpu.on === this.handling;
  }

  kick(vcpu: Vcpu): void {
    // One whose exit is being handled, or that is off, looks at its requests on its way into the guest.
    if (!this.isHandling(vcpu) && vcpu.run !== 'off') kick(vcpu.on);
  }

  start(vcpu: Vcpu): void {
    vcpu.run = 'running';
    vcpu.wait = undefined;
    this.machine.scheduler.start(vcpu.on);
    runThrough(vcpu.enter(vcpu.on));
  }

  vmEnded(vm: Vm, end: VmEnd): void {
    if (this.vms.some((each) => each.end === undefined)) return;
    if (end.reason !== 'killed') {
      this.machine.finish(end);
      return;
    }
    const { kind } = end;
    const hart = vm.vcpus[end.vcpu]?.on;
    if (hart) this.machine.finish({ reason: 'killed', hart, why: KILL_REASONS[kind], kind });
  }

  state() {
    return { vms: this.vms.map((vm) => vm.state()) };
  }

  restore({ vms }: ReturnType<Hypervisor['state']>): void {
    for (const [index, state] of vms.entries()) this.vms[index]?.restore(state);
    this.handling = undefined;
  }

  private take(owner: FrameOwner, { frames, align }: TableFrames): FrameRange {
    const taken = this.frames.take(owner, frames, align);
    if (!taken) throw new RangeError(`the machine has no ${frames} frames of memory more`);
    return taken;
  }

  private *handleInterrupt(vcpu: Vcpu, code: number): Narration {
    if (code === InterruptCode.supervisorTimer) {
      yield* vcpu.timerReached();
    } else {
      yield step`interrupt lines of vCPU ${vcpu.id} have changed: look at its virtual interrupts`;
      acknowledgeKick(vcpu.on);
    }
  }

  /** What the exit was has been dealt with: what becomes of the vCPU. */
  private settle(vcpu: Vcpu, outcome: Outcome): void {
    const { scheduler } = this.machine;
    switch (outcome.kind) {
      case 'wait':
        vcpu.run = 'blocked';
        vcpu.wait = outcome.wait;
        scheduler.wait(vcpu.on);
        break;
      case 'off':
        vcpu.run = 'off';
        scheduler.stop(vcpu.on);
        break;
      case 'end':
        vcpu.vm.finish(outcome.end);
        break;
      case 'resume':
        break;
    }
  }
}

/** In blocks of 2 MiB, so that a VM's large pages can be the machine's. */
const guestFrames = (memory: number): TableFrames => ({ frames: memory / FRAME, align: SUPERPAGE / FRAME });
