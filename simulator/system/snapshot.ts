import type { MemoryImage } from '../machine/state/memory-image';
import { FileFormatError } from '../machine/state/plain-codec';
import { seal, unseal } from '../machine/state/sealed-file';
import { FRAME } from '../mmu/address';
import type { PlainValue } from '../schema/state/plain';
import { readDescription, type SystemDescription } from './description';
import { plainImages, readImages, type SavedImages } from './saved-images';

export { SnapshotError } from '../machine/state/snapshot-error';

/** A whole machine at an instruction boundary of its guest: memory, registers, devices, disks, the VMM's own records. */
export interface Snapshot {
  /** What a system's component saved; in one that comes from a file, anything: `System.restore` looks at it. */
  readonly state: PlainValue;
  readonly memory: MemoryImage;
}

const VERSION = 14;
/** The largest guest's memory, and as much again for its VMM. */
const MOST_PAGES = 2 ** 20;

/** @param images of a host's VMs, see `imagesOf` */
export function writeSnapshot(
  description: SystemDescription,
  { memory, state }: Snapshot,
  images: SavedImages = [],
): Uint8Array {
  return seal('HSSNAPSH', VERSION, (writer) => {
    writer.plain(asPlain(description));
    writer.plain(plainImages(images));
    writer.plain(state);
    const pages = [...memory.pages.entries()].filter(([, bytes]) => bytes !== undefined);
    writer.word(memory.pages.length);
    writer.word(pages.length);
    for (const [page, bytes] of pages) {
      writer.word(page);
      if (bytes) writer.raw(bytes);
    }
  });
}

/** What a snapshot's file holds. */
export interface SavedSystem {
  readonly description: SystemDescription;
  readonly images: SavedImages;
  readonly snapshot: Snapshot;
}

/** @throws FileFormatError */
export function readSnapshot(file: Uint8Array): SavedSystem {
  const reader = unseal('HSSNAPSH', VERSION, file);
  const description = readDescription(reader.plain());
  const images = readImages(reader.plain(), description);
  const state = reader.plain();
  const count = reader.word();
  if (count > MOST_PAGES) throw new FileFormatError(`the snapshot has ${count} pages, more than any machine`);
  const pages = new Array<Uint8Array | undefined>(count).fill(undefined);
  for (let left = reader.word(); left > 0; left--) {
    const page = reader.word();
    if (page >= pages.length) throw new FileFormatError(`the snapshot has a page ${page} beyond its memory`);
    pages[page] = reader.raw(FRAME).slice();
  }
  return { description, images, snapshot: { state, memory: { pages } } };
}

/** Plain data by construction, though its type has optional fields: those that are undefined are left out. */
export function asPlain(value: object): PlainValue {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as PlainValue;
}
