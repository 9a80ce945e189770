import type { Runner } from '../../simulator/machine/machine';
import { Pace, type PaceName } from '../../simulator/machine/pace';
import { SliceSize } from '../../simulator/machine/slice-size';
import type { Program } from '../../simulator/object/program';
import type { SystemDescription } from '../../simulator/system/description';
import type { Snapshot } from '../../simulator/system/snapshot';
import type { System, SystemConfiguration } from '../../simulator/system/system';
import type { GuestConsole } from './console-io';
import { type GuestFiles, makeSystem } from './guest';
import { Interrupts } from './interrupts';
import type { MachineOptions } from './options';
import { type Outcome, outcomeOf, type RunStop } from './outcome';
import type { Recording } from './recording';
import { Timeout } from './timeout';
import { UsageError } from './usage-error';

/** Between two looks at the host: console input, interrupts of the user. The first is small: of a guest nothing is known, and one may make each instruction dear. */
const sliceBounds = { first: 2_000, smallest: 500, largest: 2_000_000, most: 50 };

/** Where a run begins: a program at reset, or a machine that was saved. */
export type Start =
  | { readonly program: Program }
  | { readonly saved: Snapshot; readonly description: SystemDescription };

/** The program of a run that needs its symbols. @throws UsageError */
export function programOf(start: Start): Program {
  if ('program' in start) return start.program;
  throw new UsageError('a saved machine has no symbols: --signature needs the program');
}

/** How a guest runs here, beside what its machine is. */
export interface LiveOptions {
  /** Seconds of this computer's clock. */
  readonly timeout: number | undefined;
  readonly pace: PaceName;
  /** Who runs a machine instead of itself, to see what it does. */
  readonly runner?: ((system: System) => Runner) | undefined;
}

/** Runs a guest to its end, a limit or a signal. */
export async function runLive(
  start: Start,
  options: MachineOptions & LiveOptions,
  files: GuestFiles,
  recording: Recording | undefined,
  { input, output }: GuestConsole,
): Promise<Outcome> {
  const host = hostFor(options, { input, output });
  let before = 0;
  try {
    for (;;) {
      const system = systemAt(start, options, files, (byte) => output.write(byte));
      recording?.begins(system);
      const first = system.machine.clock.retired;
      const stop = await runSystem(
        system,
        options.runner?.(system) ?? system.machine,
        host,
        first + options.maxInstructions - before,
      );
      before += system.machine.clock.retired - first;
      recording?.stopped(system);
      // A reset starts the same guest again, on the same disks; a saved machine is not started.
      if (stop.reason === 'reset' && 'program' in start) {
        // One that resets itself at once is not to keep signals and the time from being seen.
        const early = await lookedUp(host);
        if (!early) continue;
        return outcomeOf(system, early, before, options.maxInstructions);
      }
      return outcomeOf(system, stop, before, options.maxInstructions);
    }
  } finally {
    close(host);
  }
}

/** Runs a machine to its end, a limit or a signal. */
export async function runToStop(
  system: System,
  options: LiveOptions & Pick<MachineOptions, 'maxInstructions'>,
  console: GuestConsole,
): Promise<RunStop> {
  const host = hostFor(options, console);
  try {
    return await runSystem(system, system.machine, host, options.maxInstructions);
  } finally {
    close(host);
  }
}

function hostFor({ pace, timeout }: LiveOptions, { input, output }: GuestConsole): Host {
  return {
    input,
    output,
    interrupts: new Interrupts(() => input.wake()),
    pace: new Pace(pace),
    timeout: new Timeout(timeout, () => input.wake()),
  };
}

function close({ timeout, interrupts, input, output }: Host): void {
  timeout.close();
  interrupts.close();
  input.close();
  output.flush();
}

function systemAt(
  start: Start,
  options: MachineOptions,
  files: GuestFiles,
  console: SystemConfiguration['console'],
): System {
  if ('program' in start) return makeSystem(start.program, options, files, console);
  return restoredSystem(start, options, files, console);
}

/** What to do with the files of hosts, which are run otherwise than those of one guest. */
const FILES_OF_HOSTS = {
  record: 'replay it with its scenario',
  'saved machine': 'it goes on by itself, not in a list',
} as const;

/** A machine with one guest. @param file in which it is @throws UsageError where it is a host of several VMs */
export function onlyGuestOf(
  description: SystemDescription,
  file: keyof typeof FILES_OF_HOSTS,
): Omit<SystemDescription, 'neighbours'> {
  const { neighbours, ...machine } = description;
  if (!neighbours) return machine;
  const names = neighbours.vms.map(({ name }) => name).join(', ');
  throw new UsageError(`the ${file} is of a host, of the virtual machines ${names}: ${FILES_OF_HOSTS[file]}`);
}

/** The machine that was saved, with the disks that are given. @throws UsageError, SnapshotError */
export function restoredSystem(
  { saved, description }: { readonly saved: Snapshot; readonly description: SystemDescription },
  options: MachineOptions,
  files: GuestFiles,
  console: SystemConfiguration['console'],
): System {
  const { diskSectors, ...machine } = onlyGuestOf(description, 'saved machine');
  const given = files.disks.map(({ sectors }) => sectors);
  if (given.length !== diskSectors.length || given.some((sectors, index) => sectors !== diskSectors[index]))
    throw new UsageError(
      `the saved machine has ${diskSectors.length} disks of ${diskSectors.join(', ')} sectors: give the same again with --disk`,
    );
  const system = makeSystem(undefined, options, files, console, machine);
  system.restore(saved);
  return system;
}

interface Host extends GuestConsole {
  readonly interrupts: Interrupts;
  readonly timeout: Timeout;
  readonly pace: Pace;
}

async function runSystem(
  system: System,
  runner: Runner,
  { input, output, interrupts, timeout, pace }: Host,
  instructions: number,
): Promise<RunStop> {
  const { machine } = system;
  // A guest may make its host work for long with few instructions: input, output and signals are not to wait for that.
  const slice = new SliceSize(sliceBounds);
  for (;;) {
    input.deliver(system);
    const left = instructions - machine.clock.retired;
    const began = performance.now();
    const ran = slice.instructions;
    const stop = runner.run({
      instructions: Math.min(ran, left),
      waitUntil: pace.waitUntil(machine.clock.now(), began),
      returnsEarly: true,
    });
    const isOver = machine.clock.retired >= instructions;
    const isWhole = stop.reason === 'limit' && instructions - machine.clock.retired === left - ran;
    slice.took(performance.now() - began, isWhole);
    output.flush();
    const waits = stop.reason === 'waiting-for-input' || stop.reason === 'waiting';
    if (!waits && (stop.reason !== 'limit' || isOver)) return stop;
    const end = endOf({ interrupts, timeout });
    if (end) return end;
    if (stop.reason === 'waiting') await input.more(pace.sleep(stop.deadline, machine.clock.now(), performance.now()));
    else if (waits) await input.more();
    // A wait is over: why, is looked at before the machine runs on.
    const ends = await lookedUp({ interrupts, timeout });
    if (ends) return ends;
  }
}

/** Lets what has come meanwhile be heard. @returns why the run ends here, if it does */
async function lookedUp({ interrupts, timeout }: Pick<Host, 'interrupts' | 'timeout'>): Promise<RunStop | undefined> {
  await new Promise((resolve) => setImmediate(resolve));
  return endOf({ interrupts, timeout });
}

function endOf({ interrupts, timeout }: Pick<Host, 'interrupts' | 'timeout'>): RunStop | undefined {
  if (interrupts.signal !== undefined) return { reason: 'interrupted', signal: interrupts.signal };
  return timeout.over === undefined ? undefined : { reason: 'timeout', seconds: timeout.over };
}
