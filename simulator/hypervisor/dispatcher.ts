import { type Hart, NANOSECONDS_PER_TICK, Status } from '../core/index';
import type { Machine } from '../machine/machine';
import { across, type Narration, step } from '../machine/narration';
import { kick } from './exits/kick';
import type { ExitLedger } from './ledger/ledger';
import type { FrameTable } from './memory/frame-table';
import type { Pcpu } from './pcpu';
import type { Outcome, RunState, WakeReason } from './runnable';
import type { Scheduler } from './scheduler/scheduler';
import { NEVER } from './timers';
import type { Vcpu } from './vcpu';
import type { Vm } from './vm';

/** Whether handlers of the VMM take no machine time, or as much as they cost. */
export const VMM_TIMES = ['free', 'charged'] as const;
export type VmmTime = (typeof VMM_TIMES)[number];

/** Who is told as what the time of vCPUs counts from an instant of the machine's clock on: see `Vcpu.spends`. Nothing may be changed. */
export interface RunListener {
  became(vcpu: Vcpu, spends: RunState, now: number): void;
}

/** Gives harts to vCPUs as the scheduler says, and keeps account of who had them: no vCPU comes onto a hart or off it but here. */
export class Dispatcher {
  /** The hart whose exit is being handled, as long as its vCPU will still look at what it has been asked. */
  private handling: Hart | undefined;
  /** Whether harts run already, and need to be told of what there is for them. */
  private hasBegun = false;
  /** Undefined while nobody looks. */
  listener: RunListener | undefined;

  constructor(
    private readonly machine: Machine,
    readonly pcpus: readonly Pcpu[],
    private readonly scheduler: Scheduler,
    private readonly ledger: ExitLedger,
    private readonly time: VmmTime,
    private readonly frames: FrameTable,
    /** Called when frames can be taken that could not. */
    private readonly framesCame: () => void,
  ) {}

  pcpuOf({ id }: Hart): Pcpu {
    const pcpu = this.pcpus[id];
    if (!pcpu) throw new RangeError(`hart ${id} is not of this machine`);
    return pcpu;
  }

  isHandling(vcpu: Vcpu): boolean {
    return vcpu.on !== undefined && vcpu.on === this.handling;
  }

  /** The exit of a hart is being handled. */
  handle(hart: Hart): void {
    this.handling = hart;
  }

  /** The machine begins: a hart looks for somebody to run. */
  *begin(pcpu: Pcpu): Narration {
    this.hasBegun = true;
    yield* this.pickNext(pcpu);
    this.settleTime(pcpu, undefined, 0, true);
  }

  /** What is asked of the vCPU from here on, by input that comes while a debugger stands at a later step, it may not see any more. */
  ended(): void {
    this.handling = undefined;
  }

  kick(vcpu: Vcpu, why: WakeReason): void {
    const { on } = vcpu;
    // One whose exit is being handled looks at its requests on its way into the guest.
    if (on && on !== this.handling) this.tell(vcpu, on);
    else if (vcpu.isReady) this.wake(vcpu, why);
  }

  wake(vcpu: Vcpu, why: WakeReason): void {
    this.become(vcpu, 'runnable', this.machine.clock.now());
    vcpu.wait = undefined;
    vcpu.vm.clock.stand();
    const hart = this.scheduler.wake(vcpu, why, this.machine.clock.now());
    if (!hart) return;
    const pcpu = this.pcpuOf(hart);
    if (pcpu.running) pcpu.mustPick = true;
    // The hart whose exit is being handled asks the scheduler anyway.
    if (hart === this.handling || !this.hasBegun) return;
    this.machine.scheduler.alert(hart);
    this.tell(vcpu, hart);
  }

  /** A vCPU's VM has ended: it is put away, and from now on waits for nothing. */
  end(vcpu: Vcpu): void {
    const now = this.machine.clock.now();
    vcpu.account.passed(vcpu.run, now);
    this.stop(vcpu);
    this.tellOf(vcpu, now);
  }

  /** A vCPU is kept from running, by who ends its VM or pauses it: on a hart, it is put away before its next instruction. */
  stop(vcpu: Vcpu): void {
    const { on } = vcpu;
    if (on) {
      this.pcpuOf(on).mustPick = true;
      if (on !== this.handling) this.tell(vcpu, on);
    } else {
      this.leaveQueue(vcpu);
    }
  }

  /** What the exit was has been dealt with: what becomes of the vCPU. */
  *settle(vcpu: Vcpu, outcome: Outcome): Narration {
    const { on: hart } = vcpu;
    if (outcome.kind === 'resume' || !hart) return;
    if (outcome.kind === 'yield') {
      this.pcpuOf(hart).mustPick = true;
      return;
    }
    // What has come since the guest looked, it would wait for in vain.
    const wait = outcome.kind === 'wait' ? outcome.wait : undefined;
    if (wait && vcpu.hasCome(wait)) return;
    if (wait) vcpu.wait = wait;
    else if (outcome.kind === 'end') vcpu.wait = { kind: 'paused' };
    yield* this.putAway(this.pcpuOf(hart), vcpu, outcome.kind === 'off' ? 'off' : 'blocked');
    vcpu.setAlarm();
    // It is for its host that it waits.
    if (wait?.kind === 'frames') vcpu.vm.clock.stand();
    if (outcome.kind === 'end') {
      vcpu.vm.finish(outcome.end);
      yield* across(this.pcpuOf(hart).free, this.startAgain(vcpu.vm));
    }
  }

  /** The vCPU that the hart has goes on, or one that is to have it; or it waits for an interrupt. */
  *resume(pcpu: Pcpu): Narration {
    const { running } = pcpu;
    if (pcpu.mustForget) yield* this.forget(pcpu);
    if (running && !pcpu.mustPick) yield* running.enter(pcpu.hart);
    else yield* this.pickNext(pcpu);
  }

  /** The handler is over: what it has cost takes the hart's time, where that is wanted. One cycle is one nanosecond. */
  settleTime(pcpu: Pcpu, left: Vcpu | undefined, cycles: number, isForLeft: boolean): void {
    const { hart, running } = pcpu;
    const cost = this.time === 'free' ? 0 : cycles;
    // Most exits are of somebody who goes on.
    if (left === running && cost === 0) return;
    if (left && left === running && !isForLeft) left.stole(cost);
    const entered = running !== left && running;
    if (left && !entered && cost > 0) {
      this.machine.scheduler.spend(hart, left.vm.clock.spend(cost));
      if (left.vm.clock.time === 'own') left.timeStolen();
    } else if (!left || entered) {
      // What was for the one left is its VM's time even less than the machine's.
      const forLeft = this.time === 'free' ? 0 : pcpu.costToPick;
      if (left?.run === 'blocked' && forLeft > 0 && left.vm.clock.time === 'own') {
        left.vm.clock.spend(forLeft);
        left.timeStolen();
      }
      const wait = entered ? entered.vm.clock.goOn(this.machine.scheduler.timeOf(hart) + cost) : 0;
      if (cost + wait > 0) this.machine.scheduler.spend(hart, cost + wait);
      if (entered && entered.vm.clock.time === 'own') entered.timeStolen();
    }
  }

  /** Another state has been taken up. @param vcpus of all VMs @throws RangeError where two are on one hart */
  goOn(vcpus: readonly Vcpu[]): void {
    for (const pcpu of this.pcpus) {
      const [running, second] = vcpus.filter(({ on }) => on === pcpu.hart);
      if (running && second)
        throw new RangeError(`hart ${pcpu.hart.id} has a vCPU of ${running.vm.name} and one of ${second.vm.name}`);
      pcpu.running = running;
      pcpu.timers.restore(vcpus.filter(({ timerKeeper }) => timerKeeper === pcpu));
    }
    this.handling = undefined;
    this.hasBegun = true;
  }

  /** A hart is to look at what there is for a vCPU. */
  tell(vcpu: Vcpu, hart: Hart): void {
    this.ledger.caused(vcpu.name, 'kick');
    kick(hart);
  }

  private *pickNext(pcpu: Pcpu): Narration {
    const { hart, running } = pcpu;
    const now = this.machine.scheduler.timeOf(hart) + this.costSoFar;
    pcpu.mustPick = false;
    if (running && this.mustFinish(pcpu, running)) {
      yield step`vCPU ${running.id} of ${running.vm.name} is between lr and sc: it has a few instructions to come to the sc`;
      pcpu.grace.give();
      yield* running.enter(hart);
      return;
    }
    pcpu.grace.end();
    if (running) {
      this.charge(pcpu, running, now);
      if (running.mayRun) this.scheduler.requeue(running);
    }
    const { next, until, why } = this.scheduler.pick(pcpu, now);
    if (running && next === running) {
      yield step`vCPU ${running.id} of ${running.vm.name} goes on: ${why}`;
      this.setSlice(pcpu, until);
      yield* running.enter(hart);
      return;
    }
    if (running) {
      if (!running.mayRun) running.wait = { kind: 'paused' };
      yield* this.putAway(pcpu, running, running.mayRun ? 'runnable' : 'blocked');
      running.vm.clock.stand();
      yield* across(pcpu.free, this.startAgain(running.vm));
    }
    pcpu.costToPick = this.ledger.costSoFar;
    if (!next) {
      this.setSlice(pcpu, until);
      yield* across(pcpu.free, this.idle(hart));
      return;
    }
    yield* across(pcpu.free, this.take(pcpu, next, { until, why, now }));
    yield* across(next.entered, next.enter(hart));
  }

  /** Whether a guest that lives by its own time would see its hart taken, by an sc that fails. */
  private mustFinish({ grace }: Pcpu, { vm, mayRun }: Vcpu): boolean {
    return vm.clock.time === 'own' && mayRun && grace.isWanted;
  }

  private *take(
    pcpu: Pcpu,
    next: Vcpu,
    { until, why, now }: { readonly until: number; readonly why: string; readonly now: number },
  ): Narration {
    const { hart } = pcpu;
    if (pcpu.mustForget) yield* this.forget(pcpu);
    if (until !== NEVER) yield step`the hart is for vCPU ${next.id} of ${next.vm.name}: ${why}`;
    yield* across(next.entered, next.load(hart));
    pcpu.running = next;
    pcpu.chargedTo = now;
    this.setSlice(pcpu, until);
    this.become(next, 'running', now);
    next.account.loaded();
    this.machine.scheduler.wake(hart);
    this.ledger.cameFor(next.name, next.pc, next.user);
  }

  /** A VM whose last vCPU has gone off its hart, and that has ended, is started again where that is wanted; else its memory is free. */
  private *startAgain(vm: Vm): Narration {
    if (!vm.isOff || !vm.end) return;
    const { name } = vm;
    if (vm.life.goesOn) {
      yield step`${name} has ended and is off: its memory, devices and vCPUs begin anew`;
    } else if (vm.memory.isOnDemand) {
      yield step`${name} has ended and is off: its memory goes back to the host`;
    }
    this.settleEnd(vm);
  }

  /** A VM that is off has ended. */
  settleEnd(vm: Vm): void {
    while (vm.life.goesOn) this.restart(vm);
    // A new life has ended with its begin, or the last one is over.
    if (vm.end && vm.giveBack()) this.forgetEverywhere();
  }

  /** A VM that is off begins anew. */
  restart(vm: Vm): void {
    // What harts have kept of it is of another life.
    for (const pcpu of this.pcpus) pcpu.mustForget = true;
    vm.restart();
    for (const vcpu of vm.vcpus) this.tellOf(vcpu, this.machine.clock.now());
    if (this.frames.draining.length > 0) this.forgetEverywhere();
  }

  /** Every hart forgets its translations before its next instruction of a guest's: there is memory that waits for it. */
  private forgetEverywhere(): void {
    for (const pcpu of this.pcpus) pcpu.mustForget = true;
    for (const { hart } of this.pcpus) if (hart !== this.handling) kick(hart);
  }

  /** A VM may run that was paused. */
  goOnWith(vm: Vm): void {
    const waits = vm.vcpus.every(({ wait }) => wait?.kind !== 'paused');
    for (const vcpu of vm.vcpus) {
      const { on, wait } = vcpu;
      // One that has not gone off its hart yet need not.
      if (!on && (wait?.kind === 'paused' || wait?.kind === 'frames' || vcpu.isReady)) this.wake(vcpu, 'start');
    }
    if (waits && !vm.vcpus.some(({ run }) => run === 'runnable' || run === 'running'))
      vm.clock.goOn(this.machine.clock.now());
    // What it waits for has a time again.
    for (const { timerKeeper } of vm.vcpus) timerKeeper?.timers.set();
  }

  /** Drops all translations of a hart: some may be of what is not there any more. */
  private *forget(pcpu: Pcpu): Narration {
    yield step`a VM has ended or begun anew since: forget all translations (sfence.vma, hfence.gvma)`;
    pcpu.hart.fence(undefined, undefined);
    pcpu.hart.fenceGuest();
    pcpu.mustForget = false;
    if (this.frames.flushed(pcpu.hart.id)) this.framesCame();
  }

  /** It has had the hart up to now. */
  private charge(pcpu: Pcpu, vcpu: Vcpu, now: number): void {
    this.scheduler.charge(vcpu, now - pcpu.chargedTo);
    pcpu.chargedTo = now;
  }

  private *putAway(pcpu: Pcpu, vcpu: Vcpu, run: RunState): Narration {
    const now = this.machine.scheduler.timeOf(pcpu.hart) + this.costSoFar;
    this.charge(pcpu, vcpu, now);
    this.become(vcpu, run, now);
    yield* vcpu.put(pcpu.hart);
    pcpu.grace.end();
    pcpu.running = undefined;
  }

  /** Nobody wants the hart: it stays in HS-mode, and takes interrupts. */
  private *idle(hart: Hart): Narration {
    yield step`no vCPU wants the hart: wait for an interrupt, in HS-mode with SIE set`;
    hart.state.status |= Status.SIE;
    this.machine.scheduler.wait(hart);
  }

  private setSlice(pcpu: Pcpu, until: number): void {
    const end = until === NEVER ? NEVER : Math.ceil(until / NANOSECONDS_PER_TICK);
    if (end === pcpu.timers.sliceEnd) return;
    pcpu.timers.sliceEnd = end;
    pcpu.timers.set();
  }

  private get costSoFar(): number {
    return this.time === 'free' ? 0 : this.ledger.costSoFar;
  }

  private leaveQueue(vcpu: Vcpu): void {
    if (vcpu.run !== 'runnable') return;
    this.scheduler.remove(vcpu);
    vcpu.wait = { kind: 'paused' };
    this.become(vcpu, 'blocked', this.machine.clock.now());
  }

  private become(vcpu: Vcpu, run: RunState, now: number): void {
    vcpu.account.passed(vcpu.spends, now);
    vcpu.run = run;
    this.tellOf(vcpu, now);
  }

  private tellOf(vcpu: Vcpu, now: number): void {
    // As in its account, what a handler costs may have come before.
    this.listener?.became(vcpu, vcpu.spends, Math.max(now, vcpu.account.told));
  }
}
