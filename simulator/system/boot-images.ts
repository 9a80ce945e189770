import { buildDeviceTree, type DeviceTreeConfiguration } from '../machine/device-tree';
import { FIRMWARE_MEMORY } from '../machine/memory-map';
import { FRAME, SUPERPAGE } from '../mmu/address';
import type { Program, ProgramSection, Segment } from '../object/program';
import { ConfigurationError } from './configuration-error';

type BootSegment = Pick<Segment, 'address' | 'loadAddress' | 'bytes' | 'memorySize'>;

/** What of a program is put into memory, and where. */
export interface BootProgram extends Pick<Program, 'entry'> {
  readonly segments: readonly BootSegment[];
  readonly sections: readonly Pick<ProgramSection, 'address' | 'size'>[];
}

/** What lies in memory when the guest starts. */
export interface BootImages {
  /** The kernel, or whatever the guest is. */
  readonly program: BootProgram;
  /** Firmware of the user's own, which starts first in M-mode. */
  readonly bios?: BootProgram | undefined;
  /** An initial RAM disk, for the kernel. */
  readonly initrd?: Uint8Array | undefined;
}

/** The guest's memory as images are put into it. */
export interface GuestMemory {
  readonly base: number;
  readonly size: number;
  /** The least address that the guest may use: above SBI firmware, where there is any. */
  readonly usable: number;
  store(gpa: number, bytes: Uint8Array): void;
}

/** Where things have been put. */
export interface Loaded {
  /** Physical addresses. */
  readonly entry: bigint;
  readonly biosEntry: bigint | undefined;
  readonly deviceTree: number;
  readonly initrd: { readonly start: number; readonly end: number } | undefined;
  /** Behind all that is loaded but for the device tree. */
  readonly end: number;
}

/** QEMU puts the initial RAM disk half of memory, but at most so much, above the kernel (hw/riscv/boot.c, riscv_load_initrd). */
const INITRD_DISTANCE = 128 * 1024 * 1024;
/** The device tree stays below this, so that firmware of 32 bits finds it (riscv_compute_fdt_addr). */
const DEVICE_TREE_LIMIT = 0xc0000000;

/** Where a flat binary lies: a kernel above firmware, or whatever starts from reset. */
export function imageAddress(firmware: 'sbi' | 'none', hasBios: boolean): bigint {
  return firmware === 'sbi' || hasBios ? 0x80200000n : BigInt(FIRMWARE_MEMORY.base);
}

/**
 * Puts program, firmware, initial RAM disk and device tree into memory, where QEMU's `virt` has them.
 * @throws ConfigurationError when something has no room
 */
export function loadImages(
  { program, bios, initrd }: BootImages,
  memory: GuestMemory,
  tree: Omit<DeviceTreeConfiguration, 'initrd'>,
): Loaded {
  const biosEnd = bios ? loadProgram(bios, 'firmware', memory) : memory.base;
  const programEnd = loadProgram(program, 'program', memory);
  const entry = physicalEntry(program);
  const ramDisk = initrd && placeInitrd(initrd, Number(entry), Math.max(programEnd, biosEnd), memory);
  const end = Math.max(programEnd, biosEnd, ramDisk?.end ?? 0);
  const deviceTree = placeDeviceTree(buildDeviceTree({ ...tree, initrd: ramDisk }), end, memory);
  return { entry, biosEntry: bios && physicalEntry(bios), deviceTree, initrd: ramDisk, end };
}

/** What would be right for a segment that has no room. Firmware of the user's own says itself where it is loaded. */
const ADVICE = {
  program:
    'say where to load it with the launch attribute "loadAddress" (on the command line --load-address), link it there, or give the guest more memory',
  firmware: 'link it there, or give the guest more memory',
} as const;

/** @returns where the program ends */
function loadProgram(program: BootProgram, what: keyof typeof ADVICE, memory: GuestMemory): number {
  const { base, size, usable } = memory;
  let end = base;
  for (const segment of program.segments) {
    const { loadAddress, memorySize, bytes } = withoutHeaders(segment, program, usable);
    if (memorySize === 0) continue;
    const last = loadAddress + BigInt(memorySize);
    if (loadAddress < BigInt(usable) || last > BigInt(base + size))
      throw new ConfigurationError(
        `the ${what}'s segment ${hex(loadAddress)}-${hex(last - 1n)} is outside the guest's memory ${hex(usable)}-${hex(base + size - 1)}: ${ADVICE[what]}`,
      );
    end = Math.max(end, Number(last));
    memory.store(Number(loadAddress), bytes);
  }
  if (program.segments.every(({ memorySize }) => memorySize === 0))
    throw new ConfigurationError(`the ${what} is empty: it has no code or data to load`);
  return end;
}

/** Where execution begins before paging is on: a kernel may be linked to virtual addresses, and say its entry in them. */
function physicalEntry({ entry, segments }: BootProgram): bigint {
  const holder = segments.find(({ address, memorySize }) => entry >= address && entry < address + BigInt(memorySize));
  return holder ? entry - holder.address + holder.loadAddress : entry;
}

function placeInitrd(bytes: Uint8Array, entry: number, programEnd: number, memory: GuestMemory) {
  const { base, size } = memory;
  const usual = entry + Math.min(size / 2, INITRD_DISTANCE);
  const start = Math.max(usual, Math.ceil(programEnd / FRAME) * FRAME);
  const end = start + bytes.length;
  if (end > base + size)
    throw new ConfigurationError(
      `the initial RAM disk of ${bytes.length} bytes does not fit at ${hex(start)}: give the guest more memory`,
    );
  memory.store(start, bytes);
  return { start, end };
}

/** On a 2 MiB boundary at the top of memory. */
function placeDeviceTree(tree: Uint8Array, end: number, { base, size, store }: GuestMemory): number {
  const top = Math.min(base + size, DEVICE_TREE_LIMIT);
  const address = Math.floor((top - tree.length) / SUPERPAGE) * SUPERPAGE;
  if (address < end && end <= top)
    throw new ConfigurationError(
      `what is loaded ends at ${hex(end)}, which leaves no room for the device tree at ${hex(address)}: give the guest more memory`,
    );
  store(address, tree);
  return address;
}

/**
 * A segment without the ELF file's own headers, which linkers put in front of the first section of a segment: where memory begins with
 * the program there is no place for them below it, and nobody misses them.
 */
function withoutHeaders(segment: BootSegment, program: BootProgram, memoryBase: number): BootSegment {
  if (segment.loadAddress >= BigInt(memoryBase)) return segment;
  const end = segment.address + BigInt(segment.memorySize);
  const contents = program.sections.filter(
    ({ address, size }) => size > 0 && address >= segment.address && address < end,
  );
  const first = contents.reduce((least, { address }) => (address < least ? address : least), end);
  const skipped = first - segment.address;
  if (contents.length === 0 || segment.loadAddress + skipped < BigInt(memoryBase)) return segment;
  return {
    ...segment,
    address: first,
    loadAddress: segment.loadAddress + skipped,
    bytes: segment.bytes.subarray(Number(skipped)),
    memorySize: segment.memorySize - Number(skipped),
  };
}

const hex = (address: number | bigint): string => `0x${address.toString(16)}`;
