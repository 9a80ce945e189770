import type { Runner } from '../../simulator/machine/machine';
import type { MachineStop } from '../../simulator/machine/stop';
import type { Program } from '../../simulator/object/program';
import { type Life, Replay, ReplayError, type RunRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import type { System } from '../../simulator/system/system';
import type { ConsoleOutput } from './console-io';
import { type ParsedCommand, refuseIdle } from './options';
import { STATUS } from './outcome';
import { UsageError } from './usage-error';

const SLICE = 2_000_000;

/** What a replay ends with. */
export interface ReplayedLife {
  readonly stop: MachineStop;
  /** Whether it is the recorded run. */
  readonly same: boolean;
}

/** Options that have no effect on a replay, or that the record says. @throws UsageError */
export function refuseBesideReplay(values: ParsedCommand['values'], disks: readonly unknown[]): void {
  const idle = ['record', 'save', 'pace', 'timeout', 'max-instructions', 'exit-status', 'legal-variants'];
  refuseIdle(values, '--replay', idle);
  if (disks.length > 0) throw new UsageError('a record has in it what was read of the disks: leave out --disk');
}

/** A record of a run that went on from a saved machine is replayed from that, and any other from programs. @throws ReplayError */
export function requireSameStart({ guests }: RunRecord, isRestored: boolean): void {
  const wasRestored = guests.every(({ origin }) => origin.program === null);
  if (isRestored === wasRestored) return;
  throw new ReplayError(
    wasRestored
      ? 'the recorded run went on from a saved machine: name that with --restore'
      : 'the recorded run started a program: name that, and leave out --restore',
  );
}

/** Runs a life of a record again. @throws ReplayError where it is of other programs, or is left */
export function replayLife(
  system: System,
  life: Life,
  { guests }: RunRecord,
  programs: readonly (Program | undefined)[],
  output: ConsoleOutput,
  runner?: Runner,
): ReplayedLife {
  const origins = {
    recorded: guests.map(({ origin }) => origin),
    given: originsOf(programs, system.configuration),
  };
  const run = new Replay(system, life, origins, runner);
  try {
    let stop = run.run(SLICE);
    while (stop !== 'end') {
      output.flush();
      stop = run.run(SLICE);
    }
    return { stop: system.machine.finished ?? { reason: 'limit' }, same: run.isSame };
  } finally {
    output.flush();
  }
}

/** Says whether a replay was the recorded run. @returns the exit status */
export function tellSame(same: boolean): number {
  if (!same) {
    console.error('hyperstep: the replay is not the recorded run: its state at the end differs');
    return STATUS.failed;
  }
  console.error('hyperstep: the replay ends in the state in which the recorded run ended');
  return STATUS.poweredOff;
}
