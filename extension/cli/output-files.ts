import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { one, type ParsedCommand } from './options';
import { UsageError } from './usage-error';

/** What names a file that is written when a run is over. */
const OUTPUTS = ['record', 'save', 'report', 'signature', 'chart'] as const;

/**
 * The files that a run writes at its end can be written, as far as that can be known before: else what the run has brought would be lost.
 * @throws UsageError that says which cannot, and why
 */
export function checkOutputs(values: ParsedCommand['values']): void {
  for (const option of OUTPUTS) {
    const file = one(values[option]);
    const problem = file === undefined ? undefined : whyNotWritable(file);
    if (problem !== undefined) throw new UsageError(`--${option} '${file}' cannot be written: ${problem}`);
  }
}

/** Why a file cannot be written; undefined where it can, as far as that can be known before. */
export function whyNotWritable(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) return 'it is a folder';
  const folder = path.dirname(file);
  const around = statSync(folder, { throwIfNoEntry: false });
  if (!around?.isDirectory()) return `there is no folder '${folder}'`;
  try {
    accessSync(found ? file : folder, constants.W_OK);
    return undefined;
  } catch {
    return found ? 'it is only to be read' : `the folder '${folder}' is only to be read`;
  }
}
