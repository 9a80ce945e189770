import { existsSync, writeFileSync } from 'node:fs';
import {
  COMPARED_MACHINE,
  type Comparison,
  type ComparisonProblem,
  compareGuest,
  USUAL_LIMIT,
} from '../../simulator/comparison/compare-guest';
import { type ComparedPrograms, type PortedVariant, variantFiles } from '../../simulator/comparison/compared-programs';
import { comparisonAsChart } from '../../simulator/comparison/report/chart';
import { comparisonAsJson } from '../../simulator/comparison/report/json';
import { comparisonAsText } from '../../simulator/comparison/report/text';
import type { Virtualization } from '../../simulator/system/system';
import { buildOrReport, makeSystem, openFiles } from './guest';
import { engines, type MachineOptions, machineOptions, one, type ParsedCommand } from './options';
import { STATUS } from './outcome';
import { checkOutputs } from './output-files';
import { UsageError } from './usage-error';

/** `hyperstep compare`: each file is a guest of its own. @returns the exit status */
export async function compare(command: ParsedCommand): Promise<number> {
  const { values } = command;
  checkOutputs(values);
  const options = machineOptions({ 'vmm-time': COMPARED_MACHINE.vmmTime, ...values });
  if (options.disks.some(({ write }) => write === 'inPlace'))
    throw new UsageError('several runs cannot all write to a disk: leave out ,rw');
  const wanted = engines(values);
  const compared: Comparison[] = [];
  let status: number = STATUS.poweredOff;
  for (const name of command.files) {
    const comparison = await compareFile(name, command, options, wanted);
    if (comparison) compared.push(comparison);
    status = worst([status, ...(comparison ? comparison.problems.map(statusOf) : [STATUS.usage])]);
    for (const problem of comparison?.problems ?? []) process.stderr.write(`hyperstep: ${told(name, problem)}\n`);
  }
  const chart = one(values['chart']);
  if (chart !== undefined) writeFileSync(chart, comparisonAsChart(compared));
  const text = values['json'] ? JSON.stringify(comparisonAsJson(compared), null, 2) : comparisonAsText(compared);
  process.stdout.write(`${text}\n`);
  return status;
}

/** @returns nothing where its program has errors, which have been printed then */
async function compareFile(
  name: string,
  command: ParsedCommand,
  options: MachineOptions,
  wanted: readonly Virtualization[] | undefined,
): Promise<Comparison | undefined> {
  const programs = await programsOf(name, command, options);
  if (!programs) return undefined;
  const limit = Math.min(options.maxInstructions, USUAL_LIMIT);
  return compareGuest(
    name,
    programs,
    { engines: wanted, limit },
    {
      makeSystem: async (virtualization, program) =>
        makeSystem(program, options, await openFiles(options), () => undefined, { virtualization }),
      giveWay: () => new Promise((resolve) => setImmediate(resolve)),
      now: () => performance.now(),
      isCancelled: false,
    },
  );
}

async function programsOf(
  name: string,
  command: ParsedCommand,
  options: MachineOptions,
): Promise<ComparedPrograms | undefined> {
  const program = await buildOrReport({ ...command, files: [name] }, options);
  if (!program) return undefined;
  const variants = new Map<Virtualization, PortedVariant>();
  for (const { engine, file } of variantFiles(name)) {
    if (!existsSync(file)) continue;
    const variant = await buildOrReport({ ...command, files: [file] }, options);
    if (!variant) return undefined;
    variants.set(engine, { file, program: variant });
  }
  return { program, variants };
}

const told = (name: string, { engine, why }: ComparisonProblem): string =>
  `${name}${engine === undefined ? '' : ` [${engine}]`}: ${why}`;

const statusOf = ({ kind }: ComparisonProblem): number =>
  ({ 'not-tried': STATUS.usage, failed: STATUS.failed, limit: STATUS.limit })[kind];

/** The one that tells most: that something could not be tried, that a guest failed, that one reached its limit. */
function worst(statuses: readonly number[]): number {
  const order: readonly number[] = [STATUS.usage, STATUS.failed, STATUS.limit];
  return order.find((status) => statuses.includes(status)) ?? STATUS.poweredOff;
}
