import { writeFileSync } from 'node:fs';
import type { Program } from '../../simulator/object/program';
import { addressOf } from '../../simulator/system/host-interface';
import type { System } from '../../simulator/system/system';
import { UsageError } from './usage-error';

/** Where a program's signature lies: from `begin_signature` to `end_signature`. */
export interface SignatureRange {
  readonly start: number;
  readonly length: number;
}

/** @throws UsageError where the program has none */
export function signatureRange(program: Program): SignatureRange {
  const [start, end] = [addressOf(program, 'begin_signature'), addressOf(program, 'end_signature')];
  if (start === undefined || end === undefined || end < start)
    throw new UsageError('--signature: the program has no begin_signature and end_signature after it');
  return { start, length: end - start };
}

/** Writes the signature as riscv-isa-sim does: so many bytes a line, the last of them first; a part of a line is filled with zeros. */
export function writeSignature(file: string, system: System, { start, length }: SignatureRange, line: number): void {
  const bytes = system.readMemory(start, length);
  if (!bytes) throw new UsageError('--signature: the signature is not in memory');
  const lines: string[] = [];
  for (let at = 0; at < length; at += line) {
    const padded = new Uint8Array(line);
    padded.set(bytes.subarray(at, at + line));
    lines.push(Array.from(padded.reverse(), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  writeFileSync(file, lines.map((text) => `${text}\n`).join(''));
}
