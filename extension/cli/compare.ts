import { writeFileSync } from 'node:fs';
import type { ComparedGuest } from '../../simulator/comparison/compared-guest';
import { measuredPartOf } from '../../simulator/comparison/measured-part';
import { type MeasuredEnd, MeasuredRun } from '../../simulator/comparison/measured-run';
import type { Measurement } from '../../simulator/comparison/measurement';
import { comparisonAsChart } from '../../simulator/comparison/report/chart';
import { comparisonAsJson } from '../../simulator/comparison/report/json';
import { comparisonAsText } from '../../simulator/comparison/report/text';
import { ConfigurationError, VIRTUALIZATIONS, type Virtualization } from '../../simulator/system/system';
import { buildOrReport, makeSystem, openFiles } from './guest';
import { engines, type MachineOptions, machineOptions, one, type ParsedCommand } from './options';
import { STATUS } from './outcome';
import { checkOutputs } from './output-files';
import { UsageError } from './usage-error';

/** Of a guest that never ends by itself. */
const USUAL_LIMIT = 1_000_000_000;

/** `hyperstep compare`: each file is a guest of its own. @returns the exit status */
export async function compare(command: ParsedCommand): Promise<number> {
  const { values } = command;
  checkOutputs(values);
  const options = machineOptions({ 'vmm-time': 'charged', ...values });
  if (options.disks.some(({ write }) => write === 'inPlace'))
    throw new UsageError('several runs cannot all write to a disk: leave out ,rw');
  const compared: ComparedGuest[] = [];
  let status: number = STATUS.poweredOff;
  for (const name of command.files) {
    const guest = await compareGuest({ ...command, files: [name] }, options, engines(values) ?? VIRTUALIZATIONS);
    compared.push(guest);
    status = worse(status, guest.status);
  }
  const chart = one(values['chart']);
  if (chart !== undefined) writeFileSync(chart, comparisonAsChart(compared));
  const text = values['json'] ? JSON.stringify(comparisonAsJson(compared), null, 2) : comparisonAsText(compared);
  process.stdout.write(`${text}\n`);
  return status;
}

type Compared = ComparedGuest & { readonly status: number };

async function compareGuest(
  command: ParsedCommand,
  options: MachineOptions,
  wanted: readonly Virtualization[],
): Promise<Compared> {
  const name = command.files[0] ?? '';
  const nothing = { name, operations: undefined, measurements: [] };
  const program = await buildOrReport(command, options);
  if (!program) return { ...nothing, status: STATUS.usage };
  const part = measuredPartOf(program);
  if (typeof part === 'string') {
    process.stderr.write(`hyperstep: ${name}: ${part}\n`);
    return { ...nothing, status: STATUS.usage };
  }
  const limit = Math.min(options.maxInstructions, USUAL_LIMIT);
  const measurements: Measurement[] = [];
  let status: number = STATUS.poweredOff;
  for (const virtualization of wanted) {
    const end = await measured(async () => {
      const system = makeSystem(program, options, await openFiles(options), () => undefined, { virtualization });
      return new MeasuredRun(system, part, limit, () => performance.now());
    });
    if (end.kind === 'measured') measurements.push(end.measurement);
    else {
      const why = end.kind === 'limit' ? `it has not ended after ${limit} instructions` : end.why;
      process.stderr.write(`hyperstep: ${name} [${virtualization}]: ${why}\n`);
      status = worse(status, end.kind === 'limit' ? STATUS.limit : STATUS.failed);
    }
  }
  return { name, operations: part.operations, measurements, status };
}

async function measured(begin: () => Promise<MeasuredRun>): Promise<MeasuredEnd> {
  try {
    const run = await begin();
    for (;;) {
      const end = run.step();
      if (end) return end;
      // Signals are heard.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { kind: 'failed', why: error.message };
  }
}

/** Which of two tells more: that something could not be tried, that a guest failed, that one reached its limit. */
function worse(a: number, b: number): number {
  const order: readonly number[] = [STATUS.poweredOff, STATUS.limit, STATUS.failed, STATUS.usage];
  return order.indexOf(b) > order.indexOf(a) ? b : a;
}
