import type { Program } from '../object/program';
import { ConfigurationError, type System, type Virtualization } from '../system/system';
import type { ComparedGuest } from './compared-guest';
import { measuredPartOf } from './measured-part';
import { type MeasuredEnd, MeasuredRun } from './measured-run';
import type { Measurement } from './measurement';

/** What a comparison needs of who makes it. */
export interface ComparisonHost {
  /** Makes a machine with the guest. @throws ConfigurationError where there is none for it */
  makeSystem(engine: Virtualization): Promise<System>;
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

/** Runs a guest under ways to virtualize, one after the other. @param limit in instructions */
export async function compareGuest(
  name: string,
  program: Program,
  { engines, limit }: { readonly engines: readonly Virtualization[]; readonly limit: number },
  host: ComparisonHost,
): Promise<Comparison> {
  const part = measuredPartOf(program);
  const measurements: Measurement[] = [];
  const problems: ComparisonProblem[] = [];
  if (typeof part === 'string') {
    const problem = { engine: undefined, kind: 'not-tried', why: part } as const;
    return { name, operations: undefined, measurements, problems: [problem] };
  }
  for (const engine of engines) {
    const end = await endOf(engine, (system) => new MeasuredRun(system, part, limit, () => host.now()), host);
    if (!end) break;
    if (end.kind === 'measured') measurements.push(end.measurement);
    else if (end.kind === 'limit')
      problems.push({ engine, kind: 'limit', why: `it has not ended after ${limit} instructions` });
    else problems.push({ engine, ...end });
  }
  return { name, operations: part.operations, measurements, problems };
}

/** @returns what came of a run; nothing where it was cancelled */
async function endOf(
  engine: Virtualization,
  begin: (system: System) => MeasuredRun,
  host: ComparisonHost,
): Promise<MeasuredEnd | undefined> {
  try {
    const run = begin(await host.makeSystem(engine));
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
