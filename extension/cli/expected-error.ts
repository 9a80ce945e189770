import { FileFormatError } from '../../simulator/machine/state/plain-codec';
import { ReplayError } from '../../simulator/system/record';
import { SnapshotError } from '../../simulator/system/snapshot';
import { ConfigurationError } from '../../simulator/system/system';
import { UsageError } from './usage-error';

/** What a user's words, files and machine can lead to, as against errors of hyperstep itself. */
export function isExpected(error: unknown): error is Error {
  const kinds = [UsageError, ConfigurationError, SnapshotError, ReplayError, FileFormatError];
  return isSystemError(error) || kinds.some((kind) => error instanceof kind);
}

/** An error of the host: a file that cannot be written, a full disk. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
