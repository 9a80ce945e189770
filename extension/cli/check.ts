import { statSync } from 'node:fs';
import type { Diagnostic } from '../../simulator/project/index';
import { checkFolder } from './check-folder';
import { build, formatDiagnostic } from './guest';
import type { ParsedCommand } from './options';

/** `hyperstep check`: files are a program together, a folder has programs and sources in it. @returns the exit status */
export async function check(command: ParsedCommand): Promise<number> {
  const folders = command.files.filter(isFolder);
  const files = command.files.filter((file) => !folders.includes(file));
  const diagnostics: Diagnostic[] = [];
  for (const folder of folders) diagnostics.push(...(await checkFolder(folder)));
  const alone = command.values['object'] === true;
  for (const group of alone ? files.map((file) => [file]) : files.length > 0 ? [files] : [])
    diagnostics.push(
      ...(await build({ ...command, files: group }, undefined, undefined, { link: !alone })).diagnostics,
    );
  for (const diagnostic of diagnostics) if (diagnostic.severity !== 'hint') console.log(formatDiagnostic(diagnostic));
  return diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
