/** How the files end that hold scenarios: a file is one by its name. */
export const scenarioSuffix = '.hyperstep.json';

export function isScenarioPath(path: string): boolean {
  return path.endsWith(scenarioSuffix);
}
