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

/** What of a host is not as it was recorded. The programs are compared by what the machine starts with. */
export function hostContradictions(recorded: SystemDescription, given: SystemDescription): string[] {
  const [was, is] = [recorded.neighbours, given.neighbours];
  const host = (of: SystemDescription) => {
    const { harts, vmids, vmmTime, hartOptions: machineOptions } = of;
    const { scheduler, memory, overcommit, memoryPolicy } = of.neighbours ?? {};
    return { harts, vmids, vmmTime, machineOptions, ...scheduler, memory, overcommit, memoryPolicy };
  };
  const ofVms = (was?.vms ?? []).flatMap((vm, index) =>
    differencesIn(vm, is?.vms[index] ?? {}, `${vm.name}: `, ['hostWords']),
  );
  return [...differencesIn(host(recorded), host(given), 'the host: '), ...ofVms];
}

function differencesIn(was: object, is: object, who: string, besides: readonly string[] = []): string[] {
  return Object.keys(was).flatMap((field) => {
    const [before, now] = [was, is].map((of) => JSON.stringify(Reflect.get(of, field)));
    return before === now || besides.includes(field) ? [] : [`${who}${field} was ${before} and is ${now}`];
  });
}

function isRecorded(
  field: keyof MachineOptions,
  recorded: SystemDescription,
): field is keyof SystemDescription & keyof MachineOptions {
  return Object.hasOwn(recorded, field);
}
