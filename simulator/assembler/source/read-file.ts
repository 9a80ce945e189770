/** A file that is there and is not read, and why, as a sentence about it goes on: 'is a folder, not a file'. */
export class UnreadableFile {
  constructor(readonly why: string) {}
}

export type FileReading = Uint8Array | UnreadableFile | undefined;

/** Reads a file of the host; undefined when there is none at that path. */
export type ReadFile = (path: string) => Promise<FileReading>;

/** The most bytes that a source, script, object or configuration may have, and what sources take in. */
export const sourceLimit = 256 * 2 ** 20;

/** The most bytes of a file that an editor takes in: anything larger is no text that a person edits. */
export const editedLimit = 64 * 2 ** 20;

/** The most bytes that a file for the machine's memory may have: a program, a firmware, an initial RAM disk. */
export const imageLimit = 2 ** 31 - 1;

/** Why a file is not read that has more bytes than it may. */
export function tooLarge(limit: number): UnreadableFile {
  return new UnreadableFile(`has more than ${Math.floor(limit / 2 ** 20)} MiB, which is the most that is read`);
}
