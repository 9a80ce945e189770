import type { FileContents } from '../devices/file-log';
import { seal, unseal } from '../machine/sealed-file';
import type { MachineStop } from '../machine/stop';
import type { GuestCpu } from './guest';
import type { Input, LoggedInput } from './input-log';
import { asPlain, describeSystem, type SystemDescription } from './snapshot';
import type { System } from './system';

/** All that came into a run from outside, and what shows that a replay is the same run. */
export interface RunRecord {
  readonly description: SystemDescription;
  /** State hash before the first instruction: of program and machine. */
  readonly start: string;
  readonly disks: readonly FileContents[];
  readonly inputs: readonly LoggedInput[];
  /** Where the recording ended. */
  readonly end: { readonly retired: number; readonly clock: number; readonly hash: string };
}

/** Why a record cannot be replayed, or where the replay leaves it: a message for the user. */
export class ReplayError extends Error {}

const VERSION = 1;

/** Closes the record of a run where the run stands. */
export function recordOf(system: System, start: string, disks: readonly FileContents[]): RunRecord {
  const { clock } = system.machine;
  return {
    description: describeSystem(system.configuration),
    start,
    disks,
    inputs: system.inputLog.inputs,
    end: { retired: clock.retired, clock: clock.now(), hash: system.stateHash() },
  };
}

export function writeRecord(record: RunRecord): Uint8Array {
  const { description, inputs, ...rest } = record;
  return seal('HSRECORD', VERSION, (writer) => {
    writer.plain(asPlain(description));
    writer.plain(asPlain({ ...rest, inputs: inputs.map(({ input, ...at }) => ({ ...at, input: packInput(input) })) }));
  });
}

/** @throws FileFormatError */
export function readRecord(file: Uint8Array): RunRecord {
  const reader = unseal('HSRECORD', VERSION, file);
  // The seal says that this is what `writeRecord` wrote.
  const description = reader.plain() as unknown as SystemDescription;
  const rest = reader.plain() as unknown as Omit<RunRecord, 'description'>;
  return {
    ...rest,
    description,
    inputs: rest.inputs.map(({ input, ...at }) => ({ ...at, input: unpackInput(input) })),
  };
}

/** 64-bit values as text: plain data has none. */
function packInput(input: Input) {
  return 'value' in input ? { ...input, value: String(input.value) } : input;
}

function unpackInput(input: Input): Input {
  return 'value' in input ? { ...input, value: BigInt(input.value) } : input;
}

/** Runs a recorded run again: the same inputs at the same positions. */
export class Replay {
  private next = 0;

  /** @throws ReplayError when the system is not the one that was recorded */
  constructor(
    private readonly system: System,
    private readonly record: RunRecord,
  ) {
    if (system.stateHash() !== record.start)
      throw new ReplayError('the record is of another program or another machine: their states at the start differ');
  }

  /**
   * Runs on for at most so many instructions, and gives the machine the inputs that are due.
   * @returns the stop, or 'end' where the record ends
   * @throws ReplayError where the run is not at the position of an input
   */
  run(instructions: number): MachineStop | 'end' {
    const { machine } = this.system;
    const { inputs, end } = this.record;
    const input = inputs[this.next];
    const left = (input?.retired ?? end.retired) - machine.clock.retired;
    const stop = machine.run({ instructions: Math.min(instructions, left) });
    if (left > instructions && stop.reason === 'limit') return stop;
    if (!input) return 'end';
    this.reach(input);
    apply(this.system, input.input);
    this.next += 1;
    return { reason: 'limit' };
  }

  /** Whether the machine is where the recording ended, and as it was. */
  get isSame(): boolean {
    const { clock } = this.system.machine;
    const { end } = this.record;
    return clock.retired === end.retired && clock.now() === end.clock && this.system.stateHash() === end.hash;
  }

  /** Stands at the position of an input; one inside a handler is reached by running the handler as far as it had come. */
  private reach({ retired, clock, step }: LoggedInput): void {
    const { machine } = this.system;
    if (step > 0)
      machine.run({
        instructions: 1,
        stopAtStep: (_, handler) => handler.trail.length === step,
      });
    if (machine.clock.retired !== retired || machine.clock.now() !== clock)
      throw new ReplayError(
        `the replay left the record: an input came after ${retired} instructions at ${clock} ns, and the machine stands at ${machine.clock.retired} and ${machine.clock.now()}`,
      );
  }
}

/** Gives the machine an input again that was logged in another run. */
function apply(system: System, input: Input): void {
  const cpu = (id: number): GuestCpu => {
    const found = system.guest.cpus[id];
    if (!found) throw new ReplayError(`the record has an input for CPU ${id}, which the guest has not`);
    return found;
  };
  switch (input.kind) {
    case 'console':
      system.input(input.bytes);
      break;
    case 'console-closed':
      system.closeInput();
      break;
    case 'network':
      system.receiveFrame(input.slot, input.frame);
      break;
    case 'memory':
      system.writeMemory(input.gpa, input.bytes);
      break;
    case 'register':
      system.writeRegister(cpu(input.cpu), input.register, input.value);
      break;
    case 'pc':
      system.writePc(cpu(input.cpu), input.value);
      break;
    case 'csr':
      system.writeCsr(cpu(input.cpu), input.csr, input.value);
      break;
  }
}
