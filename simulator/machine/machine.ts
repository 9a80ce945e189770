import { Core, type CorePlatform, type Hart, type HartOptions, RunExit } from '../core/index';
import type { AccessSize } from '../devices/device';
import type { DmaSpace } from '../devices/dma';
import { Csr } from '../isa/index';
import { Privilege } from '../mmu/index';
import type { Component } from '../schema/state/component';
import { type Board, readDevice, writeDevice } from './board';
import { Clock } from './clock';
import type { ActiveHandler, HostedSoftware } from './hosted-software';
import { MachineDma } from './machine-dma';
import { across, runThrough, type Step } from './narration';
import { machineComponent } from './saved-machine';
import { DEFAULT_TURN, HartScheduler } from './scheduler';
import { Standstill } from './standstill';
import { StateHash } from './state/state-hash';
import type { EndOfRun, MachineStop } from './stop';
import type { Trap } from './trap';

export interface MachineConfiguration {
  /** 1 to 64. */
  readonly harts: number;
  readonly ram: { readonly base: number; readonly size: number };
  /** Nanoseconds of an epoch, in which harts run beside each other; 10,000 when absent. */
  readonly turn?: number | undefined;
  /** What the manual leaves to the machine; QEMU's choices when absent. */
  readonly options?: Partial<HartOptions> | undefined;
  /** Whether hot code is translated; it makes no difference but in speed. Default: yes. */
  readonly translation?: boolean | undefined;
  /** Whether the console may still bring input that could wake a hart; absent, it may not. */
  readonly inputOpen?: (() => boolean) | undefined;
}

/** Handlers in a row during which no instruction retires and no time passes by idle harts: no software that goes on has so many. */
const MOST_HANDLERS = 100_000;

/** Reported traps of a hart in a row, without an instruction that retires, that make a trap loop: as many as the core counts by itself. */
const TRAP_LOOP = 64;

const WORD = 8;

/** What tells of a trap, by the mode that handles it. */
const trapCsrs = {
  m: { cause: Csr.mcause.number, value: Csr.mtval.number },
  s: { cause: Csr.scause.number, value: Csr.stval.number },
  vs: { cause: Csr.vscause.number, value: Csr.vstval.number },
} as const;

/** What a caller of `run` wants. Nothing in it changes what the guest does, only where the run pauses. */
export interface RunRequest {
  /** Retired instructions (of all harts together) after which to come back. */
  readonly instructions: number;
  /** Do not report a breakpoint at the first instruction: it is where the last run stopped. */
  readonly passBreakpoint?: boolean;
  /** Whether to stop in a handler before this step. Without it handlers run straight through. */
  readonly stopAtStep?: (step: Step, handler: ActiveHandler) => boolean;
  /** Whether to stop when the guest has taken a trap into its own handler; the hart's pc is then the handler's first instruction. */
  readonly stopAtGuestTrap?: (trap: Trap, hart: Hart) => boolean;
  /** Stop when a handler that was stopped in has ended. */
  readonly stopAtHandlerEnd?: boolean;
  /** While every hart waits, time passes up to here on the machine's clock and no further. */
  readonly waitUntil?: number | undefined;
  /** Come back an instruction after work that takes the computer long for what it is to the machine, as at the limit. */
  readonly returnsEarly?: boolean;
}

/** What runs a machine: itself, or somebody who looks at what it does. */
export interface Runner {
  run(request: RunRequest): MachineStop;
}

/**
 * The machine: harts, memory, devices, one clock, and the software of its privileged modes that is TypeScript.
 * Deterministic: what it does depends on its state and on logged inputs alone, never on how callers slice `run`.
 */
export class Machine implements CorePlatform, Runner {
  readonly core: Core;
  readonly clock: Clock;
  readonly scheduler: HartScheduler;
  readonly dma: DmaSpace;
  activeHandler: ActiveHandler | undefined;
  /** What has just been done took the computer long: no state of the machine's. */
  hasWorkedLong = false;
  readLow = 0;
  readHigh = 0;
  private board: Board | undefined;
  private readonly hosted: { s: HostedSoftware | undefined; m: HostedSoftware | undefined } = {
    s: undefined,
    m: undefined,
  };
  private end: EndOfRun | undefined;
  private hostWord: { wrote(address: number): boolean } | undefined;
  private readonly reportedTraps = new Standstill(TRAP_LOOP);
  private readonly handlers = new Standstill(MOST_HANDLERS);
  private guestTrap: { readonly trap: Trap; readonly hart: Hart } | undefined;
  private readonly past: { runs: number; stop: MachineStop['reason'] | undefined } = { runs: 0, stop: undefined };

  constructor(readonly configuration: MachineConfiguration) {
    const { harts, ram, options, translation } = configuration;
    this.core = Core.create({
      harts,
      ram,
      platform: this,
      ...(options && { options }),
      ...(translation !== undefined && { translation }),
    });
    this.scheduler = new HartScheduler(this.core.harts, configuration.turn ?? DEFAULT_TURN);
    this.clock = new Clock(
      () => this.scheduler.now,
      (deadline) => {
        this.scheduler.endEpochBy(deadline);
        this.core.requestExit();
      },
    );
    for (const hart of this.core.harts)
      this.clock.register({ name: timerName(hart.id), wake: () => hart.timerReached() });
    this.dma = new MachineDma(this.core.ram);
  }

  get harts(): readonly Hart[] {
    return this.core.harts;
  }

  attachBoard(board: Board): void {
    this.board = board;
  }

  /** Gives a privileged mode to TypeScript: traps that target it go to `software`. */
  host(mode: 's' | 'm', software: HostedSoftware): void {
    this.hosted[mode] = software;
    this.updateHostedModes(false);
  }

  /** Has every write to a word of 64 bits at a machine address told at the end of its instruction. */
  watchHostWord(address: number, written: () => void): void {
    this.core.watchAlways([{ address, length: WORD, read: false, write: true }]);
    const touches = (at: number): boolean => at > address - WORD && at < address + WORD;
    this.hostWord = {
      wrote: (at) => {
        if (!touches(at)) return false;
        written();
        return true;
      },
    };
  }

  /** Ends the run at the current instruction boundary. The first word counts. */
  finish(end: EndOfRun): void {
    this.end ??= end;
    this.core.requestExit();
  }

  get finished(): EndOfRun | undefined {
    return this.end;
  }

  /** Console input may have arrived: forget that the machine was waiting for it. */
  inputArrived(): void {
    if (this.end?.reason === 'waiting-for-input') this.end = undefined;
  }

  /** Firmware or VMM has done the work of one instruction of `hart`: it takes its time and counts as retired. */
  retireEmulated(hart: Hart): void {
    this.clock.retired += 1;
    this.scheduler.spend(hart, 1);
    hart.retireEmulated();
  }

  /** A VMM tells that its guest took a trap into its own handler. */
  reportGuestTrap(hart: Hart, trap: Trap): void {
    this.guestTrap = { hart, trap };
  }

  /** How often the machine has been run, and what the last run stopped for: no state of it, but how it came to stand where it stands. */
  get runs(): { readonly runs: number; readonly stop: MachineStop['reason'] | undefined } {
    return this.past;
  }

  /** Runs until something that the request asks for, or the end of the run. */
  run(request: RunRequest): MachineStop {
    const stop = this.runUntilStop(request);
    // What comes from outside now comes at a time that is the machine's state, not how it was run.
    if (!this.activeHandler) this.scheduler.rest();
    this.past.runs += 1;
    this.past.stop = stop.reason;
    return stop;
  }

  private runUntilStop(request: RunRequest): MachineStop {
    this.updateHostedModes(request.stopAtGuestTrap !== undefined);
    let limit = this.clock.retired + request.instructions;
    let passBreakpoint = request.passBreakpoint ?? false;
    if (this.activeHandler) {
      const stop = this.continueHandler(this.activeHandler, request);
      if (stop) return stop;
      passBreakpoint = false;
    }
    for (;;) {
      this.passEvents();
      if (this.end) return this.end;
      // A run ends at an instruction, where another one can come to: not inside what a handler costs.
      if (this.hasWorkedLong && request.returnsEarly) limit = Math.min(limit, this.clock.retired + 1);
      this.hasWorkedLong = false;
      const hart = this.scheduler.next(this.clock.nextDeadline());
      if (!hart) {
        const stop = this.idle(request.waitUntil ?? Number.POSITIVE_INFINITY);
        if (stop) return stop;
        continue;
      }
      // What a call or the like asks for retires an instruction: without budget that is for the next run. An interrupt has none.
      if (limit <= this.clock.retired && this.scheduler.hasTrapped(hart) && !isInterrupt(hart))
        return { reason: 'limit' };
      if (this.scheduler.takeTrap(hart)) {
        const stop = this.beginHandler(hart, request);
        if (stop) return stop;
        continue;
      }
      const left = Math.max(0, limit - this.clock.retired);
      // Even without budget: an interrupt that is due is taken at the boundary where the run ends.
      const exit = this.runHart(hart, Math.min(left, this.scheduler.partLeft), passBreakpoint);
      if (left === 0 && exit === RunExit.Budget) return { reason: 'limit' };
      passBreakpoint = false;
      const stop = this.leave(hart, exit, request);
      if (stop) return stop;
    }
  }

  // CorePlatform: what the core asks in the middle of an instruction.

  readPhysical(address: number, size: AccessSize): boolean {
    const device = this.board?.find(address);
    const result = device && readDevice(device, address, size);
    if (!result) return false;
    this.readLow = result.low;
    this.readHigh = result.high;
    return true;
  }

  fetchPhysical(address: number): number | undefined {
    const { rom } = this.board ?? {};
    return rom && address >= rom.base ? rom.peek(address - rom.base, 2) : undefined;
  }

  writePhysical(address: number, size: AccessSize, low: number, high: number): boolean {
    const device = this.board?.find(address);
    return device !== undefined && writeDevice(device, address, size, low, high);
  }

  clockNow(hartId: number): number {
    const hart = this.core.harts[hartId];
    return hart ? this.scheduler.timeOf(hart) : this.scheduler.now;
  }

  timeIsAhead(address?: number): boolean {
    if (this.harts.length === 1 || !this.scheduler.isAhead) return false;
    if (address === undefined) return true;
    const device = this.board?.find(address);
    return device?.tellsTime?.(address - device.base) ?? false;
  }

  timerDeadlineChanged(hartId: number): void {
    const deadline = this.core.harts[hartId]?.nextTimer() ?? Number.POSITIVE_INFINITY;
    if (deadline <= Number.MAX_SAFE_INTEGER) this.clock.schedule(timerName(hartId), deadline);
    else this.clock.cancel(timerName(hartId));
  }

  /** A hash of all state that a guest, firmware or VMM can see; equal states have equal hashes whatever way led to them. */
  hash(): string {
    const hash = new StateHash();
    hash.plain(this.component.save());
    hash.memory(this.core.ram);
    return hash.digest();
  }

  /** All state but RAM. Not while a handler is at work; RAM is restored apart from it, and before. */
  get component(): Component {
    const { harts, board, scheduler, clock } = this;
    const { m: firmware, s: vmm } = this.hosted;
    return machineComponent({ harts, board, firmware, vmm, scheduler, clock }, () => this.goOn());
  }

  /** Another state has been taken up: what the run stood at before is over. */
  private goOn(): void {
    this.activeHandler = undefined;
    this.guestTrap = undefined;
    this.reportedTraps.isOver();
    this.handlers.isOver();
    this.end = undefined;
  }

  private runHart(hart: Hart, budget: number, passBreakpoint: boolean): RunExit {
    const { scheduler } = this;
    scheduler.act(hart, true);
    const exit = hart.run(budget, { ignoreBreakpointHere: passBreakpoint });
    scheduler.act(hart, false);
    const executed = hart.executedThisRun;
    scheduler.spend(hart, executed);
    this.clock.retired += executed;
    return exit;
  }

  private leave(hart: Hart, exit: RunExit, request: RunRequest): MachineStop | undefined {
    switch (exit) {
      case RunExit.Budget:
      case RunExit.Requested:
        return undefined;
      case RunExit.Breakpoint:
        return { reason: 'breakpoint', hart };
      case RunExit.Watchpoint:
        if (this.hostWord?.wrote(hart.watchAddress)) return this.end;
        return { reason: 'watchpoint', hart, address: hart.watchAddress, write: hart.watchWrite };
      case RunExit.Wfi:
        if (!this.wakes(hart)) this.scheduler.wait(hart);
        return undefined;
      case RunExit.Pause:
        this.scheduler.pause(hart);
        return undefined;
      case RunExit.TimeAhead:
        this.scheduler.letOthersComeUp(hart);
        return undefined;
      case RunExit.TrapLoop:
        return this.trapsForEver(hart);
      case RunExit.HostedTrap:
        return this.trapped(hart, request);
      default:
        throw new RangeError(`the core left with the unknown reason ${exit}`);
    }
  }

  private trapped(hart: Hart, request: RunRequest): MachineStop | undefined {
    const software = this.softwareOf(hart);
    if (!software) return this.guestTrapped(hart, request);
    software.trapTaken(hart);
    if (this.scheduler.isAhead && software.isOrdered(hart)) {
      this.scheduler.holdTrap(hart);
      this.scheduler.letOthersComeUp(hart);
      return undefined;
    }
    return this.beginHandler(hart, request, software);
  }

  private beginHandler(hart: Hart, request: RunRequest, software = this.softwareOf(hart)): MachineStop | undefined {
    if (!software) throw new RangeError(`hart ${hart.id} has trapped into a mode that nobody hosts`);
    this.scheduler.act(hart, false);
    if (request.stopAtStep) {
      const narration = across(software.world, software.handleTrap(hart));
      return this.continueHandler({ hart, narration, trail: [] }, request);
    }
    runThrough(software.handleTrap(hart));
    return this.handled(hart, request);
  }

  /** Who handles the trap that a hart has taken, by the mode that it is in since: nobody where that is the guest's own software. */
  private softwareOf({ privilege, virtual }: Hart): HostedSoftware | undefined {
    if (privilege === Privilege.machine) return this.hosted.m;
    return virtual ? undefined : this.hosted.s;
  }

  /** A trap into the guest's own handler that the core reported only because the request wants to see those. */
  private guestTrapped(hart: Hart, request: RunRequest): MachineStop | undefined {
    // While traps are reported one by one, the core does not see that they loop.
    if (this.reportedTraps.seen(hart.retired)) return this.trapsForEver(hart);
    const { cause, value } = trapCsrs[hart.trapMode];
    const trap: Trap = {
      interrupt: isInterrupt(hart),
      cause: hart.csrLow(cause),
      value: hart.csr(value),
    };
    return request.stopAtGuestTrap?.(trap, hart) ? { reason: 'guest-trap', hart, trap } : undefined;
  }

  /** Traps of the software that runs on a hart, handled by that itself, follow one another: its end where it is a VMM's guest, or the machine's. */
  private trapsForEver(hart: Hart): MachineStop | undefined {
    if (!hart.virtual || !this.hosted.s?.guestLoops(hart)) this.end = { reason: 'trap-loop', hart };
    return this.end;
  }

  /** Runs a handler step by step to its end, or to a step that the request wants to see. */
  private continueHandler(handler: ActiveHandler, request: RunRequest): MachineStop | undefined {
    const stoppedBefore = handler === this.activeHandler;
    for (;;) {
      const next = handler.narration.next();
      if (next.done) break;
      handler.trail.push(next.value);
      if (request.stopAtStep?.(next.value, handler)) {
        this.activeHandler = handler;
        return { reason: 'handler', hart: handler.hart };
      }
    }
    this.activeHandler = undefined;
    const stop = this.handled(handler.hart, request);
    if (!stop && stoppedBefore && request.stopAtHandlerEnd) return { reason: 'handler-end', hart: handler.hart };
    return stop;
  }

  /** A handler has come to its end. */
  private handled(hart: Hart, request: RunRequest): MachineStop | undefined {
    const reported = this.guestTrap;
    this.guestTrap = undefined;
    // Privileged software that handles one trap after another, and nobody goes on, would keep the machine for ever.
    if (this.handlers.seen(this.clock.retired)) this.finish({ reason: 'trap-loop', hart });
    if (this.end) return this.end;
    if (reported && request.stopAtGuestTrap?.(reported.trap, reported.hart))
      return { reason: 'guest-trap', ...reported };
    return undefined;
  }

  /** What the hart that acted has done to those that wait, and then all events that are due now that nobody who runs is behind them. */
  private passEvents(): void {
    const { clock, scheduler } = this;
    this.wakeHarts();
    scheduler.rest();
    while (!this.end && clock.nextDeadline() <= scheduler.now) {
      scheduler.during(clock.nextDeadline(), () => {
        clock.wakeNext();
        this.wakeHarts();
      });
    }
  }

  /** Wakes the harts whose wfi is over. Interrupts of hosted modes have handlers, after which the hart may go on waiting. */
  private wakeHarts(): void {
    const { scheduler } = this;
    if (!scheduler.someWait) return;
    for (const hart of scheduler.waitingHarts()) {
      if (this.wakes(hart)) {
        scheduler.wake(hart);
      } else if (hart.interruptPending() !== undefined) {
        // Nothing but hosted modes has interrupts that are taken and end no wfi.
        if (hart.run(0) !== RunExit.HostedTrap) continue;
        this.softwareOf(hart)?.trapTaken(hart);
        scheduler.holdTrap(hart);
      }
    }
  }

  /** The software that a waiting hart belongs to. */
  private get privileged(): HostedSoftware | undefined {
    return this.hosted.s ?? this.hosted.m;
  }

  private wakes(hart: Hart): boolean {
    return this.privileged?.wakes(hart) ?? hart.interruptAwaits();
  }

  /** No hart can run: time skips to the next event or to where the wait is to be broken off, or the run ends here. */
  private idle(until: number): MachineStop | undefined {
    this.handlers.isOver();
    const deadline = this.clock.nextDeadline();
    if (deadline !== Number.POSITIVE_INFINITY) {
      this.scheduler.passTo(Math.min(deadline, until));
      return deadline > until ? { reason: 'waiting', deadline } : undefined;
    }
    this.end = { reason: (this.configuration.inputOpen?.() ?? false) ? 'waiting-for-input' : 'waiting-forever' };
    return this.end;
  }

  private updateHostedModes(reportGuestTraps: boolean): void {
    for (const hart of this.harts) {
      hart.hosted.s = this.hosted.s !== undefined || reportGuestTraps;
      hart.hosted.m = this.hosted.m !== undefined || reportGuestTraps;
      hart.hosted.vs = reportGuestTraps;
    }
  }
}

/** Whether the trap that a hart has taken is an interrupt. */
const isInterrupt = (hart: Hart): boolean => hart.csrHigh(trapCsrs[hart.trapMode].cause) < 0;

/** Who waits for the supervisor timers of a hart: stimecmp and vstimecmp. */
const timerName = (hartId: number): string => `hart${hartId}.timer`;
