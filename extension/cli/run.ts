import { writeFileSync } from 'node:fs';
import type { System } from '../../simulator/hypervisor/system';
import type { MachineStop } from '../../simulator/machine/stop';
import type { Program } from '../../simulator/object/program';
import { buildOrReport, type GuestFiles, makeSystem, openFiles } from './guest';
import { type MachineOptions, machineOptions, one, type ParsedCommand } from './options';

/** Instructions between two looks at the host: console input, interrupts of the user. */
const SLICE = 2_000_000;
const OUTPUT_BUFFER = 64 * 1024;

export const STATUS = { poweredOff: 0, failed: 1, usage: 2, limit: 3 } as const;

interface Outcome {
  readonly system: System;
  readonly reason: MachineStop['reason'];
  readonly status: number;
  /** What standard error says. */
  readonly message: string | undefined;
  readonly instructions: number;
}

/** `hyperstep run`. @returns the exit status */
export async function run(command: ParsedCommand): Promise<number> {
  const options = machineOptions(command.values);
  const program = await buildOrReport(command, options);
  if (!program) return STATUS.usage;
  const files = await openFiles(options);
  const started = process.hrtime.bigint();
  const outcome = await runToEnd(program, options, files);
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (outcome.message !== undefined) console.error(`hyperstep: ${outcome.message}`);
  const report = one(command.values['report']);
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(describe(outcome, wallSeconds), null, 2)}\n`);
  return outcome.status;
}

async function runToEnd(program: Program, options: MachineOptions, files: GuestFiles): Promise<Outcome> {
  const output = new ConsoleOutput();
  const input = new ConsoleInput();
  let before = 0;
  try {
    for (;;) {
      const system = makeSystem(program, options, files, (byte) => output.write(byte));
      const stop = await runSystem(system, input, options.maxInstructions - before, output);
      before += system.machine.clock.retired;
      // A reset starts the same guest again, on the same disks.
      if (stop.reason !== 'reset')
        return { system, instructions: before, reason: stop.reason, ...judge(stop, options) };
    }
  } finally {
    input.close();
    output.flush();
  }
}

async function runSystem(
  system: System,
  input: ConsoleInput,
  instructions: number,
  output: ConsoleOutput,
): Promise<MachineStop> {
  const { machine } = system;
  for (;;) {
    input.deliver(system);
    const left = instructions - machine.clock.retired;
    const stop = machine.run({ instructions: Math.min(SLICE, left) });
    output.flush();
    if (stop.reason === 'waiting-for-input') await input.more();
    else if (stop.reason !== 'limit' || left <= SLICE) return stop;
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

function judge(stop: MachineStop, options: MachineOptions): { status: number; message: string | undefined } {
  switch (stop.reason) {
    case 'power-off':
      return stop.code === 0
        ? { status: STATUS.poweredOff, message: undefined }
        : { status: STATUS.failed, message: `the guest reported failure ${stop.code}` };
    case 'limit':
      return { status: STATUS.limit, message: `the limit of ${options.maxInstructions} instructions is reached` };
    case 'killed':
      return { status: STATUS.failed, message: `the VM was killed: ${stop.why}` };
    case 'trap-loop':
      return {
        status: STATUS.failed,
        message: `the guest traps for ever at 0x${stop.hart.pc.toString(16)}: its trap vector cannot be executed`,
      };
    case 'waiting-forever':
      return { status: STATUS.failed, message: 'the guest waits for ever: no interrupt can come' };
    default:
      return { status: STATUS.failed, message: `the machine stopped: ${stop.reason}` };
  }
}

function describe({ system, reason, instructions }: Outcome, wallSeconds: number) {
  const ledger = system.vm?.ledger;
  return {
    instructions,
    /** One for each instruction, and what the VMM cost by its cost model. */
    cycles: instructions + (ledger?.cycles ?? 0),
    wallSeconds,
    mips: instructions / wallSeconds / 1e6,
    exits: Object.fromEntries((ledger?.counts() ?? []).map(({ reason: kind, count }) => [kind, count])),
    stopReason: reason,
    stateHash: system.stateHash(),
  };
}

/** The guest's console output, in large writes. */
class ConsoleOutput {
  private readonly bytes = new Uint8Array(OUTPUT_BUFFER);
  private length = 0;

  write(byte: number): void {
    if (this.length === this.bytes.length) this.flush();
    this.bytes[this.length++] = byte;
  }

  flush(): void {
    if (this.length > 0) process.stdout.write(this.bytes.slice(0, this.length));
    this.length = 0;
  }
}

/** Standard input as the guest's console input; without waiting for it unless the guest does. */
class ConsoleInput {
  private chunks: Uint8Array[] = [];
  private ended = false;
  private arrived: (() => void) | undefined;
  private readonly onData = (chunk: Uint8Array): void => {
    this.chunks.push(chunk);
    this.arrived?.();
  };
  private readonly onEnd = (): void => {
    this.ended = true;
    this.arrived?.();
  };

  constructor() {
    process.stdin.on('data', this.onData).on('end', this.onEnd).on('error', this.onEnd);
  }

  deliver(system: System): void {
    for (const chunk of this.chunks) system.input(chunk);
    this.chunks = [];
    if (this.ended) system.closeInput();
  }

  async more(): Promise<void> {
    if (this.chunks.length > 0 || this.ended) return;
    await new Promise<void>((resolve) => {
      this.arrived = resolve;
    });
    this.arrived = undefined;
  }

  close(): void {
    process.stdin.off('data', this.onData).off('end', this.onEnd).off('error', this.onEnd);
    process.stdin.destroy();
  }
}
