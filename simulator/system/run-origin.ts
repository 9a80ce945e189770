import { StateHash } from '../machine/state/state-hash';
import type { Program } from '../object/program';
import type { SystemConfiguration } from './system';

/** What a run was started from, beside its machine: hashes of what was loaded, null where there was none. */
export interface RunOrigin {
  /** Null where the run went on from a saved machine. */
  readonly program: string | null;
  readonly bios: string | null;
  readonly initrd: string | null;
  readonly bootArguments: string | null;
}

export function originOf(program: Program | undefined, configuration: SystemConfiguration): RunOrigin {
  const { bios, initrd, bootArguments } = configuration;
  return {
    program: program ? hashOfProgram(program) : null,
    bios: bios ? hashOfProgram(bios) : null,
    initrd: initrd ? hashOfBytes(initrd) : null,
    bootArguments: bootArguments ?? null,
  };
}

/** What of a run's origin is not as it was recorded, in the user's words. */
export function differencesOf(recorded: RunOrigin, given: RunOrigin): string[] {
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
