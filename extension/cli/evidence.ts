import type { System } from '../../simulator/system/system';
import { dumpOf } from './dump';
import type { SuiteOptions } from './options';
import { type SignatureRange, writeSignature } from './signature';

/** What was asked to be seen of where a run has stopped: dumps on standard error, and the signature in its file. */
export function writeEvidence(
  system: System,
  { dump, signature, signatureLine }: SuiteOptions,
  range: SignatureRange | undefined,
): void {
  if (dump.length > 0) process.stderr.write(`${dumpOf(system, dump)}\n`);
  if (signature !== undefined && range) writeSignature(signature, system, range, signatureLine);
}
