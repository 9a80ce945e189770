import type { FileContents } from '../devices/disk/file-log';
import type { CpuState } from '../hypervisor/cpu';
import type { Runner } from '../machine/machine';
import { NOBODY } from '../machine/scheduler';
import { FileFormatError } from '../machine/state/plain-codec';
import { seal, unseal } from '../machine/state/sealed-file';
import type { MachineStop } from '../machine/stop';
import type { PlainValue } from '../schema/state/plain';
import { StateError } from '../schema/state/state-error';
import { plainOf, readPlain } from '../schema/state/values';
import { readDescription, type SystemDescription } from './description';
import type { LoggedInput, Position } from './input-log';
import { recordSchema } from './record-schema';
import { differencesBetween, type RunOrigin } from './run-origin';
import { asPlain } from './snapshot';
import type { System } from './system';

/** All that came into a run from outside, and what shows that a replay is the same run. */
export interface RunRecord {
  readonly description: SystemDescription;
  /** In their order. */
  readonly guests: readonly RecordedGuest[];
  /** The run from its start, and from each reset of the guest's: what it writes to disks lasts from one to the next. */
  readonly lives: readonly Life[];
}

/** What a guest was given from outside before the first instruction. */
export interface RecordedGuest {
  readonly origin: RunOrigin;
  readonly disks: readonly RecordedDisk[];
}

/** What a run read of a disk, and where its writes went. */
export interface RecordedDisk {
  readonly contents: FileContents;
  readonly write: 'copy' | 'inPlace';
}

/** What came into a run from outside, and where it stood after that. */
export interface Way {
  readonly inputs: readonly LoggedInput[];
  readonly end: Position & { readonly hash: string };
}

/** A run from a start or reset to its end or to the next reset. */
export interface Life extends Way {
  /** State hash before the first instruction: of program and machine. */
  readonly start: string;
}

/** Why a record cannot be replayed, or where the replay leaves it: a message for the user. */
export class ReplayError extends Error {}

const VERSION = 11;

/** Closes the record of a life where the run stands. */
export function lifeOf(system: System, start: string): Life {
  return { start, ...wayOf(system) };
}

/** How a run has come to where it stands. */
export function wayOf(system: System): Way {
  const { inputs } = system.inputLog;
  return { inputs, end: { ...system.inputLog.position(), hash: system.stateHash() } };
}

export function writeRecord({ description, guests, lives }: RunRecord): Uint8Array {
  return seal('HSRECORD', VERSION, (writer) => {
    writer.plain(asPlain(description));
    writer.plain(plainOf(recordSchema, { guests, lives }));
  });
}

/** @throws FileFormatError that names the first field that makes no sense */
export function readRecord(file: Uint8Array): RunRecord {
  const reader = unseal('HSRECORD', VERSION, file);
  const description = readDescription(reader.plain());
  const contents = readContents(reader.plain());
  const wanted = description.neighbours?.vms.length ?? 1;
  if (contents.guests.length !== wanted)
    throw new FileFormatError(`the record has ${contents.guests.length} guests, and its machine ${wanted}`);
  return { description, ...contents };
}

function readContents(plain: PlainValue): Omit<RunRecord, 'description'> {
  try {
    return readPlain(recordSchema, plain, 'the record');
  } catch (error) {
    throw error instanceof StateError ? new FileFormatError(error.message, { cause: error }) : error;
  }
}

/** What a machine stops for by itself, whatever budget it still has. */
const BEYOND: ReadonlySet<Position['after']> = new Set<Position['after']>([
  'waiting',
  'waiting-for-input',
  'waiting-forever',
  'power-off',
  'reset',
  'trap-loop',
  'killed',
]);

/** Runs a recorded life again, or another way: the same inputs at the same positions. */
export class Replay {
  private next = 0;

  /**
   * @param life of a way, nothing is known of its start
   * @throws ReplayError when the system is not the one that was recorded
   */
  constructor(
    private readonly system: System,
    private readonly life: Way & Partial<Life>,
    origins?: { readonly recorded: readonly RunOrigin[]; readonly given: readonly RunOrigin[] },
    private readonly runner: Runner = system.machine,
  ) {
    if (life.start === undefined || system.stateHash() === life.start) return;
    const names = system.configuration.neighbours?.vms.map(({ name }) => name);
    const differences = origins ? differencesBetween(origins.recorded, origins.given, names) : [];
    const what = differences.length > 0 ? differences.join('; ') : 'their states at the start differ';
    throw new ReplayError(`the record is of another program or another machine: ${what}`);
  }

  /**
   * Runs on for at most so many instructions, and gives the machine the inputs that are due.
   * @returns the stop, or 'end' where the record ends
   * @throws ReplayError where the run is not at the position of an input
   */
  run(instructions: number): MachineStop | 'end' {
    const input = this.life.inputs[this.next];
    const goal = input ?? this.life.end;
    if (goal.after !== 'here') {
      const stop = this.runTowards(goal, instructions);
      if (stop) return stop;
    }
    if (!input) return 'end';
    this.reach(input);
    apply(this.system, input);
    this.next += 1;
    return { reason: 'limit' };
  }

  /** Whether the machine is where the recording ended, and as it was, and had come there as it did then. */
  get isSame(): boolean {
    const { runs } = this.system.machine;
    const { end } = this.life;
    const stopped = end.after === 'here' || end.after === runs.stop;
    return stopped && this.standsAt(end) && this.system.stateHash() === end.hash;
  }

  /** @returns the stop where the budget does not reach as far as the goal */
  private runTowards({ retired, epoch, offset, after }: Position, instructions: number): MachineStop | undefined {
    const { machine } = this.system;
    // What ends a run may come without an instruction that retires, a trap loop say: what leads to it is let begin.
    const beyond = BEYOND.has(after) ? 1 : 0;
    const left = Math.max(0, retired - machine.clock.retired) + beyond;
    const waitUntil = after === 'waiting' ? epoch + offset : undefined;
    const stop = this.runner.run({ instructions: Math.min(instructions, left), waitUntil });
    return stop.reason === 'limit' && left > instructions ? stop : undefined;
  }

  /** Stands at the position of an input; one inside a handler is reached by running the handler as far as it had come. */
  private reach(input: LoggedInput): void {
    const { machine } = this.system;
    if (input.step > 0)
      machine.run({
        instructions: 1,
        stopAtStep: (_, handler) => handler.trail.length === input.step,
      });
    if (!this.standsAt(input))
      throw new ReplayError(
        `the replay left the record: an input came ${inWords(input)}, and the machine stands ${inWords({ ...machine.scheduler.position(), retired: machine.clock.retired })}`,
      );
  }

  private standsAt({ retired, epoch, hart, offset }: Position): boolean {
    const { clock, scheduler } = this.system.machine;
    const here = scheduler.position();
    return clock.retired === retired && here.epoch === epoch && here.hart === hart && here.offset === offset;
  }
}

function inWords({ retired, epoch, hart, offset }: Omit<Position, 'step' | 'after'>): string {
  const who = hart === NOBODY ? 'between two parts' : `in the part of hart ${hart}`;
  return `after ${retired} instructions, ${who}, ${offset} ns after the epoch of ${epoch} ns began`;
}

/** Gives the machine an input again that was logged in another run. */
function apply(system: System, { guest: number, input }: LoggedInput): void {
  const guest = system.guests[number];
  if (!guest) throw new ReplayError(`the record has an input for guest ${number}, which the machine has not`);
  const cpu = (id: number): CpuState => {
    const found = guest.cpus[id];
    if (!found) throw new ReplayError(`the record has an input for CPU ${id}, which the guest has not`);
    return found;
  };
  switch (input.kind) {
    case 'console':
      system.input(input.bytes, guest);
      break;
    case 'console-closed':
      system.closeInput();
      break;
    case 'console-size':
      system.resizeConsole(input.columns, input.rows, guest);
      break;
    case 'network':
      system.receiveFrame(input.slot, input.frame, guest);
      break;
    case 'memory':
      system.writeMemory(input.gpa, input.bytes, guest);
      break;
    case 'register':
      system.writeRegister(cpu(input.cpu), input.register, input.value);
      break;
    case 'pc':
      system.writePc(cpu(input.cpu), input.value);
      break;
    case 'vm':
      system.operate(guest, input.operation);
      break;
    case 'memory-target':
      system.setMemoryTarget(guest, input.memory);
      break;
    case 'csr':
      system.writeCsr(cpu(input.cpu), input.csr, input.value);
      break;
  }
}
