import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DiskImage, HostFile } from '../../simulator/devices/disk/disk-image';
import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { projectOfFile } from '../../simulator/project/index';
import { openDisk, System, type SystemConfiguration } from '../../simulator/system/system';

/** The guests that boot on QEMU with OpenSBI and print the same there and here. */
export const guestFolder = path.join('test', 'guests', 'programs');

/** Guests whose runs lean on time: timers, waits, devices that answer later, reads of `time`, traps of all kinds. */
export const GUESTS_OF_TIME = [
  'timer',
  'blk-read',
  'blk-write',
  'sbi',
  'nested-traps',
  'external-interrupt',
  'lazy-fence',
  'user-mode',
];

/** Assembles a guest from its file. @throws Error with the diagnostics when it has errors */
export async function buildGuest(file: string, defines: Readonly<Record<string, string>> = {}): Promise<Program> {
  const read = async (name: string): Promise<Uint8Array | undefined> =>
    existsSync(name) ? readFileSync(name) : undefined;
  const { program, diagnostics } = await buildProgram(projectOfFile(file, { defines }), read);
  if (!program) throw new Error(diagnostics.map((d) => `${d.file}:${d.range.start.line + 1}: ${d.message}`).join('\n'));
  return program;
}

/** Assembles a guest from its text. */
export async function assembleGuest(text: string): Promise<Program> {
  const file = 'guest.S';
  const { program, diagnostics } = await buildProgram(projectOfFile(file), async (name) =>
    name === file ? new TextEncoder().encode(text) : undefined,
  );
  if (!program) throw new Error(diagnostics.map((d) => `${d.range.start.line + 1}: ${d.message}`).join('\n'));
  return program;
}

/** A disk of 64 KiB in which every sector tells its number. */
export function testDisk(): Uint8Array {
  const disk = new Uint8Array(64 * 1024);
  for (let sector = 0; sector < disk.length / 512; sector++) {
    const text = `sector ${sector} of the test disk. `;
    for (let i = 0; i < 512; i++) disk[sector * 512 + i] = text.charCodeAt(i % text.length);
  }
  return disk;
}

/** A file that is these bytes. */
export const memoryFile = (bytes: Uint8Array): HostFile => ({
  size: bytes.length,
  read: (offset, length) => bytes.slice(offset, offset + length),
  write: (offset, written) => bytes.set(written, offset),
});

/** The test disk, or such bytes, of which a guest writes a copy. */
export const diskOf = (bytes = testDisk()): DiskImage => openDisk(memoryFile(bytes), 'copy');

export interface TestSystem {
  readonly system: System;
  /** What the guest has printed. */
  output(): string;
}

export interface TestConfiguration extends Partial<SystemConfiguration> {
  /** Console input may still come. */
  readonly inputOpen?: boolean;
}

/** A system with the test disk and, unless told otherwise, its console input closed. */
export function makeSystem(program: Program | undefined, configuration: TestConfiguration = {}): TestSystem {
  const bytes: number[] = [];
  const system = new System(
    {
      virtualization: 'none',
      firmware: 'sbi',
      memory: 16 * 1024 * 1024,
      harts: 1,
      disks: [diskOf()],
      onIllegal: 'trap',
      console: (byte) => bytes.push(byte),
      ...configuration,
    },
    program,
  );
  if (!configuration.inputOpen) system.closeInput();
  return { system, output: () => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('') };
}
