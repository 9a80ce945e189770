import type { Hart, HartOptions } from '../core/index';
import { CopyOnWriteDisk, type DiskImage, type HostFile, RawDisk } from '../devices/disk/disk-image';
import { SeededRandom, seedOf } from '../devices/seeded-random';
import type { VirtioDevice } from '../devices/virtio/index';
import type { CpuState } from '../hypervisor/cpu';
import type { VmmTime } from '../hypervisor/dispatcher';
import type { Engine } from '../hypervisor/engines/engine';
import { type EngineId, engineNamed, engines } from '../hypervisor/engines/index';
import type { Guest } from '../hypervisor/guest';
import { native } from '../hypervisor/host/native';
import { Hypervisor } from '../hypervisor/hypervisor';
import { type IsolationBreach, isolationBreaches } from '../hypervisor/isolation';
import type { Vm } from '../hypervisor/vm';
import type { VmTime } from '../hypervisor/vm-clock';
import { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';
import { deprivilegedProcessor } from '../machine/processor';
import { RESET_INSTRUCTIONS } from '../machine/reset-vector';
import { MemoryImages } from '../machine/state/memory-image';
import { SnapshotError } from '../machine/state/snapshot-error';
import { FRAME, SUPERPAGE } from '../mmu/address';
import type { Program } from '../object/program';
import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { flag } from '../schema/state/fields';
import { StateError } from '../schema/state/state-error';
import { BareMachine } from './bare-machine';
import { loadImages } from './boot-images';
import { ConfigurationError } from './configuration-error';
import { HostInterface, type HostWords } from './host-interface';
import { InputLog } from './input-log';
import type { Snapshot } from './snapshot';
import { VIRTIO_SLOTS, virtioSlots } from './virtio-slots';
import { virtualMachine } from './virtual-machine';

export { imageAddress } from './boot-images';
export { ConfigurationError };

/** The bare machine, and every engine that there is. */
export type Virtualization = 'none' | EngineId;
export const VIRTUALIZATIONS: readonly Virtualization[] = ['none', ...engines.map(({ id }) => id)];

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
  /** Other virtio devices, in the slots after the disks'. */
  readonly devices?: readonly VirtioDevice[] | undefined;
  /** Firmware of the user's own, which starts in M-mode from reset, before the program. */
  readonly bios?: Program | undefined;
  /** An initial RAM disk, named in the device tree. */
  readonly initrd?: Uint8Array | undefined;
  /** The kernel's arguments, in the device tree. */
  readonly bootArguments?: string | undefined;
  readonly onIllegal: 'trap' | 'kill';
  /** Engine `hardware`: whether the guest's translations carry a VMID; else each entry into it forgets them. Default: yes. */
  readonly vmids?: boolean | undefined;
  /** Whether the VMM's handlers take machine time. Default: `free`. */
  readonly vmmTime?: VmmTime | undefined;
  /** Whose time the VM sees; `own` needs one hart. Default: `real`. */
  readonly time?: VmTime | undefined;
  /** The device tree names only what harts have under every engine, so that guests of several engines can be compared. */
  readonly commonProcessor?: boolean | undefined;
  /** Where random numbers come from, those of `rng` devices and the kernel's first ones: 0, the default, to 2^32 - 1. */
  readonly seed?: number | undefined;
  /** What the manual leaves to the machine. */
  readonly hartOptions?: Partial<HartOptions> | undefined;
  /** Whether hot code is translated; it makes no difference but in speed. Default: yes. */
  readonly translation?: boolean | undefined;
  /** Where the guest speaks to its host as under Spike. */
  readonly hostWords?: HostWords | null | undefined;
  /** What the guest transmits, byte by byte. */
  readonly console: (byte: number) => void;
  /** The Ethernet frames that the guest's network device in a slot sends; nobody takes them when absent. */
  readonly network?: ((slot: number, frame: Uint8Array) => void) | undefined;
}

const SMALLEST_MEMORY = 4 * 1024 * 1024;
const LARGEST_MEMORY = 2 * 1024 * 1024 * 1024;
export const MOST_HARTS = 8;
export const MOST_SEED = 0xffff_ffff;
/** The device tree's `rng-seed` has 32 bytes, as QEMU's; virtio slots, which have seeds too, count from 0. */
const BOOT_SEED_CELLS = 8;
const BOOT_SEED_USER = -1;
/** 2025-01-01: the date at reset, the same in every run. */
const START_TIME = 1_735_689_600;

const systemState = stateSchema('system', 1, {
  /** No console input will come any more. */
  inputClosed: flag,
});

/** A machine with a guest, ready to run: what the command line runs and the debugger debugs. */
export class System {
  readonly machine: Machine;
  /** The machine as the guest sees it: the VM's, or all of it. */
  readonly guest: Guest;
  /** Where there is a VMM. */
  readonly hypervisor: Hypervisor | undefined;
  /** The VM that the guest runs in, under a VMM. */
  readonly vm: Vm | undefined;
  private readonly bootAt: (entry: bigint, deviceTree: number, next: bigint) => void;
  readonly inputLog = new InputLog(() => this.machine);
  private readonly state: StateOf<typeof systemState> = { inputClosed: false };
  private readonly images: MemoryImages;

  /**
   * @param program absent: memory is empty until a snapshot is restored
   * @throws ConfigurationError
   */
  constructor(
    readonly configuration: SystemConfiguration,
    program?: Program,
  ) {
    const engine = engineNamed(configuration.virtualization);
    validate(configuration, engine);
    const { harts, memory, firmware, onIllegal, hartOptions: options, translation, console } = configuration;
    const slots = virtioSlots(configuration);
    const inputOpen = (): boolean => !this.state.inputClosed;
    const vcpus = harts;
    const size = engine ? Hypervisor.memoryFor([{ engine, memory, vcpus }]) : memory;
    const ram = { base: MEMORY_MAP.ram.base, size };
    this.machine = new Machine({ harts, ram, options, translation, inputOpen });
    const parts = { slots, startTime: START_TIME, console };
    if (engine) {
      const engineOptions = { vmids: configuration.vmids ?? true };
      const { vmmTime = 'free', time = 'real' } = configuration;
      const vm = { name: 'vm', engine, engineOptions, model: native, vcpus, memory, onIllegal, time, ...parts };
      const virtual = virtualMachine(this.machine, vm, vmmTime);
      this.hypervisor = virtual.hypervisor;
      this.vm = virtual.vm;
      this.guest = virtual.vm;
      this.bootAt = (entry, deviceTree) => {
        virtual.hypervisor.boot(virtual.vm, { address: Number(entry), opaque: BigInt(deviceTree) });
        virtual.hypervisor.start();
      };
    } else {
      const bare = new BareMachine(this.machine, { firmware, ...parts });
      this.guest = bare;
      this.bootAt = (entry, deviceTree, next) => bare.boot(entry, deviceTree, next);
    }
    this.images = new MemoryImages(this.machine.core);
    this.attachHost(configuration);
    if (program) this.load(program);
  }

  /** The hart that runs a CPU of the guest's. */
  hartOf({ id }: CpuState): Hart {
    const vcpu = this.vm?.vcpus[id];
    const hart = vcpu ? vcpu.vm.host.hartOf(vcpu) : this.machine.harts[id];
    if (!hart) throw new RangeError(`CPU ${id} is not of this guest`);
    return hart;
  }

  /** The CPU of the guest's that a hart runs. */
  cpuOn(hart: Hart): CpuState | undefined {
    return this.hypervisor ? this.hypervisor.vcpuOn(hart)?.cpu : this.guest.cpus[hart.id];
  }

  /** Console input: an input of the run, at the machine's current position. */
  input(bytes: Iterable<number>): void {
    const typed = Uint8Array.from(bytes);
    this.inputLog.add({ kind: 'console', bytes: typed });
    this.guest.board.receiveConsole(typed);
    this.machine.inputArrived();
  }

  /** The console's terminal has a size, in characters from 1 to 65535: an input, where a device of the guest's has another one so far. */
  resizeConsole(columns: number, rows: number): void {
    if (!this.guest.board.resizeConsole(columns, rows)) return;
    this.inputLog.add({ kind: 'console-size', columns, rows });
    this.machine.inputArrived();
  }

  /** An Ethernet frame for the network device in a virtio slot: an input. @returns false when there is no such device */
  receiveFrame(slot: number, frame: Uint8Array): boolean {
    if (!this.guest.board.receiveFrame(slot, frame)) return false;
    this.inputLog.add({ kind: 'network', slot, frame: frame.slice() });
    this.machine.inputArrived();
    return true;
  }

  /** No console input will come any more: a guest that waits for it waits for ever. */
  closeInput(): void {
    if (this.state.inputClosed) return;
    this.inputLog.add({ kind: 'console-closed' });
    this.state.inputClosed = true;
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

  /** A debugger's write to a register, x1 to x31 or (from FLOAT_REGISTERS) f0 to f31: an input. */
  writeRegister(cpu: CpuState, register: number, value: bigint): void {
    cpu.setX(register, value);
    this.inputLog.add({ kind: 'register', cpu: cpu.id, register, value });
  }

  /** A debugger's write to the guest's pc: an input. */
  writePc(cpu: CpuState, value: bigint): void {
    cpu.pc = value;
    this.inputLog.add({ kind: 'pc', cpu: cpu.id, value });
  }

  /** A debugger's write to a guest CSR: an input. @returns false when the guest has none of that number, or it cannot be written */
  writeCsr(cpu: CpuState, csr: number, value: bigint): boolean {
    if (!cpu.writeCsr(csr, value)) return false;
    this.inputLog.add({ kind: 'csr', cpu: cpu.id, csr, value });
    return true;
  }

  /** From reset to the first instruction of program or bios; nothing where firmware starts the guest. */
  passResetVector(): void {
    if (this.configuration.firmware === 'none') this.machine.run({ instructions: RESET_INSTRUCTIONS });
  }

  /** The whole machine as it is now; only memory written since the last one is copied. @throws SnapshotError */
  save(): Snapshot {
    const { machine } = this;
    const [step] = machine.activeHandler?.trail ?? [];
    if (step)
      throw new SnapshotError(
        `the machine stands inside its ${step.crossings.at(-1)?.into.name}: it can be saved between two instructions of the guest`,
      );
    const end = machine.finished?.reason;
    if (end !== undefined && end !== 'waiting-for-input' && end !== 'waiting-forever')
      throw new SnapshotError(`the run has ended (${end}): there is nothing to go on from`);
    const fixed = this.configuration.disks.findIndex(({ restorable }) => !restorable);
    if (fixed >= 0)
      throw new SnapshotError(
        `disk ${fixed} is written in place: what the guest writes there could not be taken back; let writes go to a copy`,
      );
    return { state: this.component.save(), memory: this.images.take() };
  }

  /**
   * Goes back, or on, to a snapshot of this machine or of one that is made like it.
   * @throws SnapshotError; nothing has changed then, unless it is the tables in the snapshot's memory that do not go with its VMM
   */
  restore({ state, memory }: Snapshot): void {
    const pages = this.machine.core.ram.size / FRAME;
    if (memory.pages.length !== pages)
      throw new SnapshotError('the snapshot is of a machine that is made otherwise: its memory has another size');
    const takeUp = refusedAsSnapshot(() => this.component.prepare(state, 'system'));
    this.images.restore(memory);
    refusedAsSnapshot(takeUp);
    const [breach] = this.isolationBreaches();
    if (breach) throw new SnapshotError(`the snapshot's VMM does not isolate its guest: ${breach.description}`);
  }

  /** All of its state but memory. */
  private get component(): Component {
    const { machine, hypervisor } = this;
    const parts = {
      machine: machine.component,
      ...(hypervisor && { ledger: hypervisor.ledger.component }),
    };
    return component(systemState, this.state, { parts });
  }

  /** What of VMs' tables, TLBs and DMA leads out of their memory: nothing, while the VMM is right. */
  isolationBreaches(): readonly IsolationBreach[] {
    const { hypervisor } = this;
    return hypervisor ? isolationBreaches(hypervisor) : [];
  }

  /** A hash of all machine state, the VMM's included: equal for equal histories, however they were sliced or observed. */
  stateHash(): string {
    return this.machine.hash();
  }

  private attachHost({ hostWords, console }: SystemConfiguration): void {
    const address = hostWords ? this.guest.toHost(hostWords.tohost) : undefined;
    if (!hostWords || address === undefined) return;
    const host = new HostInterface(hostWords, {
      read: (gpa, length) => this.readMemory(gpa, length),
      write: (gpa, bytes) => this.store(gpa, bytes),
      console,
      exit: (code) => (this.vm ?? this.machine).finish({ reason: 'power-off', code }),
    });
    this.machine.watchHostWord(address, () => host.written());
  }

  private load(program: Program): void {
    const { harts, memory, firmware, bios, initrd, bootArguments, commonProcessor } = this.configuration;
    const processor = commonProcessor ? deprivilegedProcessor() : this.guest.processor;
    const { base, size } = this.guest.ram;
    const usable = firmware === 'sbi' ? FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size : base;
    const store = (gpa: number, bytes: Uint8Array): boolean => this.store(gpa, bytes);
    const random = new SeededRandom(seedOf(this.configuration.seed ?? 0, BOOT_SEED_USER));
    const randomSeed = Array.from({ length: BOOT_SEED_CELLS }, () => random.next());
    const tree = { harts, memory, firmware, bootArguments, randomSeed, ...processor };
    const loaded = loadImages({ program, bios, initrd }, { base, size, usable, store }, tree);
    this.bootAt(loaded.biosEntry ?? loaded.entry, loaded.deviceTree, loaded.entry);
  }

  private store(gpa: number, bytes: Uint8Array): boolean {
    if (!this.eachPage(gpa, bytes.length, () => undefined)) return false;
    return this.eachPage(gpa, bytes.length, (hpa, at, count) =>
      this.machine.core.ram.write(hpa, bytes.subarray(at, at + count)),
    );
  }

  private eachPage(gpa: number, length: number, visit: (hpa: number, at: number, count: number) => void): boolean {
    for (let at = 0; at < length; ) {
      const hpa = this.guest.toHost(gpa + at);
      if (hpa === undefined) return false;
      const count = Math.min(length - at, FRAME - ((gpa + at) % FRAME));
      visit(hpa, at, count);
      at += count;
    }
    return true;
  }
}

/** Does something that may find a state wrong. @throws SnapshotError */
function refusedAsSnapshot<Result>(look: () => Result): Result {
  try {
    return look();
  } catch (error) {
    if (error instanceof StateError || error instanceof RangeError)
      throw new SnapshotError(`the snapshot's state makes no sense: ${error.message}`, { cause: error });
    throw error;
  }
}

function validate(
  { memory, harts, disks, devices, virtualization, firmware, bios, hartOptions, time }: SystemConfiguration,
  engine: Engine | undefined,
): void {
  if (memory % SUPERPAGE !== 0 || memory < SMALLEST_MEMORY || memory > LARGEST_MEMORY)
    throw new ConfigurationError(`memory must be a multiple of 2M from 4M to 2G, not ${memory} bytes`);
  if (!Number.isInteger(harts) || harts < 1 || harts > MOST_HARTS)
    throw new ConfigurationError(`harts must be 1 to ${MOST_HARTS}, not ${harts}`);
  const slots = disks.length + (devices?.length ?? 0);
  if (slots > VIRTIO_SLOTS) throw new ConfigurationError(`there are ${VIRTIO_SLOTS} virtio slots, not ${slots}`);
  const [missing] = engine?.missing(hartOptions ?? {}) ?? [];
  if (missing !== undefined) throw new ConfigurationError(`virtualization "${virtualization}" needs ${missing}`);
  if (time === 'own' && harts > 1)
    throw new ConfigurationError(`time "own" stands while one vCPU is not served: it goes with 1 hart, not ${harts}`);
  if (bios && firmware === 'sbi')
    throw new ConfigurationError('a bios takes the place of the SBI firmware: it goes with firmware "none"');
  if (engine && firmware === 'none')
    throw new ConfigurationError(
      `virtualization "${virtualization}" gives its guest SBI firmware: firmware "none" goes with virtualization "none"`,
    );
}

/** A raw image: writes go to a copy in memory, or to the file itself. */
export function openDisk(file: HostFile, write: 'copy' | 'inPlace'): DiskImage {
  const raw = new RawDisk(file);
  return write === 'inPlace' ? raw : new CopyOnWriteDisk(raw);
}
