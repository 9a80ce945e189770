import type { PlainValue } from '../devices/device';
import type { Machine } from '../machine/machine';
import type { MemoryImage } from '../machine/memory-image';
import { FileFormatError } from '../machine/plain-codec';
import { seal, unseal } from '../machine/sealed-file';
import type { ExitLedger } from './ledger';
import type { SystemConfiguration } from './system';

/** Why a machine cannot be saved now, or a snapshot not be taken up: a message for the user. */
export class SnapshotError extends Error {}

/** A whole machine at an instruction boundary of its guest: memory, registers, devices, disks, the VMM's own records. */
export interface Snapshot {
  readonly machine: ReturnType<Machine['state']>;
  readonly ledger: ReturnType<ExitLedger['save']> | null;
  readonly inputClosed: boolean;
  readonly memory: MemoryImage;
}

/** What a machine has to be for a snapshot to fit, and all that making it takes but the files behind its disks. */
export type SystemDescription = Pick<
  SystemConfiguration,
  | 'virtualization'
  | 'firmware'
  | 'memory'
  | 'harts'
  | 'devices'
  | 'onIllegal'
  | 'vmids'
  | 'commonProcessor'
  | 'hartOptions'
> & {
  /** Sectors of each disk. */
  readonly diskSectors: readonly number[];
};

export function describeSystem(configuration: SystemConfiguration): SystemDescription {
  const { virtualization, firmware, memory, harts, onIllegal, disks } = configuration;
  return {
    virtualization,
    firmware,
    memory,
    harts,
    onIllegal,
    devices: configuration.devices ?? [],
    vmids: configuration.vmids ?? true,
    commonProcessor: configuration.commonProcessor ?? false,
    hartOptions: configuration.hartOptions ?? {},
    diskSectors: disks.map(({ sectors }) => sectors),
  };
}

const VERSION = 2;
const PAGE = 4096;

export function writeSnapshot(description: SystemDescription, { memory, ...state }: Snapshot): Uint8Array {
  return seal('HSSNAPSH', VERSION, (writer) => {
    writer.plain(asPlain(description));
    writer.plain(asPlain(state));
    const pages = [...memory.pages.entries()].filter(([, bytes]) => bytes !== undefined);
    writer.word(memory.pages.length);
    writer.word(pages.length);
    for (const [page, bytes] of pages) {
      writer.word(page);
      if (bytes) writer.raw(bytes);
    }
  });
}

/** @throws FileFormatError */
export function readSnapshot(file: Uint8Array): { description: SystemDescription; snapshot: Snapshot } {
  const reader = unseal('HSSNAPSH', VERSION, file);
  // The seal says that this is what `writeSnapshot` wrote.
  const description = reader.plain() as unknown as SystemDescription;
  const state = reader.plain() as unknown as Omit<Snapshot, 'memory'>;
  const pages = new Array<Uint8Array | undefined>(reader.word()).fill(undefined);
  for (let left = reader.word(); left > 0; left--) {
    const page = reader.word();
    if (page >= pages.length) throw new FileFormatError(`the snapshot has a page ${page} beyond its memory`);
    pages[page] = reader.raw(PAGE).slice();
  }
  return { description, snapshot: { ...state, memory: { pages } } };
}

/** Plain data by construction, though its type has optional fields: those that are undefined are left out. */
export function asPlain(value: object): PlainValue {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as PlainValue;
}
