import type { Program } from '../object/program';
import { ConfigurationError, type System, type Virtualization } from '../system/system';
import type { ComparedGuest } from './compared-guest';
import { type ComparedPrograms, usualEngines } from './compared-programs';
import { type MeasuredPart, measuredPartOf } from './measured-part';
import { type MeasuredEnd, MeasuredRun } from './measured-run';
import type { Measurement } from './measurement';

/** What a comparison needs of who makes it. */
export interface ComparisonHost {
  /** Makes a machine with a program of the guest's. @throws ConfigurationError where there is none for it */
  makeSystem(engine: Virtualization, program: Program): Promise<System>;
  /** Lets others have their turn: signals and messages are heard meanwhile. */
  giveWay(): Promise<void>;
  /** Milliseconds since some moment. */
  now(): number;
  /** Once it is so, nothing more is run. */
  readonly isCancelled: boolean;
}

/** Why a guest could not be measured: at all, or under one way to virtualize. */
export interface ComparisonProblem {
  readonly engine: Virtualization | undefined;
  /** `not-tried`: what its program says of the measure is wrong. */
  readonly kind: 'not-tried' | 'failed' | 'limit';
  readonly why: string;
}

/** A comparison as far as it came. */
export interface Comparison extends ComparedGuest {
  readonly problems: readonly ComparisonProblem[];
}

/** Of the machines on which guests are compared, unless somebody says otherwise: exits take their time. */
export const COMPARED_MACHINE = { vmmTime: 'charged' } as const;

/** Instructions of a guest that never ends by itself, unless somebody says another limit. */
export const USUAL_LIMIT = 1_000_000_000;

/** Runs a guest under ways to virtualize, one after the other. @param engines all that run it when absent @param limit in instructions */
export async function compareGuest(
  name: string,
  programs: ComparedPrograms,
  { engines, limit }: { readonly engines?: readonly Virtualization[] | undefined; readonly limit: number },
  host: ComparisonHost,
): Promise<Comparison> {
  const usual = measuredPartOf(programs.program);
  const measurements: Measurement[] = [];
  const problems: ComparisonProblem[] = [];
  if (typeof usual === 'string') {
    const problem = { engine: undefined, kind: 'not-tried', why: usual } as const;
    return { name, operations: undefined, measurements, problems: [problem] };
  }
  for (const engine of engines ?? usualEngines(programs)) {
    const variant = programs.variants.get(engine);
    const part = variant ? partOfVariant(variant.program, usual) : usual;
    if (typeof part === 'string') {
      problems.push({ engine, kind: 'not-tried', why: `${variant?.file}: ${part}` });
      continue;
    }
    const making = host.makeSystem(engine, variant?.program ?? programs.program);
    const end = await endOf(making, (system) => new MeasuredRun(system, part, limit, () => host.now()), host);
    if (!end) break;
    if (end.kind === 'measured') measurements.push({ ...end.measurement, ...(variant && { variant: variant.file }) });
    else if (end.kind === 'limit')
      problems.push({ engine, kind: 'limit', why: `it has not ended after ${limit} instructions` });
    else problems.push({ engine, ...end });
  }
  return { name, operations: usual.operations, measurements, problems };
}

/** @returns what is measured of a guest's variant, or why that cannot be compared with the guest */
function partOfVariant(program: Program, usual: MeasuredPart): MeasuredPart | string {
  const part = measuredPartOf(program);
  if (typeof part === 'string' || part.operations === usual.operations) return part;
  const told = (operations: number | undefined): string =>
    operations === undefined ? 'does not say how many' : `does ${operations}`;
  return `it ${told(part.operations)} operations, and the guest that it is a variant of ${told(usual.operations)}`;
}

/** @returns what came of a run; nothing where it was cancelled */
async function endOf(
  making: Promise<System>,
  begin: (system: System) => MeasuredRun,
  host: ComparisonHost,
): Promise<MeasuredEnd | undefined> {
  try {
    const run = begin(await making);
    while (!host.isCancelled) {
      const end = run.step();
      if (end) return end;
      await host.giveWay();
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { kind: 'failed', why: error.message };
  }
}
