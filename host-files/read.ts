import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type FileReading, sourceLimit, tooLarge, UnreadableFile } from '../simulator/assembler/source/read-file';

export interface ReadOptions {
  /** The most bytes that are read of a regular file. */
  readonly limit?: number;
  /** The most bytes that are read of a stream (a pipe, a terminal, a device): where the user named it for it. */
  readonly streamLimit?: number;
}

/**
 * The one way in which programs here read a file of this computer whole: a regular file, and never more than it may have, whatever size it
 * says. Undefined when there is none.
 */
export async function readHostFile(path: string, options: ReadOptions = {}): Promise<FileReading> {
  const { limit = sourceLimit, streamLimit } = options;
  try {
    // Before it is opened: to open a device, or a pipe that nobody writes to, does something already.
    const kind = whyNotRead(await stat(path), streamLimit !== undefined);
    if (kind !== undefined) return new UnreadableFile(kind);
    // Without waiting, should the file have become a pipe meanwhile.
    const file = await (streamLimit === undefined ? open(path, readOnly | nonBlocking) : openStream(path));
    if (!file) return new UnreadableFile('is a named pipe that nobody writes to');
    try {
      const status = await file.stat();
      const changed = whyNotRead(status, streamLimit !== undefined);
      if (changed !== undefined) return new UnreadableFile(changed);
      return await readOpen(file, status.size, status.isFile() ? limit : (streamLimit ?? 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed(error);
  }
}

const readOnly = constants.O_RDONLY;
/** Windows has no such flag. */
const nonBlocking = constants.O_NONBLOCK ?? 0;
/** Milliseconds that a named pipe is waited for. */
const patience = 5000;

/** Opens what may be a named pipe, for which the system waits until somebody opens it to write; undefined when nobody does. */
async function openStream(path: string): Promise<FileHandle | undefined> {
  const opened = open(path, readOnly);
  const stop = new AbortController();
  const late = setTimeout(patience, undefined, { signal: stop.signal }).catch(() => undefined);
  const file = await Promise.race([opened, late]);
  stop.abort();
  if (file) return file;
  // A writer of our own ends the waiting.
  const writer = await open(path, constants.O_WRONLY | nonBlocking);
  await (await opened).close();
  await writer.close();
  return undefined;
}

/** Reads to the end: `size` is what the file says of itself. */
async function readOpen(file: FileHandle, size: number, limit: number): Promise<FileReading> {
  if (size > limit) return tooLarge(limit);
  // One byte more shows that the file ends where it says; those of /proc say 0 and go on.
  let bytes = new Uint8Array(size + 1);
  for (let length = 0; ; ) {
    if (length === bytes.length) bytes = grown(bytes, limit);
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
    length += bytesRead;
    if (length > limit) return tooLarge(limit);
    if (bytesRead === 0) return bytes.subarray(0, length);
  }
}

const firstGrowth = 64 * 1024;

function grown(bytes: Uint8Array<ArrayBuffer>, limit: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(limit + 1, Math.max(firstGrowth, 2 * bytes.length)));
  larger.set(bytes);
  return larger;
}

function whyNotRead(status: Stats, stream: boolean): string | undefined {
  return stream && !status.isDirectory() ? undefined : whyNotRegular(status);
}

/** What a file is that is no regular file; undefined for one that is. */
export function whyNotRegular(status: Stats): string | undefined {
  if (status.isFile()) return undefined;
  if (status.isDirectory()) return 'is a folder, not a file';
  if (status.isFIFO()) return 'is a named pipe, not a regular file';
  if (status.isSocket()) return 'is a socket, not a regular file';
  return 'is a device, not a regular file';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'is a link that leads to itself',
};

function failed(error: unknown): UnreadableFile | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(code)) return undefined;
  return new UnreadableFile(reasons[code] ?? `cannot be read: ${message}`);
}
