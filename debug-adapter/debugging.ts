import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Hart } from '../simulator/core/index';
import type { Place } from '../simulator/expression/evaluate';
import type { CpuState } from '../simulator/hypervisor/cpu';
import type { EndOfRun } from '../simulator/machine/stop';
import { BreakpointBook } from './breakpoints/book';
import { ExceptionFilters } from './breakpoints/exceptions';
import { UserStops } from './breakpoints/user-stops';
import type { DebuggedMachine } from './debugged-machine';
import type { Debuggee } from './debuggee';
import { DisassemblySources } from './inspect/code/disassembly-sources';
import { FrameView, type StackFrame } from './inspect/frames/stack';
import { memoryReference } from './inspect/memory';
import { Narrations } from './inspect/narrations';
import { OwnGuests } from './inspect/own-guests';
import { ProcessorUse } from './inspect/processor-use';
import { RunHistory } from './inspect/run-history';
import { Transitions } from './inspect/transitions';
import { Handles } from './inspect/values/handles';
import type { Held } from './inspect/values/variables';
import { isSameCpu } from './inspect/worlds';
import { type PositionBase, toClient } from './position-base';
import type { Prediction } from './predict/prediction';
import { Sources } from './program/sources';
import { RequestError } from './request-error';
import { type Ending, endingOf, VmEnds } from './run/ending';
import type { Plan, Stop } from './run/plan';
import { RunControl } from './run/run-control';
import type { StepInTarget } from './step-targets/step-targets';
import type { Connection } from './transport/connection';
import { GuestConsole } from './transport/console';
import type { Host } from './transport/host';
import { OutputBatch } from './transport/output-batch';
import { runCost } from './views/run-cost';

/** What belongs to one machine, and goes with it at a restart. */
export interface Running {
  readonly machine: DebuggedMachine;
  readonly sources: Sources;
  readonly stops: UserStops;
  readonly control: RunControl;
  readonly narrations: Narrations;
  readonly ownGuests: OwnGuests;
  readonly transitions: Transitions;
  readonly history: RunHistory;
  readonly disassembly: DisassemblySources;
  readonly frameView: FrameView;
  readonly use: ProcessorUse;
  readonly ends: VmEnds;
}

/** A machine, and which of its guests is looked at. */
export interface Inspected extends Running {
  readonly debuggee: Debuggee;
}

/** A thread of the machine: a CPU, and whose it is. */
export interface InspectedThread extends Inspected {
  readonly cpu: CpuState;
}

/** Where a CPU can be made to go on: an address of a guest's program. */
export interface GotoTarget {
  readonly debuggee: Debuggee;
  readonly address: bigint;
}

export interface Client {
  readonly isVsCode: boolean;
  readonly supportsInvalidated: boolean;
  readonly supportsMemoryEvent: boolean;
  readonly positions: PositionBase;
}

const anyClient: Client = {
  isVsCode: false,
  supportsInvalidated: false,
  supportsMemoryEvent: false,
  positions: { lines: 1, columns: 1 },
};

/** What the request handlers of a session share: the machine that is debugged, where it stands, and what clients hold handles of. */
export class Debugging {
  readonly book = new BreakpointBook();
  readonly frames = new Handles<StackFrame>();
  readonly variables = new Handles<Held>();
  readonly gotoTargets = new Handles<GotoTarget>();
  readonly stepInTargets = new Handles<StepInTarget>();
  readonly console: GuestConsole;
  /** What log points say. */
  private readonly log: OutputBatch;
  client = anyClient;
  lastStop: Stop | undefined;
  /** Settled when a launch that is under way has loaded its guest, or failed. */
  loading: Promise<unknown> | undefined;
  /** A run without debugging: breakpoints do not count. */
  noDebug = false;
  isClosed = false;
  private current: Running | undefined;
  private machines = 0;
  /** What the present step follows, in words. */
  private awaited: string | undefined;
  /** What was predicted of the last step, where somebody did. */
  prediction: Prediction | undefined;
  private readonly told = new Set<string>();

  constructor(
    readonly connection: Connection,
    readonly host: Host,
  ) {
    this.console = new GuestConsole(connection, host);
    this.log = new OutputBatch(host, (text) => this.output('console', text));
  }

  /** The machine and what belongs to it. @throws RequestError when nothing was launched, or the session is over */
  get running(): Running {
    if (!this.current) throw new RequestError('nothing is being debugged');
    return this.current;
  }

  get hasMachine(): boolean {
    return this.current !== undefined;
  }

  /** The machine, standing still. @throws RequestError while it runs */
  get stopped(): Running {
    const { running } = this;
    if (running.control.isRunning) throw new RequestError('the machine runs: pause it first');
    return running;
  }

  /** A thread of the machine, which stands still. @throws RequestError while it runs, or when there is no such thread */
  thread(threadId: number): InspectedThread {
    const { machine } = this.stopped;
    const cpu = machine.cpuOfThread(threadId);
    if (!machine.threads.includes(cpu))
      throw new RequestError(`${machine.nameOf(cpu)} is a thread only while a handler works there for no vCPU`);
    return this.inspected(cpu);
  }

  /** A CPU's guest of the machine, which stands still. @throws RequestError while it runs */
  inspected(cpu: CpuState): InspectedThread {
    const { stopped } = this;
    return { ...stopped, debuggee: stopped.machine.guestOf(cpu), cpu };
  }

  /** The CPU that stopped last: as whose is meant what names none. */
  get presentCpu(): CpuState {
    return this.lastStop?.cpu ?? this.running.machine.firstCpu;
  }

  /** What belongs to a machine with its guests. Until it is adopted no request reaches it. */
  prepare(machine: DebuggedMachine): Running {
    const sources = new Sources({
      files: () => machine.guests.flatMap(({ program }) => program.lines.files),
      sourceMap: machine.launch.sourceMap,
      vmmPath: this.client.isVsCode ? undefined : (file) => this.host.vmmSourcePath(file),
    });
    const narrations = new Narrations();
    const ownGuests = new OwnGuests(machine.system, !this.noDebug);
    const inHost = ownGuests.isPossible ? (hart: Hart): void => ownGuests.inHost(hart) : undefined;
    const transitions = new Transitions(machine.system, !this.noDebug, inHost);
    const history = new RunHistory(machine.system, !this.noDebug);
    const stops = new UserStops(machine, narrations, ownGuests, (text) => this.log.add(`${text}\n`));
    const listener = {
      running: () => this.started(),
      stopped: (stop: Stop) => this.halted(stop),
      ended: (end: EndOfRun) => this.ended(end),
      failed: (error: unknown) => this.failed(error),
      sliced: (idle: boolean) => this.flush(idle),
    };
    const control = new RunControl(machine, this.host, stops, listener, (addresses) => stops.setTemporary(addresses));
    const disassembly = new DisassemblySources(machine);
    const showsBody = (cpu: CpuState): boolean => this.lastStop?.inBody === true && isSameCpu(this.lastStop.cpu, cpu);
    const use = new ProcessorUse(machine.system);
    const ends = new VmEnds(machine);
    const frameView = new FrameView(machine, sources, disassembly, showsBody);
    return {
      machine,
      sources,
      stops,
      control,
      narrations,
      ownGuests,
      transitions,
      history,
      disassembly,
      frameView,
      use,
      ends,
    };
  }

  /** Takes a machine with its guests as the one to debug, in place of an earlier one. */
  adopt(running: Running): void {
    this.current?.control.dispose();
    this.machines++;
    this.lastStop = undefined;
    this.prediction = undefined;
    this.current = running;
    const { machine, sources } = running;
    for (const breakpoint of this.book.bind(machine, sources))
      this.connection.event('breakpoint', {
        reason: 'changed',
        breakpoint: toClient(breakpoint, this.client.positions),
      });
    this.breakpointsChanged();
  }

  /** Breakpoints or filters were set: from now on they count. */
  breakpointsChanged(): void {
    if (!this.current) return;
    this.current.stops.setBreakpoints(this.noDebug ? [] : this.book.bound);
    this.current.stops.setFilters(this.noDebug ? ExceptionFilters.of([], new Map()) : this.book.filters);
  }

  /**
   * Lets the machine run by a plan; what clients hold handles of is void.
   * @param isStep of the CPU
   * @param awaited what the step follows: it is said when that does not come
   * @param prediction what somebody has predicted of the step
   */
  resume(plan: Plan, from: CpuState, isStep: boolean, awaited?: string, prediction?: Prediction): void {
    const { stops, control, use } = this.running;
    this.awaited = awaited;
    this.prediction = prediction;
    use.begin();
    stops.departFrom(from, isStep);
    control.resume(plan);
  }

  /** A stop that no run led to: at the entry. */
  halted(stop: Stop): void {
    const { machine, stops } = this.running;
    const { cpu } = stop;
    const debuggee = machine.guestOf(cpu);
    // A step that ends at a breakpoint has reached it.
    const atBreakpoint = stop.reason === 'step' && !debuggee.handlerOf(cpu) ? stops.arriveAt(cpu) : undefined;
    const told = atBreakpoint ?? stop;
    this.forgetHandles();
    this.tellAwaited(stop.isFollowed === true, 'something else has stopped the machine before');
    // A breakpoint at a line of an inlined function is shown there; one at a function is of that function.
    const isInside = told.hitBreakpointIds !== undefined && told.reason !== 'function breakpoint';
    const found = (): number => debuggee.inlined.hiddenAt(debuggee.linked(cpu, cpu.pc));
    const hidden = isInside ? 0 : (told.hidden ?? found());
    this.lastStop = { ...told, hidden };
    const { reason, description, text, hitBreakpointIds } = told;
    this.connection.event('stopped', {
      reason,
      threadId: machine.threadOf(told.cpu),
      allThreadsStopped: true,
      ...(description === undefined ? {} : { description }),
      ...(text === undefined ? {} : { text }),
      ...(hitBreakpointIds ? { hitBreakpointIds } : {}),
    });
    const side = debuggee.handlerOf(cpu) ? 'vmm' : 'guest';
    this.connection.ownEvent('hyperstep/stateChanged', { reason: 'stopped', side, machine: this.machines });
  }

  /** How many inlined functions that begin at a CPU's instruction are not shown as entered. */
  hiddenAt(cpu: CpuState): number {
    const { lastStop } = this;
    if (lastStop && isSameCpu(lastStop.cpu, cpu) && lastStop.hidden !== undefined) return lastStop.hidden;
    const debuggee = this.running.machine.guestOf(cpu);
    return debuggee.inlined.hiddenAt(debuggee.linked(cpu, cpu.pc));
  }

  /**
   * A client changed these places of the machine: the values that it holds may be old. The stack is as it was unless a CPU's pc was set:
   * for a client, a new stack is a new stop, for which it shows a source and takes the keyboard there.
   * @param memory the same places as the client has named them
   */
  written(places: readonly Place[], memory = places.flatMap(memoryEvent)): void {
    if (places.length === 0) return;
    if (this.client.supportsMemoryEvent) for (const each of memory) this.connection.event('memory', each);
    const isMoved = places.some(({ kind }) => kind === 'pc');
    if (isMoved && this.lastStop) {
      const { hidden: _, ...elsewhere } = this.lastStop;
      this.lastStop = elsewhere;
    }
    if (this.client.supportsInvalidated) {
      this.connection.event('invalidated', { areas: isMoved ? ['stacks', 'variables'] : ['variables'] });
    }
    this.changed();
  }

  /** A client has changed something of the machine: views ask again. */
  changed(): void {
    this.connection.ownEvent('hyperstep/stateChanged', { reason: 'written', machine: this.machines });
  }

  output(category: 'console' | 'stdout' | 'stderr' | 'important', output: string): void {
    this.connection.event('output', { category, output });
  }

  /** Says what could not be read of the debug information that was asked for, once. */
  tellProblems(): void {
    const programs = this.running.machine.guests.map(({ program }) => program);
    const problems = programs.flatMap(({ problems, lines }) => [...(problems?.() ?? []), ...lines.problems]);
    for (const problem of problems) {
      if (this.told.has(problem)) continue;
      this.told.add(problem);
      this.output('important', `Debug information: ${problem}\n`);
    }
  }

  /** The client wants no more, even if the guest is being loaded. */
  close(): void {
    this.isClosed = true;
    this.finish({ how: 'The session was ended before the guest did.', isFailure: false });
  }

  /** Ends the session: the machine never runs again. */
  private finish({ how, isFailure, exitCode }: Ending): void {
    if (!this.current) return;
    this.current.control.dispose();
    const summary = { how, isFailure, ...runCost(this.current.machine, this.current.ownGuests) };
    this.current = undefined;
    this.flush(true);
    this.connection.ownEvent('hyperstep/ended', summary);
    if (exitCode !== undefined) this.connection.event('exited', { exitCode });
    this.connection.event('terminated');
  }

  /** Says that what a step followed has not come. */
  private tellAwaited(hasCome: boolean, why: string): void {
    const { awaited } = this;
    this.awaited = undefined;
    if (awaited !== undefined && !hasCome) this.output('console', `Not come: ${awaited}; ${why}.\n`);
  }

  private started(): void {
    this.forgetHandles();
    this.connection.ownEvent('hyperstep/running', {});
  }

  private ended(end: EndOfRun): void {
    const ending = endingOf(this.running.machine, end);
    this.flush(true);
    this.tellAwaited(false, 'the run has ended');
    const { guests, isShared } = this.running.machine;
    // Of VMs beside others that has been said when they ended.
    const isTold = isShared && guests.every(({ vm }) => vm?.end);
    if (!isTold && (ending.isFailure || end.reason === 'reset')) this.output('console', `${ending.how}\n`);
    this.finish(ending);
  }

  private failed(error: unknown): void {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.output('stderr', `HyperStep's machine failed, which it never should: ${details}\n`);
    this.finish({ how: 'HyperStep’s machine failed.', isFailure: true, exitCode: 1 });
  }

  private flush(now: boolean): void {
    for (const news of this.current?.ends.news() ?? []) this.log.add(`${news}\n`);
    this.console.flush(now);
    this.log.flush(now);
  }

  private forgetHandles(): void {
    this.frames.clear();
    this.variables.clear();
    this.gotoTargets.clear();
    this.stepInTargets.clear();
  }
}

function memoryEvent(place: Place): DebugProtocol.MemoryEvent['body'][] {
  if (place.kind !== 'memory') return [];
  return [{ memoryReference: memoryReference(place), offset: 0, count: place.bytes }];
}
