import { legalVariants } from '../../simulator/core/index';
import type { MachineStop } from '../../simulator/machine/stop';
import { buildOrReport, makeSystem, openFiles } from './guest';
import { type MachineOptions, type ParsedCommand, refuseIdle } from './options';
import { STATUS } from './outcome';
import { UsageError } from './usage-error';

/** A variant may take longer, by traps and walks that others do not have; a guest that then still runs hangs there. */
const PATIENCE = 20;
const LEAST_LIMIT = 10_000_000;

/** Each is about one run. */
const withoutEffect = 'record save restore report signature trace dump pace timeout exit-status'.split(' ');

interface VariantRun {
  readonly output: string;
  readonly reason: MachineStop['reason'];
  readonly code: number | undefined;
  readonly instructions: number;
}

/** `hyperstep run --legal-variants`: the same guest on each machine that the manual allows. @returns 0 when all print the same */
export async function runVariants(command: ParsedCommand, options: MachineOptions): Promise<number> {
  refuseIdle(command.values, '--legal-variants', withoutEffect);
  if (options.disks.some(({ write }) => write === 'inPlace'))
    throw new UsageError('several runs cannot all write to a disk: leave out ,rw');
  const program = await buildOrReport(command, options);
  if (!program) return STATUS.usage;
  const input = await readInput();
  const runOne = async (hartOptions: MachineOptions['hartOptions'], limit: number): Promise<VariantRun> => {
    const bytes: number[] = [];
    const files = await openFiles(options);
    const system = makeSystem(program, { ...options, hartOptions }, files, (byte) => bytes.push(byte));
    if (input.length > 0) system.input(input);
    system.closeInput();
    const stop = system.machine.run({ instructions: limit });
    return {
      output: new TextDecoder().decode(Uint8Array.from(bytes)),
      reason: stop.reason,
      code: stop.reason === 'power-off' ? stop.code : undefined,
      instructions: system.machine.clock.retired,
    };
  };
  const usual = await runOne(options.hartOptions, options.maxInstructions);
  process.stdout.write(usual.output);
  if (usual.reason === 'limit') {
    console.error(`hyperstep: the limit of ${options.maxInstructions} instructions is reached before the guest ends`);
    return STATUS.limit;
  }
  if (usual.reason !== 'power-off' || usual.code !== 0) {
    const how = usual.code ? `reports failure ${usual.code}` : `ends with ${usual.reason}`;
    console.error(`hyperstep: on the usual machine the guest ${how}: there is nothing to compare with`);
    return STATUS.failed;
  }
  const limit = Math.max(LEAST_LIMIT, usual.instructions * PATIENCE);
  for (const [name, variant] of Object.entries(legalVariants)) {
    const run = await runOne({ ...options.hartOptions, ...variant }, limit);
    const difference = differenceOf(usual, run);
    if (difference === undefined) continue;
    console.error(`hyperstep: on the legal machine '${name}' (${JSON.stringify(variant)}) ${difference}`);
    return STATUS.failed;
  }
  console.error(`hyperstep: the same on all ${Object.keys(legalVariants).length} legal variants of the machine`);
  return STATUS.poweredOff;
}

function differenceOf(usual: VariantRun, run: VariantRun): string | undefined {
  if (run.reason === 'limit') return `the guest does not end within ${run.instructions} instructions`;
  if (run.reason !== usual.reason) return `the guest ends otherwise: ${run.reason}, not ${usual.reason}`;
  if (run.code !== usual.code) return `the guest reports ${run.code}, not ${usual.code}`;
  if (run.output === usual.output) return undefined;
  const [left, right] = [usual.output.split('\n'), run.output.split('\n')];
  const line = left.findIndex((text, index) => text !== right[index]);
  return `line ${line + 1} of the output is ${JSON.stringify(right[line] ?? '')}, not ${JSON.stringify(left[line] ?? '')}`;
}

/** Standard input as far as it is no terminal: all of it, since every variant gets the same. */
async function readInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}
