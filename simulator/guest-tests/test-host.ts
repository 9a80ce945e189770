import type { FileReading } from '../assembler/source/read-file';
import type { HostFile } from '../devices/disk/disk-image';
import type { BuildResult } from '../project/build';
import type { GivenProgram } from '../project/index';
import type { FindPattern } from './judge-console';

/** What runs of tests need of the computer, or browser, that they run in. Paths are as those of the files that say the tests, or absolute. */
export interface TestHost {
  /** Reads a file of at most `limit` bytes; undefined when there is none. */
  readFile(path: string, limit: number): Promise<FileReading>;
  /** Opens a disk image, to be read. @throws Error with a message for the user */
  openDisk(path: string): Promise<HostFile>;
  /** Makes a program, as the `hyperstep.json` that is about it says. */
  build(given: GivenProgram): Promise<BuildResult>;
  readonly find: FindPattern;
  /** Lets others have their turn: signals and messages are heard meanwhile. */
  giveWay(): Promise<void>;
  /** Milliseconds since some moment. */
  now(): number;
}
