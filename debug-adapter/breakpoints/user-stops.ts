import type { Hart } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { ExitLedger } from '../../simulator/hypervisor/ledger/ledger';
import type { Vm } from '../../simulator/hypervisor/vm';
import { KILL_REASONS, Kill, type KillReason } from '../../simulator/hypervisor/vm-end';
import { causeOf } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import type { Step } from '../../simulator/machine/narration';
import type { EndOfRun } from '../../simulator/machine/stop';
import type { Trap } from '../../simulator/machine/trap';
import { Access } from '../../simulator/mmu/index';
import type { DebuggedMachine } from '../debugged-machine';
import { MachineEnvironment } from '../expression/machine-environment';
import { hex } from '../format';
import { frameVariables, handlerFrames } from '../inspect/frames/handler-frames';
import type { Narrations } from '../inspect/narrations';
import type { OwnGuests } from '../inspect/own-guests';
import { vmEndText } from '../run/ending';
import { trapText } from '../run/guest-stepping';
import type { Stop } from '../run/plan';
import type { Watchers } from '../run/run-control';
import type { Breakpoint, CodePlace } from './breakpoint';
import type { ExceptionFilters, FilterId } from './exceptions';

/** The user's breakpoints and exception filters at work on one machine. */
export class UserStops implements Watchers {
  private breakpoints: readonly Breakpoint[] = [];
  private watchedSites: ReadonlySet<number> = new Set();
  private filters: ExceptionFilters | undefined;
  private temporary: ReadonlySet<bigint> = new Set();
  /** The last instruction at which breakpoints were judged: an instruction is arrived at once. */
  private judged: { readonly cpu: CpuState; readonly pc: bigint; readonly retired: number } | undefined;
  /** The guest, beside others, one of whose CPUs makes a step. */
  private stepping: { readonly cpu: CpuState; readonly vm: Vm } | undefined;
  private stoppedAtExit = 0;
  private toldEnd = false;
  private readonly seen = new Map<Breakpoint, bigint>();
  /** What watched memory held when it was looked at last. */
  private readonly held = new Map<Breakpoint, Uint8Array>();

  constructor(
    private readonly machine: DebuggedMachine,
    private readonly narrations: Narrations,
    private readonly ownGuests: OwnGuests,
    private readonly log: (text: string) => void,
  ) {}

  setBreakpoints(breakpoints: readonly Breakpoint[]): void {
    this.breakpoints = breakpoints.filter((breakpoint) => breakpoint.isVerified);
    this.watchedSites = new Set(
      this.breakpoints.flatMap(({ target }) => (target.kind === 'vmm' ? [...target.sites] : [])),
    );
    this.install();
    this.seen.clear();
    this.lookAtMemory();
    for (const breakpoint of this.breakpoints) {
      if (breakpoint.target.kind === 'register') this.seen.set(breakpoint, breakpoint.target.read());
    }
  }

  setFilters(filters: ExceptionFilters): void {
    this.filters = filters;
  }

  /** Breakpoints of a plan, beside the user's. */
  setTemporary(addresses: ReadonlySet<bigint>): void {
    this.temporary = addresses;
    this.install();
  }

  get watchesGuestTraps(): boolean {
    if (this.filters?.wants('trap')) return true;
    return this.ownGuests.isPossible && (this.filters?.wants('exit') ?? false);
  }

  get watchesEveryInstruction(): boolean {
    return this.seen.size > 0;
  }

  atBreakpoint(hart: Hart): Stop | undefined {
    const cpu = this.machine.cpuOn(hart);
    return cpu && this.arriveAt(cpu);
  }

  /** The machine stands at an instruction: whether a breakpoint there stops it. Asked once for each arrival. */
  arriveAt(cpu: CpuState): Stop | undefined {
    const { pc, retired } = cpu;
    if (this.judged?.cpu === cpu && this.judged.pc === pc && this.judged.retired === retired) return undefined;
    this.judged = { cpu, pc, retired };
    const own = this.machine.guestOf(cpu);
    const found = cpu.peek(pc, Access.execute);
    const gpa = 'gpa' in found ? found.gpa : undefined;
    const isHere = ({ debuggee, virtual, physical, linked }: CodePlace): boolean =>
      debuggee === own &&
      (virtual === pc || (physical !== undefined && physical === gpa)) &&
      (linked === undefined || linked === own.linked(cpu, pc));
    return this.judge(
      cpu,
      ({ target }) => target.kind === 'code' && target.places.some(isHere),
      new MachineEnvironment(own, cpu),
    );
  }

  /**
   * The user starts from here: breakpoints at this instruction have had their say.
   * @param isStep of this CPU: when its VM ends while others go on, its guest has nothing more to step
   */
  departFrom(cpu: CpuState, isStep: boolean): void {
    const guest = this.machine.guestOf(cpu);
    const isInGuest = isStep && this.machine.isShared && !guest.handlerOf(cpu);
    this.stepping = isInGuest && guest.vm && !guest.vm.end ? { cpu, vm: guest.vm } : undefined;
    const { pc, retired } = cpu;
    this.judged = { cpu, pc, retired };
    this.lookAtMemory();
    for (const [breakpoint] of this.seen) {
      if (breakpoint.target.kind === 'register') this.seen.set(breakpoint, breakpoint.target.read());
    }
  }

  atWatchpoint(hart: Hart, address: number, write: boolean): Stop | undefined {
    const cpu = this.machine.cpuOn(hart);
    const isHit = ({ target }: Breakpoint): boolean =>
      target.kind === 'memory' &&
      (write ? target.write : target.read) &&
      address < target.hpa + target.length &&
      address + 8 > target.hpa;
    const told = this.breakpoints.filter(isHit).map((breakpoint) => this.accessText(breakpoint, write));
    const stop = cpu && this.judge(cpu, isHit, this.environmentOf(cpu));
    return stop && { ...stop, text: [...(stop.text === undefined ? [] : [stop.text]), ...told].join('; ') };
  }

  /** What happened to a watched place: `counter (0x80201000): 0x1 → 0x2`. */
  private accessText(breakpoint: Breakpoint, write: boolean): string {
    const { target } = breakpoint;
    if (target.kind !== 'memory') return '';
    const now = this.machine.system.machine.core.ram.peek(target.hpa, target.length).slice();
    const before = this.held.get(breakpoint);
    this.held.set(breakpoint, now);
    if (!write) return `${target.name} read: ${bytesText(now)}`;
    if (before?.every((byte, index) => byte === now[index])) return `${target.name}: written, still ${bytesText(now)}`;
    return `${target.name}: ${before ? bytesText(before) : 'unknown'} → ${bytesText(now)}`;
  }

  private lookAtMemory(): void {
    this.held.clear();
    for (const breakpoint of this.breakpoints) {
      const { target } = breakpoint;
      if (target.kind !== 'memory') continue;
      this.held.set(breakpoint, this.machine.system.machine.core.ram.peek(target.hpa, target.length).slice());
    }
  }

  /** A handler is about to make a step: with its first one, what it says begins to be kept. */
  see(handler: ActiveHandler): void {
    if (handler.trail.length === 1) this.narrations.follow(handler, this.machine.system.hypervisor?.ledger.handling);
  }

  /** Asked at every step of every handler: what nobody waits for costs next to nothing. */
  atStep(step: Step, handler: ActiveHandler): Stop | undefined {
    this.see(handler);
    const ledger = this.machine.system.hypervisor?.ledger;
    const over = this.atVmEnd();
    if (over) return over;
    const mayStop = step.about instanceof Kill || this.watchedSites.has(step.site) || this.filters?.wants('exit');
    const cpu = mayStop ? this.machine.actorOf(handler) : undefined;
    if (!cpu) return undefined;
    return this.atKill(step, cpu) ?? (ledger && this.atExit(ledger, cpu)) ?? this.atSite(step, handler, cpu);
  }

  atGuestTrap(trap: Trap, hart: Hart): Stop | undefined {
    const exit = this.ownGuests.exits.ofTrap(hart);
    const { id, name } = causeOf(trap.cause, trap.interrupt);
    const stop = (description: string, text: string): Stop => ({
      reason: 'exception',
      cpu: this.machine.cpuOn(hart) ?? this.machine.firstCpu,
      description,
      text,
      exception: { id, description: `${name}: ${text}` },
    });
    if (exit && this.filters?.accepts('exit', id)) return stop(`VM exit: ${id}`, `#${exit.number}: ${name}`);
    if (!this.filters?.acceptsTrap(trap) || !this.isFor('trap', this.machine.cpuOn(hart))) return undefined;
    return stop(name, exit ? `the hypervisor's handler: ${name}` : trapText(trap));
  }

  afterInstruction(): Stop | undefined {
    for (const [breakpoint, before] of this.seen) {
      const { target } = breakpoint;
      if (target.kind !== 'register') continue;
      const now = target.read();
      if (now === before) continue;
      this.seen.set(breakpoint, now);
      const stop = this.judge(target.cpu, (each) => each === breakpoint, this.environmentOf(target.cpu));
      if (stop) return { ...stop, text: `${target.name}: ${hex(before)} → ${hex(now)}` };
    }
    return undefined;
  }

  atEnd(end: EndOfRun): Stop | undefined {
    if (end.reason !== 'trap-loop' && end.reason !== 'killed') return undefined;
    // Of a kill in the VMM the user has been told at its step, of another end once.
    if (end.reason === 'killed' || this.toldEnd || !this.filters?.accepts('killed', 'trap-loop')) return undefined;
    this.toldEnd = true;
    return killed(this.machine.cpuOn(end.hart) ?? this.machine.firstCpu, 'trap-loop');
  }

  /** Whether a filter is for the VM of a CPU. */
  private isFor(filter: FilterId, cpu: CpuState | undefined): boolean {
    return this.filters?.isFor(filter, cpu && this.machine.guestOf(cpu).vm?.name) ?? false;
  }

  private atVmEnd(): Stop | undefined {
    const { cpu, vm } = this.stepping ?? {};
    if (!cpu || !vm?.end) return undefined;
    this.stepping = undefined;
    return { reason: 'pause', cpu, description: `${vm.name} ${vmEndText(vm.end)}` };
  }

  private atKill({ about }: Step, cpu: CpuState): Stop | undefined {
    if (!(about instanceof Kill) || !this.filters?.accepts('killed', about.reason)) return undefined;
    if (!this.isFor('killed', cpu)) return undefined;
    return killed(cpu, about.reason);
  }

  /** Once for each exit: at its first step, or as soon as its reason is known where the user wants some reasons only. */
  private atExit({ handling: record, isClassified }: ExitLedger, cpu: CpuState): Stop | undefined {
    const { filters } = this;
    if (!record || !filters?.wants('exit') || this.stoppedAtExit === record.number) return undefined;
    if (filters.isSelective('exit') && !isClassified) return undefined;
    const { number, kind } = record;
    if (!filters.accepts('exit', kind.id) || !this.isFor('exit', cpu)) return undefined;
    this.stoppedAtExit = number;
    return {
      reason: 'exception',
      cpu,
      description: `VM exit: ${kind.id}`,
      text: `#${number}: ${kind.text}`,
      exception: { id: kind.id, description: `VM exit #${number}: ${kind.text}` },
    };
  }

  private atSite(step: Step, handler: ActiveHandler, cpu: CpuState): Stop | undefined {
    if (!this.watchedSites.has(step.site)) return undefined;
    const isHere = ({ target }: Breakpoint): boolean => target.kind === 'vmm' && target.sites.has(step.site);
    const [frame] = handlerFrames(handler);
    const variables = frame ? frameVariables(handler, frame) : undefined;
    return this.judge(cpu, isHere, this.environmentOf(cpu, variables));
  }

  private environmentOf(cpu: CpuState, variables?: ReadonlyMap<string, unknown>): MachineEnvironment {
    return new MachineEnvironment(this.machine.guestOf(cpu), cpu, variables ? { variables } : {});
  }

  private judge(
    cpu: CpuState,
    isReached: (breakpoint: Breakpoint) => boolean,
    environment: MachineEnvironment,
  ): Stop | undefined {
    const stopping: Breakpoint[] = [];
    let problem: string | undefined;
    for (const breakpoint of this.breakpoints.filter(isReached)) {
      const verdict = breakpoint.reached(environment);
      if (verdict.kind === 'log') this.log(verdict.text);
      if (verdict.kind !== 'stop') continue;
      stopping.push(breakpoint);
      problem ??= verdict.problem;
    }
    const [first] = stopping;
    if (!first) return undefined;
    return {
      reason: first.reason,
      cpu,
      hitBreakpointIds: stopping.map(({ id }) => id),
      ...(problem === undefined ? {} : { text: problem }),
      ...(first.target.kind === 'code' && first.target.inBody ? { inBody: true } : {}),
    };
  }

  private install(): void {
    const { core } = this.machine.system.machine;
    const virtual = new Set(this.temporary);
    const physical = new Set<number>();
    const watched = [];
    for (const { target } of this.breakpoints) {
      if (target.kind === 'code') {
        for (const place of target.places) {
          virtual.add(place.virtual);
          const hpa = place.physical === undefined ? undefined : place.debuggee.guest.toHost(place.physical);
          if (hpa !== undefined) physical.add(hpa);
        }
      } else if (target.kind === 'memory') {
        watched.push({ address: target.hpa, length: target.length, read: target.read, write: target.write });
      }
    }
    core.setBreakpoints(physical, virtual);
    core.setWatchpoints(watched);
  }
}

/** A word as a number; longer ranges byte by byte, the first ones. */
function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= 8) return hex([...bytes].reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n));
  const shown = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > 16 ? `${shown} ...` : shown;
}

function killed(cpu: CpuState, reason: KillReason): Stop {
  const why = KILL_REASONS[reason];
  return {
    reason: 'exception',
    cpu,
    description: 'VM killed',
    text: why,
    exception: { id: reason, description: `The virtual machine is given up: ${why}` },
  };
}
