/** The bytes behind a disk, as the host gives them: a file, an array, a web file. Offsets and lengths in bytes. */
export interface HostFile {
  readonly size: number;
  /** Exactly `length` bytes; the caller stays within `size`. */
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
}

export const SECTOR = 512;

/** A disk as virtio-blk sees it. Offsets and lengths are multiples of 512 within `sectors * 512`. */
export interface DiskImage {
  readonly sectors: number;
  readonly readOnly: boolean;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** What differs from the file: sector number to bytes, for hashing and snapshots; empty when writes go to the file. */
  overlay(): ReadonlyMap<number, Uint8Array>;
  /** Whether what is written can be taken back: not where it goes to the file. */
  readonly restorable: boolean;
  /** Takes an overlay back. */
  restore(overlay: ReadonlyMap<number, Uint8Array>): void;
}

/** A raw image: byte n of the file is byte n of the disk. A last, incomplete sector reads as padded with zeros, as QEMU's raw driver has it. */
export class RawDisk implements DiskImage {
  readonly sectors: number;
  readonly readOnly = false;
  readonly restorable = false;

  constructor(private readonly file: HostFile) {
    this.sectors = Math.ceil(file.size / SECTOR);
  }

  read(offset: number, length: number): Uint8Array {
    const available = Math.max(0, Math.min(length, this.file.size - offset));
    const bytes = new Uint8Array(length);
    if (available > 0) bytes.set(this.file.read(offset, available));
    return bytes;
  }

  /** What lies behind the file's end, in its last sector, is lost: the file never grows. */
  write(offset: number, bytes: Uint8Array): void {
    this.file.write(offset, bytes.subarray(0, Math.max(0, this.file.size - offset)));
  }

  overlay(): ReadonlyMap<number, Uint8Array> {
    return new Map();
  }

  /** There is nothing beside the file. */
  restore(): void {}
}

/** Writes stay in memory, sector by sector; the image below is never changed. */
export class CopyOnWriteDisk implements DiskImage {
  readonly readOnly = false;
  readonly restorable = true;
  private readonly written = new Map<number, Uint8Array>();

  constructor(private readonly below: DiskImage) {}

  get sectors(): number {
    return this.below.sectors;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = this.below.read(offset, length);
    for (let at = 0; at < length; at += SECTOR) {
      const sector = this.written.get((offset + at) / SECTOR);
      if (sector) bytes.set(sector, at);
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SECTOR) {
      this.written.set((offset + at) / SECTOR, bytes.slice(at, at + SECTOR));
    }
  }

  overlay(): ReadonlyMap<number, Uint8Array> {
    return this.written;
  }

  restore(overlay: ReadonlyMap<number, Uint8Array>): void {
    this.written.clear();
    for (const [sector, bytes] of overlay) this.written.set(sector, bytes);
  }
}
