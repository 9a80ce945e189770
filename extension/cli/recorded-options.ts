import type { SystemDescription } from '../../simulator/system/snapshot';
import type { MachineOptions, ParsedCommand } from './options';

/** Options that say again what a record says, by the name of what they say. */
const OPTIONS = {
  virtualization: 'virtualization',
  firmware: 'firmware',
  memory: 'memory',
  harts: 'harts',
  device: 'devices',
  option: 'hartOptions',
  'on-illegal': 'onIllegal',
  'no-vmids': 'vmids',
  seed: 'seed',
} as const satisfies Record<string, keyof SystemDescription & keyof MachineOptions>;

/** Which options given to a replay contradict the record; the others are as recorded. */
export function contradictions(
  values: ParsedCommand['values'],
  options: MachineOptions,
  recorded: SystemDescription,
): string[] {
  const differences: string[] = [];
  for (const [option, field] of Object.entries(OPTIONS)) {
    if (values[option] === undefined) continue;
    const [was, is] = [JSON.stringify(recorded[field]), JSON.stringify(options[field])];
    if (was !== is) differences.push(`--${option} was ${was} and is ${is}`);
  }
  return differences;
}
