import type { FileReading } from '../../simulator/assembler/source/read-file';
import type { HostFile } from '../../simulator/devices/disk/disk-image';

/** What the adapter needs of the computer, or browser, that it runs in. Paths are as in DAP: file paths, or URIs in a browser. */
export interface Host {
  /** Reads a file of at most `limit` bytes, or of a source's when absent; undefined when there is none. */
  readFile(path: string, limit?: number): Promise<FileReading>;
  /** @throws Error with a message for the user */
  openDisk(path: string, writable: boolean): Promise<HostFile>;
  /** Where a source of the VMM (a path from the repository's root) can be read by a client that has no `hyperstep-vmm:` file system. */
  vmmSourcePath(file: string): string;
  /** Calls back as soon as messages that have arrived meanwhile are handled. */
  yieldTo(next: () => void): void;
  /** Calls back after some time, in milliseconds. */
  later(milliseconds: number, next: () => void): void;
  /** Milliseconds since some moment. */
  now(): number;
  /** Whether the client is slow to read what was sent: output should wait. */
  isCongested(): boolean;
  /** Writes to their files what disks still have in memory only. */
  save(): Promise<void>;
  /** The session is over. */
  exit(): void;
}
