import { statSync } from 'node:fs';
import { type Diagnostic, formatDiagnostic } from '../../simulator/project/index';
import { isScenarioPath } from '../../simulator/scenario/scenario-path';
import { checkFolder } from './check-folder';
import { build } from './guest';
import { checkScenario } from './hosts/check-scenario';
import type { ParsedCommand } from './options';

/**
 * `hyperstep check`: files are a program together, a folder has programs and sources in it, and a scenario describes its own.
 * @returns the exit status
 */
export async function check(command: ParsedCommand): Promise<number> {
  const folders = command.files.filter(isFolder);
  const scenarios = command.files.filter((file) => !folders.includes(file) && isScenarioPath(file));
  const files = command.files.filter((file) => !folders.includes(file) && !scenarios.includes(file));
  const diagnostics: Diagnostic[] = [];
  for (const folder of folders) diagnostics.push(...(await checkFolder(folder)));
  for (const scenario of scenarios) diagnostics.push(...(await checkScenario(scenario)));
  const alone = command.values['object'] === true;
  for (const group of alone ? files.map((file) => [file]) : files.length > 0 ? [files] : [])
    diagnostics.push(
      ...(await build({ ...command, files: group }, undefined, undefined, { link: !alone })).diagnostics,
    );
  // Several virtual machines may have the same program.
  const lines = diagnostics.filter(({ severity }) => severity !== 'hint').map(formatDiagnostic);
  for (const line of new Set(lines)) console.log(line);
  return diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
