import { type Hart, Status } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { type CauseId, exitOf } from '../../simulator/hypervisor/ledger/causes';
import type { ExitLedger } from '../../simulator/hypervisor/ledger/ledger';
import { Csr, instructionNamed, RegisterNumber } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { MachineStop } from '../../simulator/machine/stop';
import type { Trap } from '../../simulator/machine/trap';
import { Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { codeOf, describeEffect, type Effect, type Origin } from '../step-targets/effect';
import { type GuestStep, instruction, isOwnExit } from './guest-stepping';
import type { Leg, Plan, Stop } from './plan';

/** What is followed, and from where. */
export interface Following {
  readonly effect: Effect;
  readonly origin: Origin;
  /** The instruction that does it, of whoever stands there; absent where a handler is at work on it already. */
  readonly from?: GuestStep;
  /** It is a call of the firmware, which says in a0 whether it has done it. */
  readonly isCall: boolean;
  /** The exit whose handler is at work on it. */
  readonly exit?: number;
}

/**
 * Executes an instruction and runs on until what it does to a CPU comes there: to the first instruction of that CPU's handler, of one that is started
 * to its first; of one that was waiting and takes no interrupt, to where it goes on; where only the VMM has to do something, to its first step.
 */
export function* follow(following: Following): Plan {
  return yield* new Follower(following).run();
}

class Follower {
  /** The exits in which it was asked for; none where there is no VMM, or nothing had to exit. */
  private readonly asked = new Set<number>();
  private readonly ledger: ExitLedger | undefined;
  /** The instruction has not been executed yet. */
  private isAsking = true;
  /** When the device is to answer, on the machine's clock. */
  private due = Number.POSITIVE_INFINITY;
  /** Where CPUs go on that have no hart, or wait on it. */
  private waiting: ReadonlyMap<CpuState, bigint> = new Map();

  constructor(private readonly following: Following) {
    const { effect, exit } = following;
    this.ledger = effect.debuggee.system.hypervisor?.ledger;
    if (exit !== undefined) this.asked.add(exit);
  }

  *run(): Plan {
    const { effect, from } = this.following;
    const { system } = effect.debuggee;
    const leg = this.leg();
    if (from) {
      const stop = yield* instruction(from, leg);
      this.isAsking = false;
      const arrived = this.arrived(stop);
      if (arrived) return arrived;
      const refusal = this.refusal(from);
      if (refusal) return refusal;
    }
    if (effect.kind === 'interrupt' && effect.device)
      this.due = system.machine.clock.deadlineOf(effect.device.transport.name) ?? this.due;
    this.waiting = new Map(effect.on.filter((cpu) => this.waits(cpu)).map((cpu) => [cpu, cpu.pc]));
    const until = this.places();
    for (;;) {
      const arrived = this.arrived(yield { ...leg, instructions: Number.POSITIVE_INFINITY, until });
      if (arrived) return arrived;
    }
  }

  private leg(): Omit<Leg, 'instructions'> {
    const { effect, from } = this.following;
    return {
      stopAtStep: (_step, handler) => {
        const { handling } = this.ledger ?? {};
        if (this.isAsking && from && handling && isOwnExit(from, handler)) this.asked.add(handling.number);
        return effect.kind === 'exit' && this.isExitOf(handler);
      },
      stopAtGuestTrap: (trap, hart) => this.cpuTaking(trap, hart) !== undefined,
    };
  }

  /** Addresses at which the CPUs may go on without a trap. */
  private places(): ReadonlySet<bigint> {
    const { effect } = this.following;
    if (effect.kind === 'start') return new Set([effect.entry]);
    if (effect.kind === 'exit') return new Set();
    return new Set([...this.waiting.values(), ...effect.debuggee.waitEnds]);
  }

  private arrived(stop: MachineStop): Stop | undefined {
    const { effect } = this.following;
    const { machine } = effect.debuggee;
    switch (stop.reason) {
      case 'handler':
        return this.stop(machine.handler?.cpu ?? effect.on[0], '');
      case 'guest-trap':
        return this.stop(this.cpuTaking(stop.trap, stop.hart), this.newer());
      case 'breakpoint': {
        const cpu = effect.on.find((each) => machine.isOn(each, stop.hart));
        if (!cpu || !this.goesOn(cpu)) return undefined;
        return this.stop(cpu, effect.kind === 'start' ? '' : ': it goes on, and does not take it');
      }
      default:
        return undefined;
    }
  }

  private stop(cpu: CpuState | undefined, more: string): Stop | undefined {
    const { effect, origin } = this.following;
    return (
      cpu && {
        reason: 'step',
        cpu,
        description: `${describeEffect(effect, origin)}${more}`,
        isFollowed: true,
        hidden: 0,
      }
    );
  }

  /** Whether a handler begins that looks at what was asked. */
  private isExitOf(handler: ActiveHandler): boolean {
    const { because } = this.ledger?.handling ?? {};
    return handler.trail.length === 1 && because?.kind === 'exit' && this.asked.has(because.number);
  }

  /** The CPU that takes the interrupt, if a guest's trap is that. */
  private cpuTaking({ interrupt, cause }: Trap, hart: Hart): CpuState | undefined {
    const { effect } = this.following;
    if (effect.kind !== 'interrupt' || !interrupt || cause !== codeOf(effect.effect)) return undefined;
    const cpu = effect.on.find((each) => effect.debuggee.machine.isOn(each, hart));
    return cpu && this.isLed(cpu) ? cpu : undefined;
  }

  /** Whether what makes an interrupt of a CPU pending leads back to where it is followed from. */
  private isLed(cpu: CpuState): boolean {
    const { effect } = this.following;
    if (effect.kind !== 'interrupt') return false;
    const { device, debuggee } = effect;
    if (device && !debuggee.guest.board.plic.isPending(device.source)) return false;
    const cause = this.causeOn(cpu);
    const isOfDevice = !device || (cause?.kind === 'event' && cause.name === device.transport.name);
    if (cause && isOfDevice && this.asked.size > 0) {
      const exit = exitOf(cause);
      // A later one, before the CPU has taken this one, is taken with it.
      return exit !== null && exit >= Math.min(...this.asked);
    }
    // The line was high for another device already, or there is no VMM that would know.
    return !device || debuggee.system.machine.clock.now() >= this.due;
  }

  private causeOn(cpu: CpuState): CauseId | undefined {
    const { effect } = this.following;
    const vcpu = effect.debuggee.vcpuOf(cpu);
    return vcpu && effect.kind === 'interrupt' ? this.ledger?.causes.of(vcpu.name, effect.effect) : undefined;
  }

  /** What is to be said where it was asked for anew since: a timer is then another one. */
  private newer(): string {
    const { effect } = this.following;
    const exits = effect.on.map((cpu) => this.causeOn(cpu)).map((cause) => cause && exitOf(cause));
    const isNewer = exits.some((exit) => typeof exit === 'number' && exit > Math.max(...this.asked));
    if (this.asked.size === 0 || !isNewer) return '';
    const isTimer = effect.kind === 'interrupt' && effect.effect === 'timer interrupt';
    return isTimer ? ', and has set anew since' : ', together with a later one';
  }

  /** Whether a CPU stands where it goes on: it begins, or it has waited, and what has come it will not take by a trap. */
  private goesOn(cpu: CpuState): boolean {
    const { effect } = this.following;
    if (effect.kind === 'start') return cpu.pc === effect.entry;
    if (effect.kind !== 'interrupt') return false;
    if (cpu.pc !== this.waiting.get(cpu) && !effect.debuggee.waitEnds.has(cpu.pc)) return false;
    const bit = 1n << BigInt(codeOf(effect.effect));
    const read = (number: number): bigint => cpu.readCsr(number) ?? 0n;
    const isWanted = (read(Csr.sip.number) & read(Csr.sie.number) & bit) !== 0n;
    const isTaken = cpu.privilege === Privilege.user || (read(Csr.sstatus.number) & BigInt(Status.SIE)) !== 0n;
    return isWanted && !isTaken && this.isLed(cpu);
  }

  private waits(cpu: CpuState): boolean {
    const { debuggee } = this.following.effect;
    const vcpu = debuggee.vcpuOf(cpu);
    if (vcpu) return vcpu.on === undefined && vcpu.run !== 'off';
    return debuggee.system.machine.scheduler.isWaiting(debuggee.hartOf(cpu));
  }

  /** The stop that says that the call was refused. */
  private refusal({ debuggee, cpu }: GuestStep): Stop | undefined {
    const error = BigInt.asIntN(64, cpu.x(RegisterNumber.a0));
    if (!this.following.isCall || error === 0n || !isBack(debuggee, cpu)) return undefined;
    return {
      reason: 'step',
      cpu,
      description: `the call was refused with the error ${error}: there is nothing to follow`,
    };
  }
}

const ECALL = instructionNamed('ecall');

/** Whether a CPU is behind its call, and not in a handler of an interrupt. */
function isBack(debuggee: Debuggee, cpu: CpuState): boolean {
  return debuggee.instructionAt(cpu, cpu.pc - BigInt(ECALL.length)) === ECALL.match;
}
