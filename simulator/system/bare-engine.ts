import { type Hart, type HartOptions, highWord, lowWord, Status, StatusHigh } from '../core/index';
import type { FinisherRequest } from '../devices/finisher';
import type { VirtioBackend } from '../devices/virtio/transport';
import { SbiFirmware } from '../firmware/firmware';
import type { Guest, GuestCpu, GuestMode, GuestPeek } from '../hypervisor/guest';
import { Csr, MACHINE_INTERRUPTS } from '../isa/index';
import { Board } from '../machine/board';
import { machineLines } from '../machine/hart-lines';
import { Machine } from '../machine/machine';
import { MEMORY_MAP } from '../machine/memory-map';
import { bareProcessor } from '../machine/processor';
import { resetVector } from '../machine/reset-vector';
import { type Access, Privilege } from '../mmu/index';

/** MSI, MTI and MEI. */

export interface BareEngineConfiguration {
  readonly harts: number;
  /** RAM in bytes. */
  readonly memory: number;
  readonly firmware: 'sbi' | 'none';
  /** What is behind the virtio slots of the guest's board. */
  readonly slots: readonly VirtioBackend[];
  /** The date at reset, in seconds since 1970. */
  readonly startTime: number;
  readonly console: (byte: number) => void;
  readonly finish: (machine: Machine, request: FinisherRequest) => void;
  readonly inputOpen: () => boolean;
  readonly options: Partial<HartOptions> | undefined;
  readonly translation: boolean | undefined;
}

/** No virtualization: the guest has the machine to itself, above SBI firmware or from reset in M-mode. */
export class BareEngine implements Guest {
  readonly machine: Machine;
  readonly board: Board;
  readonly cpus: readonly GuestCpu[];
  readonly ram: { readonly base: number; readonly size: number };
  private readonly firmware: SbiFirmware | undefined;

  constructor(configuration: BareEngineConfiguration) {
    this.ram = { base: MEMORY_MAP.ram.base, size: configuration.memory };
    const { harts, options, translation } = configuration;
    this.machine = new Machine({ harts, ram: this.ram, options, translation });
    const { machine } = this;
    this.board = new Board({
      name: '',
      clock: machine.clock,
      memory: machine.dma,
      harts: machine.harts.map(machineLines),
      slots: configuration.slots,
      startTime: configuration.startTime,
      rom: configuration.firmware === 'none',
      clint: true,
      console: configuration.console,
      finish: (request) => configuration.finish(machine, request),
    });
    machine.attachBoard(this.board);
    this.cpus = machine.harts.map((hart) => new BareCpu(hart, configuration.firmware === 'sbi'));
    if (configuration.firmware === 'sbi' && this.board.clint) {
      this.firmware = new SbiFirmware(machine, this.board.clint, this.board.uart);
      machine.host('m', this.firmware);
    }
    const hasFirmware = this.firmware !== undefined;
    machine.setPolicy({
      // The firmware's interrupts are not the business of those above it: they end no wfi of theirs. Those of a guest do.
      wakes: (hart) =>
        hasFirmware ? (hart.state.pending & hart.state.enabled & ~MACHINE_INTERRUPTS) !== 0 : hart.interruptAwaits(),
      inputOpen: configuration.inputOpen,
    });
  }

  /**
   * S-mode at `entry` on hart 0 above firmware; else every hart begins in the boot ROM, in M-mode, which leads to `entry`.
   * @param next where a `fw_dynamic` firmware at `entry` goes on
   */
  boot(entry: bigint, deviceTree: number, next: bigint): void {
    if (this.firmware) {
      this.firmware.boot(Number(entry), deviceTree);
      return;
    }
    this.board.rom?.load(resetVector({ start: Number(entry), deviceTree, next: Number(next) }));
    for (const hart of this.machine.harts) hart.pc = BigInt(MEMORY_MAP.resetVector.base);
  }

  get processor() {
    return bareProcessor(this.machine.core.harts[0]?.options);
  }

  toHost(gpa: number): number | undefined {
    return this.machine.core.ram.contains(gpa, 1) ? gpa : undefined;
  }

  toGuest(hpa: number): number | undefined {
    return this.toHost(hpa);
  }
}

class BareCpu implements GuestCpu {
  constructor(
    readonly hart: Hart,
    /** M-mode is the firmware's, which is no part of the guest. */
    private readonly hasFirmware: boolean,
  ) {}

  get id(): number {
    return this.hart.id;
  }

  /** While the firmware has the hart, the guest's pc and privilege are those to which it returns. */
  get pc(): bigint {
    return this.inFirmware ? this.hart.csr(Csr.mepc.number) : this.hart.pc;
  }

  set pc(value: bigint) {
    if (this.inFirmware) this.hart.setCsr(Csr.mepc.number, value);
    else this.hart.pc = value;
  }

  get privilege(): Privilege {
    const { state, privilege } = this.hart;
    return this.inFirmware ? (((state.status & Status.MPP) >> Status.MPP_SHIFT) as Privilege) : privilege;
  }

  get virtual(): boolean {
    const { state, virtual } = this.hart;
    return this.inFirmware ? (state.statusHigh & StatusHigh.MPV) !== 0 : virtual;
  }

  private get inFirmware(): boolean {
    return this.hasFirmware && this.hart.privilege === Privilege.machine;
  }

  readCsr(number: number): bigint | undefined {
    return this.hart.csrs.find(number) ? this.hart.csr(number) : undefined;
  }

  writeCsr(number: number, value: bigint): boolean {
    if (!this.hart.csrs.find(number)?.write) return false;
    this.hart.setCsr(number, value);
    return true;
  }

  peek(address: bigint, access: Access, { privilege, virtual }: GuestMode = this, pastTlb = false): GuestPeek {
    const mode = { privilege, virtual, pastTlb };
    const found = this.hart.peekTranslation(lowWord(address), highWord(address), access, mode);
    const { steps } = found;
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.physical, steps };
  }
}
