import type { SystemDescription } from '../../simulator/system/description';
import { machineTable } from './option-table';
import type { MachineOptions, ParsedCommand } from './options';

/** Which options given to a replay contradict the record; the others are as recorded. */
export function contradictions(
  values: ParsedCommand['values'],
  options: MachineOptions,
  recorded: SystemDescription,
): string[] {
  const differences: string[] = [];
  for (const [option, { attribute }] of Object.entries(machineTable)) {
    const field = attribute === 'machineOptions' ? 'hartOptions' : attribute;
    if (values[option] === undefined || !isRecorded(field, recorded)) continue;
    const [was, is] = [JSON.stringify(recorded[field]), JSON.stringify(options[field])];
    if (was !== is) differences.push(`--${option} was ${was} and is ${is}`);
  }
  return differences;
}

function isRecorded(
  field: keyof MachineOptions,
  recorded: SystemDescription,
): field is keyof SystemDescription & keyof MachineOptions {
  return Object.hasOwn(recorded, field);
}
