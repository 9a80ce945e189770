import { type Component, component, type StateOf, stateSchema, withoutState } from '../../schema/state/component';
import { bytes, tableOf, upTo } from '../../schema/state/fields';

/** The bytes behind a disk, as the host gives them: a file, an array, a web file. Offsets and lengths in bytes. */
export interface HostFile {
  readonly size: number;
  /** Exactly `length` bytes; the caller stays within `size`. */
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Gives back what it holds of the host; absent where that is nothing. It is used no more. */
  close?(): void;
}

export const SECTOR = 512;

/** A disk as virtio-blk sees it. Offsets and lengths are multiples of 512 within `sectors * 512`. */
export interface DiskImage {
  readonly sectors: number;
  readonly readOnly: boolean;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** What differs from the file; nothing when writes go to the file. */
  readonly component: Component;
  /** Whether what is written can be taken back: not where it goes to the file. */
  readonly restorable: boolean;
}

/** There is nothing beside the file. */

const overlayState = (sectors: number) =>
  stateSchema('copy-on-write-disk', 1, { written: tableOf(upTo(sectors - 1), bytes({ exactly: SECTOR }), sectors) });

/** A raw image: byte n of the file is byte n of the disk. A last, incomplete sector reads as padded with zeros, as QEMU's raw driver has it. */
export class RawDisk implements DiskImage {
  readonly sectors: number;
  readonly readOnly = false;
  readonly restorable = false;
  readonly component = withoutState('raw-disk');

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
}

/** Writes stay in memory, sector by sector; the image below is never changed. */
export class CopyOnWriteDisk implements DiskImage {
  readonly readOnly = false;
  readonly restorable = true;
  readonly component: Component;
  private readonly state: StateOf<ReturnType<typeof overlayState>> = { written: new Map() };

  constructor(private readonly below: DiskImage) {
    this.component = component(overlayState(below.sectors), this.state);
  }

  get sectors(): number {
    return this.below.sectors;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = this.below.read(offset, length);
    for (let at = 0; at < length; at += SECTOR) {
      const sector = this.state.written.get((offset + at) / SECTOR);
      if (sector) bytes.set(sector, at);
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SECTOR) {
      this.state.written.set((offset + at) / SECTOR, bytes.slice(at, at + SECTOR));
    }
  }
}
