import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import { UnreadableFile } from '../../../simulator/assembler/source/read-file';
import {
  type ComparedReplay,
  comparedReplay,
  type LabRun,
  REPLAY_FILE,
  replayText,
} from '../../../simulator/labs/index';
import { UsageError } from '../usage-error';
import { confinedReader } from './confined-files';

/** The replay that a folder carries: its text, or why it cannot be read; undefined where there is none. */
export async function replayIn(folder: string): Promise<string | UnreadableFile | undefined> {
  const bytes = await confinedReader(folder)(REPLAY_FILE);
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes;
}

/** @param lab its name @throws UsageError where it cannot be written */
export function leaveReplay(folder: string, lab: string, runs: readonly LabRun[]): void {
  const file = path.join(folder, REPLAY_FILE);
  try {
    writeFileSync(file, replayText(lab, runs));
  } catch (error) {
    throw new UsageError(`'${file}' cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param lab its name @param runs as they come out here */
export function compareCarried(carried: string | UnreadableFile, lab: string, runs: readonly LabRun[]): ComparedReplay {
  if (carried instanceof UnreadableFile) return { isSame: false, text: carried.why };
  return comparedReplay(carried, lab, runs, errorLine(REPLAY_FILE));
}
