import { programOptions } from '../../simulator/project/program-options';
import { readScenario } from '../../simulator/scenario/read-scenario';
import type { Scenario } from '../../simulator/scenario/scenario';
import { isScenarioPath, scenarioSuffix } from '../../simulator/scenario/scenario-path';
import { machineOptions } from '../../simulator/system/machine-options';
import { RequestError } from '../request-error';
import type { LaunchArguments } from './launch';

/** A scenario to launch: in a file, which somebody has to read, or as it stands in the launch configuration. */
export type LaunchedScenario =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly scenario: Scenario };

/** It changes no state, and is no part of a scenario. */
const { translation: _, ...ofMachine } = machineOptions;

/** What a scenario says itself, of each of its virtual machines or of its host. */
const said = [...Object.keys({ ...programOptions, ...ofMachine }), 'input'] as (keyof LaunchArguments)[];

/**
 * The scenario of a launch configuration whose attributes have their forms; undefined where there is none.
 * @throws RequestError that names all that is wrong
 */
export function checkedScenario(launch: LaunchArguments): LaunchedScenario | undefined {
  const { scenario: given } = launch;
  if (given === undefined) return undefined;
  const beside = said.filter((name) => launch[name] !== undefined).map((name) => JSON.stringify(name));
  if (beside.length > 0)
    throw new RequestError(`${beside.join(', ')} cannot stand beside "scenario", which says that itself`);
  if (typeof given === 'string') {
    if (!isScenarioPath(given))
      throw new RequestError(
        `"scenario" must be a file whose name ends in ${scenarioSuffix}, not ${JSON.stringify(given)}`,
      );
    return { kind: 'file', path: given };
  }
  const { scenario, problems } = readScenario(given);
  if (!scenario) throw new RequestError(`"scenario": ${problems.map(({ message }) => message).join('; ')}`);
  return { kind: 'inline', scenario };
}
