import { StateHash } from '../machine/state/state-hash';
import type { Program } from '../object/program';
import type { GuestConfiguration, SystemConfiguration } from './configuration';

/** What a guest was started from, beside its machine: hashes of what was loaded, null where there was none. */
export interface RunOrigin {
  /** Null where the run went on from a saved machine. */
  readonly program: string | null;
  readonly bios: string | null;
  readonly initrd: string | null;
  readonly bootArguments: string | null;
}

/** Of each guest. @param programs in the order of the guests; none where the run went on from a saved machine */
export function originsOf(
  programs: readonly (Program | undefined)[],
  configuration: SystemConfiguration,
): readonly RunOrigin[] {
  const { neighbours } = configuration;
  if (neighbours) return neighbours.vms.map((vm, index) => originOf(programs[index], vm));
  return [originOf(programs[0], configuration)];
}

function originOf(
  program: Program | undefined,
  { bios, initrd, bootArguments }: GuestConfiguration & Pick<SystemConfiguration, 'bios'>,
): RunOrigin {
  return {
    program: program ? hashOfProgram(program) : null,
    bios: bios ? hashOfProgram(bios) : null,
    initrd: initrd ? hashOfBytes(initrd) : null,
    bootArguments: bootArguments ?? null,
  };
}

/** What of the guests' origins is not as it was recorded, in the user's words. @param names of the guests, where there are several */
export function differencesBetween(
  recorded: readonly RunOrigin[],
  given: readonly RunOrigin[],
  names: readonly string[] | undefined,
): string[] {
  return recorded.flatMap((origin, index) => {
    const now = given[index];
    const who = names ? `${names[index]}: ` : '';
    return now ? differencesOf(origin, now).map((difference) => `${who}${difference}`) : [];
  });
}

/** The same of one guest. */
function differencesOf(recorded: RunOrigin, given: RunOrigin): string[] {
  const differences: string[] = [];
  for (const [field, name] of FILES) {
    const [before, now] = [recorded[field], given[field]];
    if (before === now) continue;
    if (before === null) differences.push(`the recorded run had no ${name}`);
    else if (now === null) differences.push(`the recorded run had ${name}, and none is given`);
    else differences.push(`the ${name} is another one`);
  }
  const text = (words: string | null): string => (words === null ? 'none' : JSON.stringify(words));
  if (recorded.bootArguments !== given.bootArguments)
    differences.push(
      `the kernel's arguments (--append) were ${text(recorded.bootArguments)} and are ${text(given.bootArguments)}`,
    );
  return differences;
}

const FILES = [
  ['program', 'program'],
  ['bios', 'firmware (--bios)'],
  ['initrd', 'initial RAM disk (--initrd)'],
] as const;

function hashOfProgram({ entry, segments }: Program): string {
  const hash = new StateHash();
  hash.text(String(entry));
  for (const { loadAddress, bytes, memorySize } of segments) {
    hash.text(`${loadAddress} ${memorySize}`);
    hash.bytes(bytes);
  }
  return hash.digest();
}

function hashOfBytes(bytes: Uint8Array): string {
  const hash = new StateHash();
  hash.bytes(bytes);
  return hash.digest();
}
