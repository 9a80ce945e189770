import { CopyOnWriteDisk, type DiskImage, type HostFile, RawDisk } from '../devices/disk';
import type { FinisherRequest } from '../devices/finisher';
import { buildDeviceTree } from '../machine/device-tree';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY } from '../machine/memory-map';
import type { StateHash } from '../machine/state-hash';
import type { Program, Segment } from '../object/program';
import { SUPERPAGE } from './address';
import { BareEngine } from './bare-engine';
import { FullEngine } from './full/engine';
import type { Guest, GuestCpu } from './guest';
import { InputLog } from './input-log';

export const VIRTUALIZATIONS = ['none', 'full'] as const;
export type Virtualization = (typeof VIRTUALIZATIONS)[number];

export const FIRMWARES = ['sbi', 'none'] as const;
export type Firmware = (typeof FIRMWARES)[number];

export interface SystemConfiguration {
  readonly virtualization: Virtualization;
  readonly firmware: Firmware;
  /** Guest RAM in bytes: a multiple of 2 MiB, from 4 MiB to 2 GiB. */
  readonly memory: number;
  readonly harts: number;
  /** One virtio-blk device each, from slot 0 up; see `openDisk`. */
  readonly disks: readonly DiskImage[];
  readonly onIllegal: 'trap' | 'kill';
  /** What the guest transmits, byte by byte. */
  readonly console: (byte: number) => void;
}

/** Why a system cannot be made or a program not loaded: a message for the user. */
export class ConfigurationError extends Error {}

const SMALLEST_MEMORY = 4 * 1024 * 1024;
const LARGEST_MEMORY = 2 * 1024 * 1024 * 1024;
const MOST_HARTS = 8;
const MOST_DISKS = 8;

/** A machine with a guest, ready to run: what the command line runs and the debugger debugs. */
export class System {
  readonly engine: BareEngine | FullEngine;
  readonly inputLog = new InputLog(() => ({
    clock: this.machine.clock.now(),
    step: this.machine.activeHandler?.trail.length ?? 0,
  }));
  private inputClosed = false;

  /** @throws ConfigurationError */
  constructor(
    readonly configuration: SystemConfiguration,
    program: Program,
  ) {
    validate(configuration);
    const { harts, memory, firmware, onIllegal } = configuration;
    const common = {
      harts,
      memory,
      disks: configuration.disks,
      console: configuration.console,
      finish,
      inputOpen: () => !this.inputClosed,
    };
    this.engine =
      configuration.virtualization === 'full'
        ? new FullEngine({ ...common, onIllegal })
        : new BareEngine({ ...common, firmware });
    this.load(program);
  }

  get machine(): Machine {
    return this.engine.machine;
  }

  get guest(): Guest {
    return this.engine;
  }

  /** The VM and its VMM, where there is one. */
  get full(): FullEngine | undefined {
    return this.engine instanceof FullEngine ? this.engine : undefined;
  }

  /** Console input: an input of the run, at the machine's current position. */
  input(bytes: Iterable<number>): void {
    const typed = Uint8Array.from(bytes);
    this.inputLog.add({ kind: 'console', bytes: typed });
    this.engine.board.uart.receive(typed);
    this.machine.inputArrived();
  }

  /** No console input will come any more: a guest that waits for it waits for ever. */
  closeInput(): void {
    if (this.inputClosed) return;
    this.inputLog.add({ kind: 'console-closed' });
    this.inputClosed = true;
    this.machine.inputArrived();
  }

  /** Guest memory by guest-physical address, without side effects; undefined outside RAM. */
  readMemory(gpa: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    const complete = this.eachPage(gpa, length, (hpa, at, count) =>
      bytes.set(this.machine.core.ram.peek(hpa, count), at),
    );
    return complete ? bytes : undefined;
  }

  /** A debugger's write to guest memory: an input. @returns false, and nothing is written, when part of it is outside RAM */
  writeMemory(gpa: number, bytes: Uint8Array): boolean {
    if (!this.store(gpa, bytes)) return false;
    this.inputLog.add({ kind: 'memory', gpa, bytes: bytes.slice() });
    return true;
  }

  /** A debugger's write to a general register (1 to 31): an input. */
  writeRegister(cpu: GuestCpu, register: number, value: bigint): void {
    cpu.hart.setX(register, value);
    this.inputLog.add({ kind: 'register', cpu: cpu.id, register, value });
  }

  /** A debugger's write to the guest's pc: an input. */
  writePc(cpu: GuestCpu, value: bigint): void {
    cpu.pc = value;
    this.inputLog.add({ kind: 'pc', cpu: cpu.id, value });
  }

  /** A debugger's write to a guest CSR: an input. @returns false when the guest has none of that number, or it cannot be written */
  writeCsr(cpu: GuestCpu, csr: number, value: bigint): boolean {
    if (!cpu.writeCsr(csr, value)) return false;
    this.inputLog.add({ kind: 'csr', cpu: cpu.id, csr, value });
    return true;
  }

  /** A hash of all machine state, the VMM's included: equal for equal histories, however they were sliced or observed. */
  stateHash(): string {
    return this.machine.hash((hash) => this.full && addVmState(this.full, hash));
  }

  private load(program: Program): void {
    const { base, size } = this.engine.ram;
    const usable = this.configuration.firmware === 'sbi' ? FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size : base;
    let end = base;
    for (const segment of program.segments) {
      const { loadAddress, memorySize, bytes } = withoutHeaders(segment, program, usable);
      if (memorySize === 0) continue;
      const last = loadAddress + BigInt(memorySize);
      if (loadAddress < BigInt(usable) || last > BigInt(base + size))
        throw new ConfigurationError(
          `the program's segment 0x${loadAddress.toString(16)}-0x${(last - 1n).toString(16)} is outside the guest's memory 0x${usable.toString(16)}-0x${(base + size - 1).toString(16)}: link it there, or give the guest more memory`,
        );
      end = Math.max(end, Number(last));
      this.store(Number(loadAddress), bytes);
    }
    if (program.segments.every(({ memorySize }) => memorySize === 0))
      throw new ConfigurationError('the program is empty: it has no code or data to load');
    this.engine.boot(program.entry, this.placeDeviceTree(end));
  }

  /** The device tree lies at the top of RAM, on a 2 MiB boundary, as QEMU has it. */
  private placeDeviceTree(programEnd: number): number {
    const { harts, memory, firmware } = this.configuration;
    const tree = buildDeviceTree({ harts, memory, firmware });
    const top = this.engine.ram.base + this.engine.ram.size;
    const address = Math.floor((top - tree.length) / SUPERPAGE) * SUPERPAGE;
    if (address < programEnd)
      throw new ConfigurationError(
        `the program ends at 0x${programEnd.toString(16)}, which leaves no room for the device tree at 0x${address.toString(16)}: give the guest more memory`,
      );
    this.store(address, tree);
    return address;
  }

  private store(gpa: number, bytes: Uint8Array): boolean {
    if (!this.eachPage(gpa, bytes.length, () => undefined)) return false;
    return this.eachPage(gpa, bytes.length, (hpa, at, count) =>
      this.machine.core.ram.write(hpa, bytes.subarray(at, at + count)),
    );
  }

  private eachPage(gpa: number, length: number, visit: (hpa: number, at: number, count: number) => void): boolean {
    const PAGE = 4096;
    for (let at = 0; at < length; ) {
      const hpa = this.engine.toHost(gpa + at);
      if (hpa === undefined) return false;
      const count = Math.min(length - at, PAGE - ((gpa + at) % PAGE));
      visit(hpa, at, count);
      at += count;
    }
    return true;
  }
}

/**
 * A segment without the ELF file's own headers, which linkers put in front of the first section of a segment: where memory begins with
 * the program there is no place for them below it, and nobody misses them.
 */
function withoutHeaders(segment: Segment, program: Program, memoryBase: number): Segment {
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

function validate({ memory, harts, disks, virtualization, firmware }: SystemConfiguration): void {
  if (memory % SUPERPAGE !== 0 || memory < SMALLEST_MEMORY || memory > LARGEST_MEMORY)
    throw new ConfigurationError(`memory must be a multiple of 2M from 4M to 2G, not ${memory} bytes`);
  if (!Number.isInteger(harts) || harts < 1 || harts > MOST_HARTS)
    throw new ConfigurationError(`harts must be 1 to ${MOST_HARTS}, not ${harts}`);
  if (disks.length > MOST_DISKS)
    throw new ConfigurationError(`there are ${MOST_DISKS} virtio slots, not ${disks.length}`);
  if (virtualization === 'full' && firmware === 'none')
    throw new ConfigurationError(
      'virtualization "full" gives its guest SBI firmware: firmware "none" goes with virtualization "none"',
    );
}

/** A raw image: writes go to a copy in memory, or to the file itself. */
export function openDisk(file: HostFile, write: 'copy' | 'inPlace'): DiskImage {
  const raw = new RawDisk(file);
  return write === 'inPlace' ? raw : new CopyOnWriteDisk(raw);
}

function finish(machine: Machine, request: FinisherRequest): void {
  if (request.kind === 'reset') machine.finish({ reason: 'reset' });
  else machine.finish({ reason: 'power-off', code: request.kind === 'pass' ? 0 : request.code });
}

function addVmState(engine: FullEngine, hash: StateHash): void {
  hash.plain(engine.board.state());
  for (const { state, spaces } of engine.vm.vcpus) {
    hash.plain({
      privilege: state.privilege,
      lines: state.lines,
      words: [...state.saveWords()],
      spaces: spaces.state(),
    });
  }
}
