import { definesOf, parseLinkWords } from '../../simulator/project/index';
import { numberOf } from '../../simulator/schema/address';
import { type Settled, settled } from '../../simulator/schema/defaults';
import { withoutNulls } from '../../simulator/schema/nulls';
import { type Problem, problemsOf, quotedPath } from '../../simulator/schema/problems';
import { isRecord } from '../../simulator/schema/record';
import { type MachineSettings, machineProblems, machineSettings } from '../../simulator/system/machine-options';
import { RequestError } from '../request-error';
import { type LaunchArguments, launchOptions, launchSchema, type SymbolFile } from './launch';
import { checkedScenario, type LaunchedScenario } from './scenario-checks';

type Options = Settled<typeof launchOptions>;

/** A launch configuration in which everything has a value; undefined where the project file, or the assembler, decides. */
export interface CheckedLaunch
  extends MachineSettings,
    Omit<Options, keyof MachineSettings | 'program' | 'scenario' | 'defines' | 'symbols' | 'machineOptions'> {
  /** Empty where a scenario is launched. */
  readonly program: readonly string[];
  readonly scenario: LaunchedScenario | undefined;
  readonly defines: Readonly<Record<string, string>>;
  readonly symbols: readonly CheckedSymbolFile[];
}

/** An ELF file with symbols, and where what it is about lies. */
export interface CheckedSymbolFile {
  readonly file: string;
  readonly offset: bigint;
  readonly loadAddress: bigint | undefined;
}

/**
 * Takes a launch request's arguments apart by the description of launch attributes; those of others (`type`, `name`, ...) are ignored.
 * @throws RequestError that names every attribute that makes no sense
 */
export function checkLaunch(args: unknown): CheckedLaunch {
  const launch = checkedArguments(isRecord(args) ? args : {});
  const scenario = checkedScenario(launch);
  const program = [launch.program ?? []].flat();
  if (!scenario && (program.length === 0 || program.includes('')))
    throw new RequestError('"program" is missing: the guest to debug, a .s or .S file, an object file or an ELF file');
  const { machineOptions: _, ...rest } = settled(launchOptions, launch);
  return {
    ...rest,
    ...machineSettings(launch),
    program,
    scenario,
    defines: definesOf(rest.defines),
    symbols: rest.symbols.map(checkedSymbolFile),
  };
}

/** @throws RequestError */
function checkedArguments(args: Record<string, unknown>): LaunchArguments {
  const given = withoutNulls(launchSchema, args);
  // What is wrong inside a scenario is said by whoever knows scenarios.
  const isInline = isRecord(args['scenario']);
  const problems = problemsOf(launchSchema, given).filter(({ path }) => !isInline || path[0] !== 'scenario');
  if (problems.length > 0) refuse(problems);
  // The schema says so.
  const launch = given as LaunchArguments;
  const ofMachine = machineProblems(launch);
  if (ofMachine.length > 0) refuse(ofMachine);
  const [inWords] = parseLinkWords(launch.linkOptions ?? []).problems;
  if (inWords !== undefined) throw new RequestError(`"linkOptions": ${inWords}`);
  return launch;
}

/** @throws RequestError */
function refuse(problems: readonly Problem[]): never {
  throw new RequestError(problems.map(({ about, text }) => `${quotedPath(about, 'the launch')} ${text}`).join('; '));
}

function checkedSymbolFile(given: string | SymbolFile): CheckedSymbolFile {
  if (typeof given === 'string') return { file: given, offset: 0n, loadAddress: undefined };
  const { file, offset = '0', loadAddress } = given;
  return { file, offset: numberOf(offset), loadAddress: loadAddress === undefined ? undefined : BigInt(loadAddress) };
}
