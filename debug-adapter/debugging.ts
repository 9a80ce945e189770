import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CpuState } from '../simulator/hypervisor/cpu';
import type { EndOfRun } from '../simulator/machine/stop';
import { BreakpointBook } from './breakpoints/book';
import { ExceptionFilters } from './breakpoints/exceptions';
import { UserStops } from './breakpoints/user-stops';
import type { Debuggee } from './debuggee';
import type { Place } from './expression/evaluate';
import { DisassemblySources } from './inspect/code/disassembly-sources';
import { FrameView, type StackFrame } from './inspect/frames/stack';
import { GuestExits } from './inspect/guest-exits';
import { memoryReference } from './inspect/memory';
import { Narrations } from './inspect/narrations';
import { Handles } from './inspect/values/handles';
import type { Held } from './inspect/values/variables';
import { type PositionBase, toClient } from './position-base';
import { Sources } from './program/sources';
import { RequestError } from './request-error';
import type { Plan, Stop } from './run/plan';
import { RunControl } from './run/run-control';
import type { Connection } from './transport/connection';
import { GuestConsole } from './transport/console';
import type { Host } from './transport/host';
import { OutputBatch } from './transport/output-batch';
import { runSummary } from './views/run-summary';

/** What belongs to one machine, and goes with it at a restart. */
export interface Running {
  readonly debuggee: Debuggee;
  readonly sources: Sources;
  readonly stops: UserStops;
  readonly control: RunControl;
  readonly narrations: Narrations;
  readonly guestExits: GuestExits;
  readonly disassembly: DisassemblySources;
  readonly frameView: FrameView;
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
  /** Addresses. */
  readonly gotoTargets = new Handles<bigint>();
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

  /** Takes a loaded guest as the one to debug, in place of an earlier one. */
  adopt(debuggee: Debuggee): void {
    this.current?.control.dispose();
    this.machines++;
    const sources = new Sources({
      files: () => debuggee.program.lines.files,
      sourceMap: debuggee.launch.sourceMap,
      vmmPath: this.client.isVsCode ? undefined : (file) => this.host.vmmSourcePath(file),
    });
    const narrations = new Narrations();
    const guestExits = new GuestExits(debuggee.system);
    const stops = new UserStops(debuggee, narrations, guestExits, (text) => this.log.add(`${text}\n`));
    const listener = {
      running: () => this.started(),
      stopped: (stop: Stop) => this.halted(stop),
      ended: (end: EndOfRun) => this.ended(end),
      failed: (error: unknown) => this.failed(error),
      sliced: (idle: boolean) => this.flush(idle),
    };
    const control = new RunControl(debuggee, this.host, stops, listener, (addresses) => stops.setTemporary(addresses));
    const disassembly = new DisassemblySources(debuggee);
    const showsBody = (cpu: { id: number }): boolean => this.lastStop?.inBody === true && this.lastStop.cpu === cpu.id;
    const frameView = new FrameView(debuggee, sources, disassembly, showsBody);
    this.current = { debuggee, sources, stops, control, narrations, guestExits, disassembly, frameView };
    for (const breakpoint of this.book.bind(debuggee, sources))
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

  /** Lets the machine run by a plan; what clients hold handles of is void. */
  resume(plan: Plan, cpu: number): void {
    const { debuggee, stops, control } = this.running;
    const from = debuggee.cpus[cpu];
    if (from) stops.departFrom(from);
    control.resume(plan);
  }

  /** A stop that no run led to: at the entry. */
  halted(stop: Stop): void {
    const { debuggee, stops } = this.running;
    const cpu = debuggee.cpus[stop.cpu];
    // A step that ends at a breakpoint has reached it.
    const atBreakpoint = stop.reason === 'step' && cpu && !debuggee.handlerOf(cpu) ? stops.arriveAt(cpu) : undefined;
    const told = atBreakpoint ?? stop;
    this.forgetHandles();
    // A breakpoint at a line of an inlined function is shown there; one at a function is of that function.
    const isInside = told.hitBreakpointIds !== undefined && told.reason !== 'function breakpoint';
    const found = (): number => (cpu ? debuggee.inlined.hiddenAt(debuggee.linked(cpu, cpu.pc)) : 0);
    const hidden = isInside ? 0 : (told.hidden ?? found());
    this.lastStop = { ...told, hidden };
    const { reason, description, text, hitBreakpointIds } = told;
    this.connection.event('stopped', {
      reason,
      threadId: told.cpu + 1,
      allThreadsStopped: true,
      ...(description === undefined ? {} : { description }),
      ...(text === undefined ? {} : { text }),
      ...(hitBreakpointIds ? { hitBreakpointIds } : {}),
    });
    const side = cpu && debuggee.handlerOf(cpu) ? 'vmm' : 'guest';
    this.connection.ownEvent('hyperstep/stateChanged', { reason: 'stopped', side, machine: this.machines });
  }

  /** How many inlined functions that begin at a CPU's instruction are not shown as entered. */
  hiddenAt(cpu: CpuState): number {
    const { lastStop } = this;
    if (lastStop?.cpu === cpu.id && lastStop.hidden !== undefined) return lastStop.hidden;
    const { debuggee } = this.running;
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
    this.connection.ownEvent('hyperstep/stateChanged', { reason: 'written', machine: this.machines });
  }

  output(category: 'console' | 'stdout' | 'stderr' | 'important', output: string): void {
    this.connection.event('output', { category, output });
  }

  /** Says what could not be read of the debug information that was asked for, once. */
  tellProblems(): void {
    const { program } = this.running.debuggee;
    for (const problem of [...(program.problems?.() ?? []), ...program.lines.problems]) {
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
    const summary = runSummary(this.current.debuggee, how, isFailure);
    this.current = undefined;
    this.flush(true);
    this.connection.ownEvent('hyperstep/ended', summary);
    if (exitCode !== undefined) this.connection.event('exited', { exitCode });
    this.connection.event('terminated');
  }

  private started(): void {
    this.forgetHandles();
    this.connection.ownEvent('hyperstep/running', {});
  }

  private ended(end: EndOfRun): void {
    const ending = describeEnd(end);
    this.flush(true);
    if (ending.isFailure || end.reason === 'reset') this.output('console', `${ending.how}\n`);
    this.finish(ending);
  }

  private failed(error: unknown): void {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.output('stderr', `HyperStep's machine failed, which it never should: ${details}\n`);
    this.finish({ how: 'HyperStep’s machine failed.', isFailure: true, exitCode: 1 });
  }

  private flush(now: boolean): void {
    this.console.flush(now);
    this.log.flush(now);
  }

  private forgetHandles(): void {
    this.frames.clear();
    this.variables.clear();
    this.gotoTargets.clear();
  }
}

function memoryEvent(place: Place): DebugProtocol.MemoryEvent['body'][] {
  if (place.kind !== 'memory') return [];
  return [{ memoryReference: memoryReference(place), offset: 0, count: place.bytes }];
}

/** How a run ends: the exit code is as the command line has it, absent when the run did not come to its end. */
interface Ending {
  readonly how: string;
  readonly isFailure: boolean;
  readonly exitCode?: number;
}

function describeEnd(end: EndOfRun): Ending & { readonly exitCode: number } {
  switch (end.reason) {
    case 'power-off':
      return end.code === 0
        ? { how: 'The guest powered off.', isFailure: false, exitCode: 0 }
        : { how: `The guest powered off with the failure code ${end.code}.`, isFailure: true, exitCode: end.code };
    case 'reset':
      return { how: 'The guest asked for a reset.', isFailure: false, exitCode: 0 };
    case 'killed':
      return { how: `The VM was killed: ${end.why}.`, isFailure: true, exitCode: 1 };
    case 'trap-loop':
      return {
        how: 'The guest traps for ever: its trap vector cannot be executed.',
        isFailure: true,
        exitCode: 1,
      };
    case 'waiting-forever':
    case 'waiting-for-input':
      return { how: 'The guest waits for ever: nothing can wake it.', isFailure: true, exitCode: 1 };
  }
}
