import type { Hart } from '../core/index';
import { CopyOnWriteDisk, type DiskImage, type HostFile, RawDisk } from '../devices/disk/disk-image';
import { SeededRandom, seedOf } from '../devices/seeded-random';
import { isPorted } from '../hypercalls/ported-note';
import type { CpuState } from '../hypervisor/cpu';
import { engineNamed } from '../hypervisor/engines/index';
import type { Guest } from '../hypervisor/guest';
import { native } from '../hypervisor/host/native';
import type { Hypervisor } from '../hypervisor/hypervisor';
import { type IsolationBreach, isolationBreaches } from '../hypervisor/isolation';
import type { Vcpu } from '../hypervisor/vcpu';
import type { Vm } from '../hypervisor/vm';
import type { VmOperation } from '../hypervisor/vm-operation';
import { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';
import { deprivilegedProcessor } from '../machine/processor';
import { RESET_INSTRUCTIONS } from '../machine/reset-vector';
import { MemoryImages } from '../machine/state/memory-image';
import { SnapshotError } from '../machine/state/snapshot-error';
import { FRAME } from '../mmu/address';
import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { flag } from '../schema/state/fields';
import { StateError } from '../schema/state/state-error';
import { BareMachine } from './bare-machine';
import { type BootProgram, type Loaded, loadImages } from './boot-images';
import type { GuestConfiguration, NeighbourConfiguration, SystemConfiguration } from './configuration';
import { ConfigurationError } from './configuration-error';
import { HostInterface } from './host-interface';
import { HostMachine } from './host-machine';
import type { Input } from './input';
import { InputLog } from './input-log';
import type { Snapshot } from './snapshot';
import { validate } from './validate';
import { virtioSlots } from './virtio-slots';
import { hostMemory, hypervisorOn, ONLY_VM, vmsOf } from './virtual-machine';

export { imageAddress } from './boot-images';
export {
  ANY_GUEST_VIRTUALIZATIONS,
  FIRMWARES,
  type Firmware,
  MOST_HARTS,
  MOST_SEED,
  type SystemConfiguration,
  VIRTUALIZATIONS,
  type Virtualization,
} from './configuration';
export { ConfigurationError };

/** The device tree's `rng-seed` has 32 bytes, as QEMU's; virtio slots, which have seeds too, count from 0. */
const BOOT_SEED_CELLS = 8;
const BOOT_SEED_USER = -1;
/** 2025-01-01: the date at reset, the same in every run. */
const START_TIME = 1_735_689_600;

const systemState = stateSchema('system', 1, {
  /** No console input will come any more. */
  inputClosed: flag,
});

/** A machine with its guests, ready to run: what the command line runs and the debugger debugs. */
export class System {
  readonly machine: Machine;
  /** The machine as each guest sees it: the VMs', or all of it. One at least. */
  readonly guests: readonly Guest[];
  /** Where there is a VMM. */
  readonly hypervisor: Hypervisor | undefined;
  /** What that runs on. */
  readonly host: HostMachine | undefined;
  readonly inputLog = new InputLog(() => this.machine);
  /** What the guests were started from, in their order; undefined where memory came from a snapshot alone. */
  readonly programs: readonly BootProgram[] | undefined;
  private readonly bare: BareMachine | undefined;
  private readonly state: StateOf<typeof systemState> = { inputClosed: false };
  private readonly images: MemoryImages;

  /**
   * @param programs of the guests, in their order; absent: memory is empty until a snapshot is restored, and no VM is started again after its end
   * @throws ConfigurationError
   */
  constructor(
    readonly configuration: SystemConfiguration,
    programs?: BootProgram | readonly BootProgram[],
  ) {
    validate(configuration);
    const { harts, firmware, hartOptions: options, translation } = configuration;
    const vms = vmsOf(configuration);
    const inputOpen = (): boolean => !this.state.inputClosed;
    const size = vms ? hostMemory(configuration, vms) : configuration.memory;
    const ram = { base: MEMORY_MAP.ram.base, size };
    this.machine = new Machine({ harts, ram, options, translation, inputOpen });
    if (vms) {
      this.host = new HostMachine(this.machine);
      this.hypervisor = hypervisorOn(this.machine, this.host, configuration);
      for (const vm of vms) this.createVm(this.hypervisor, vm);
      this.guests = this.hypervisor.vms;
    } else {
      const { console } = configuration;
      const parts = { slots: virtioSlots(configuration), startTime: START_TIME, console };
      this.bare = new BareMachine(this.machine, { firmware, ...parts });
      this.guests = [this.bare];
    }
    this.images = new MemoryImages(this.machine.core);
    for (const [index, guest] of this.guests.entries()) this.attachHost(guest, vms?.[index] ?? configuration);
    this.programs = programs && 'segments' in programs ? [programs] : programs;
    if (this.programs) this.load(this.programs);
  }

  /** The guest, or the first of several. */
  get guest(): Guest {
    const [guest] = this.guests;
    if (!guest) throw new RangeError('a system has a guest');
    return guest;
  }

  /** The VM that the guest runs in, or the first of several, under a VMM. */
  get vm(): Vm | undefined {
    return this.hypervisor?.vms[0];
  }

  /** The VM that a guest is; undefined of the bare machine's. */
  vmOf(guest: Guest): Vm | undefined {
    return this.hypervisor?.vms.find((vm) => vm === guest);
  }

  /** The guest of which a CPU is; of a hart of the VMM's, what that runs on. */
  guestOf(cpu: CpuState): Guest {
    const isOf = ({ cpus }: Guest): boolean => cpus.includes(cpu);
    const guest = this.guests.find(isOf) ?? (this.host && isOf(this.host) ? this.host : undefined);
    if (!guest) throw new RangeError(`CPU ${cpu.id} is of no guest of this system`);
    return guest;
  }

  /** The vCPU that a CPU is; undefined on the bare machine. */
  vcpuOf(cpu: CpuState): Vcpu | undefined {
    return this.vmOf(this.guestOf(cpu))?.vcpus[cpu.id];
  }

  /** The hart that runs a CPU of a guest's, or did last. */
  hartOf(cpu: CpuState): Hart {
    const vcpu = this.vcpuOf(cpu);
    const hart = vcpu ? vcpu.vm.host.hartOf(vcpu) : this.machine.harts[cpu.id];
    if (!hart) throw new RangeError(`CPU ${cpu.id} is not of this guest`);
    return hart;
  }

  /** The CPU of a guest's that a hart runs. */
  cpuOn(hart: Hart): CpuState | undefined {
    return this.hypervisor ? this.hypervisor.vcpuOn(hart)?.cpu : this.guest.cpus[hart.id];
  }

  /** Console input: an input of the run, at the machine's current position. */
  input(bytes: Iterable<number>, guest = this.guest): void {
    const typed = Uint8Array.from(bytes);
    this.log(guest, { kind: 'console', bytes: typed });
    guest.board.receiveConsole(typed);
    this.machine.inputArrived();
  }

  /** The console's terminal has a size, in characters from 1 to 65535: an input, where a device of the guest's has another one so far. */
  resizeConsole(columns: number, rows: number, guest = this.guest): void {
    if (!guest.board.resizeConsole(columns, rows)) return;
    this.log(guest, { kind: 'console-size', columns, rows });
    this.machine.inputArrived();
  }

  /** An Ethernet frame for the network device in a virtio slot: an input. @returns false when there is no such device */
  receiveFrame(slot: number, frame: Uint8Array, guest = this.guest): boolean {
    if (!guest.board.receiveFrame(slot, frame)) return false;
    this.log(guest, { kind: 'network', slot, frame: frame.slice() });
    this.machine.inputArrived();
    return true;
  }

  /** No console input will come any more: a guest that waits for it waits for ever. */
  closeInput(): void {
    if (this.state.inputClosed) return;
    this.log(this.guest, { kind: 'console-closed' });
    this.state.inputClosed = true;
    this.machine.inputArrived();
  }

  /** Guest memory by guest-physical address, without side effects; undefined outside RAM. */
  readMemory(gpa: number, length: number, guest = this.guest): Uint8Array | undefined {
    return guest.peek(gpa, length);
  }

  /** A debugger's write to guest memory: an input. @returns false, and nothing is written, when part of it is outside RAM */
  writeMemory(gpa: number, bytes: Uint8Array, guest = this.guest): boolean {
    if (!guest.place(gpa, bytes)) return false;
    this.log(guest, { kind: 'memory', gpa, bytes: bytes.slice() });
    return true;
  }

  /** A debugger's write to a register, x1 to x31 or (from FLOAT_REGISTERS) f0 to f31: an input. */
  writeRegister(cpu: CpuState, register: number, value: bigint): void {
    cpu.setX(register, value);
    this.log(this.guestOf(cpu), { kind: 'register', cpu: cpu.id, register, value });
  }

  /** A debugger's write to the guest's pc: an input. */
  writePc(cpu: CpuState, value: bigint): void {
    cpu.pc = value;
    this.log(this.guestOf(cpu), { kind: 'pc', cpu: cpu.id, value });
  }

  /** A debugger's write to a guest CSR: an input. @returns false when the guest has none of that number, or it cannot be written */
  writeCsr(cpu: CpuState, csr: number, value: bigint): boolean {
    if (!cpu.writeCsr(csr, value)) return false;
    this.log(this.guestOf(cpu), { kind: 'csr', cpu: cpu.id, csr, value });
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
    const { configuration } = this;
    for (const { name, disks } of configuration.neighbours?.vms ?? [{ ...configuration, name: undefined }]) {
      const fixed = disks.findIndex(({ restorable }) => !restorable);
      if (fixed >= 0)
        throw new SnapshotError(
          `disk ${fixed}${name === undefined ? '' : ` of ${name}`} is written in place: what the guest writes there could not be taken back; let writes go to a copy`,
        );
    }
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

  /** Something is done to a VM from outside: an input, where it has an effect. @returns whether it has */
  operate(guest: Guest, operation: VmOperation): boolean {
    const vm = this.vmOf(guest);
    if (!vm || !this.hypervisor?.operate(vm, operation)) return false;
    this.log(guest, { kind: 'vm', operation });
    this.machine.inputArrived();
    return true;
  }

  private log(guest: Guest, input: Input): void {
    this.inputLog.add(input, this.guests.indexOf(guest));
  }

  private createVm(hypervisor: Hypervisor, vm: NeighbourConfiguration): void {
    const engine = engineNamed(vm.engine);
    if (!engine) throw new RangeError(`there is no engine ${vm.engine}`);
    const { vmids = true, pager = 'right' } = this.configuration;
    const { name, vcpus, memory, onIllegal, time = 'real', share, console } = vm;
    const parts = {
      slots: virtioSlots(vm),
      startTime: START_TIME,
      console,
      engineOptions: { vmids, pager },
      model: native,
    };
    const { onCrash, memoryLimit, stealTime = false, paravirtual = false } = vm;
    const reboots = this.configuration.neighbours !== undefined;
    const lives = { memoryLimit, stealTime, paravirtual, onCrash, reboots };
    hypervisor.createVm({ name, engine, vcpus, memory, onIllegal, time, share, ...lives, ...parts });
  }

  private attachHost(guest: Guest, { hostWords, console }: GuestConfiguration): void {
    const address = hostWords ? guest.hold(hostWords.tohost) : undefined;
    if (!hostWords || address === undefined) return;
    const host = new HostInterface(hostWords, {
      read: (gpa, length) => this.readMemory(gpa, length, guest),
      write: (gpa, bytes) => guest.place(gpa, bytes),
      console,
      exit: (code) => (this.vmOf(guest) ?? this.machine).finish({ reason: 'power-off', code }),
    });
    this.machine.watchHostWord(address, () => host.written());
  }

  private load(programs: readonly BootProgram[]): void {
    const { hypervisor, bare, configuration } = this;
    const vms = vmsOf(configuration);
    for (const [index, guest] of this.guests.entries()) {
      const program = programs[index];
      if (!program) throw new RangeError(`guest ${index} has no program`);
      const vm = hypervisor?.vms[index];
      const described = vms?.[index];
      if (vm && described) {
        refuseUnported(program, described);
        const { vcpus } = described;
        // A VM that is restarted has its images put into its memory again.
        const isBooted = vm.boot(() => {
          const placed = this.put(guest, program, { ...described, harts: vcpus, firmware: 'sbi' });
          const { entry, deviceTree, end, initrd, isThere } = placed;
          const commandLine = described.bootArguments ?? '';
          const address = Number(entry);
          return isThere ? { address, opaque: BigInt(deviceTree), deviceTree, end, initrd, commandLine } : undefined;
        });
        if (!isBooted)
          throw new ConfigurationError(
            `there is no memory for what the VM ${vm.name} begins with: give the host more, or the VM a higher memoryLimit if it has one`,
          );
      } else {
        const { biosEntry, entry, deviceTree } = this.put(guest, program, configuration);
        bare?.boot(biosEntry ?? entry, deviceTree, entry);
      }
    }
    hypervisor?.start();
  }

  /** @returns where things have been put, and whether there was memory for all of them */
  private put(guest: Guest, program: BootProgram, images: PlacedImages): Loaded & { readonly isThere: boolean } {
    const { harts, memory, firmware, bios, initrd, bootArguments, commonProcessor, seed = 0 } = images;
    const processor = commonProcessor ? deprivilegedProcessor() : guest.processor;
    const { base, size } = guest.ram;
    const usable = firmware === 'sbi' ? FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size : base;
    let isThere = true;
    const store = (gpa: number, bytes: Uint8Array): void => {
      isThere = guest.place(gpa, bytes) && isThere;
    };
    const random = new SeededRandom(seedOf(seed, BOOT_SEED_USER));
    const randomSeed = Array.from({ length: BOOT_SEED_CELLS }, () => random.next());
    const vm = this.vmOf(guest);
    const hypervisor = vm?.namesSharedPage ? { vm: vm.id } : undefined;
    const tree = { harts, memory, firmware, bootArguments, randomSeed, hypervisor, ...processor };
    return { ...loadImages({ program, bios, initrd }, { base, size, usable, store }, tree), isThere };
  }
}

/** @throws ConfigurationError where a way to virtualize runs ported guests alone, and a program does not say that it was ported */
function refuseUnported({ segments }: BootProgram, { name, engine }: NeighbourConfiguration): void {
  if (engineNamed(engine)?.guests === 'any' || isPorted(segments)) return;
  throw new ConfigurationError(
    `the program of ${name === ONLY_VM ? 'the VM' : `the VM ${name}`} does not say that it was ported, and ${engine} runs no others: put pv_guest of hyperstep-pv.h into it, or run it under full or hardware`,
  );
}

/** What is put into a guest's memory, and what its device tree says. */
type PlacedImages = GuestConfiguration & Pick<SystemConfiguration, 'harts' | 'firmware' | 'bios'>;

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

/** A raw image: writes go to a copy in memory, or to the file itself. */
export function openDisk(file: HostFile, write: 'copy' | 'inPlace'): DiskImage {
  const raw = new RawDisk(file);
  return write === 'inPlace' ? raw : new CopyOnWriteDisk(raw);
}
