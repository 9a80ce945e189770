import type { HostFile } from './disk-image';

/** A part of a host's file as it was when it was first read. */
export interface FilePart {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What of a host's file a run has read: enough to run again without the file. */
export interface FileContents {
  readonly size: number;
  readonly parts: readonly FilePart[];
}

const BLOCK = 4096;

/** A host's file, and a log of what was read of it: an input of the run, block by block as it was before the run wrote anything. */
export class LoggedFile implements HostFile {
  private readonly blocks = new Map<number, Uint8Array>();

  constructor(private readonly file: HostFile) {}

  get size(): number {
    return this.file.size;
  }

  read(offset: number, length: number): Uint8Array {
    this.log(offset, length);
    return this.file.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.log(offset, bytes.length);
    this.file.write(offset, bytes);
  }

  contents(): FileContents {
    return { size: this.size, parts: [...this.blocks].map(([block, bytes]) => ({ offset: block * BLOCK, bytes })) };
  }

  private log(offset: number, length: number): void {
    const last = Math.floor((offset + length - 1) / BLOCK);
    for (let block = Math.floor(offset / BLOCK); block <= last; block++) {
      if (this.blocks.has(block)) continue;
      const start = block * BLOCK;
      this.blocks.set(block, this.file.read(start, Math.min(BLOCK, this.size - start)));
    }
  }
}

/** A file made of what a log of it has; the rest, which the run never read, is zeros. Writes change this copy. */
export function fileOf({ size, parts }: FileContents): HostFile {
  const blocks = new Map(parts.map(({ offset, bytes }) => [offset / BLOCK, bytes.slice()]));
  const blockAt = (block: number): Uint8Array => {
    const known = blocks.get(block) ?? new Uint8Array(BLOCK);
    blocks.set(block, known);
    return known;
  };
  const each = (offset: number, length: number, visit: (bytes: Uint8Array, from: number, at: number) => void): void => {
    for (let at = 0; at < length; ) {
      const from = (offset + at) % BLOCK;
      const block = blockAt(Math.floor((offset + at) / BLOCK));
      visit(block.subarray(from, from + length - at), from, at);
      at += BLOCK - from;
    }
  };
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      each(offset, length, (block, _, at) => bytes.set(block, at));
      return bytes;
    },
    write(offset, bytes) {
      each(offset, bytes.length, (block, _, at) => block.set(bytes.subarray(at, at + block.length)));
    },
  };
}
