import { type Hart, highWord, lowWord, Status, StatusHigh } from '../core/index';
import type { VirtioBackend } from '../devices/virtio/backend';
import { SbiFirmware } from '../firmware/firmware';
import type { Sbi } from '../firmware/sbi/sbi';
import type { CpuMode, CpuPeek, CpuState } from '../hypervisor/cpu';
import type { Guest } from '../hypervisor/guest';
import { Csr, InterruptBit } from '../isa/index';
import { Board } from '../machine/board';
import { endOf } from '../machine/finisher-end';
import { machineLines } from '../machine/hart-lines';
import type { Machine } from '../machine/machine';
import { MEMORY_MAP } from '../machine/memory-map';
import { bareProcessor } from '../machine/processor';
import { resetVector } from '../machine/reset-vector';
import { type Access, Privilege } from '../mmu/index';

const SSIP = BigInt(InterruptBit.supervisorSoftware);

export interface BareMachineConfiguration {
  readonly firmware: 'sbi' | 'none';
  /** What is behind the virtio slots of the board. */
  readonly slots: readonly VirtioBackend[];
  /** The date at reset, in seconds since 1970. */
  readonly startTime: number;
  readonly console: (byte: number) => void;
}

/** No virtualization: the guest has the machine to itself, above SBI firmware or from reset in M-mode. */
export class BareMachine implements Guest {
  readonly board: Board;
  readonly cpus: readonly CpuState[];
  readonly ram: { readonly base: number; readonly size: number };
  /** Below its S-mode, where that is HyperStep's. */
  readonly firmware: SbiFirmware | undefined;

  constructor(
    private readonly machine: Machine,
    { firmware, slots, startTime, console }: BareMachineConfiguration,
  ) {
    this.ram = machine.configuration.ram;
    this.board = new Board({
      name: '',
      clock: machine.clock,
      memory: machine.dma,
      harts: machine.harts.map((hart) => machineLines(machine, hart)),
      slots,
      startTime,
      rom: firmware === 'none',
      clint: true,
      console,
      finish: (request) => machine.finish(endOf(request)),
    });
    machine.attachBoard(this.board);
    this.cpus = machine.harts.map((hart) => new BareCpu(machine, hart, firmware === 'sbi'));
    if (firmware === 'sbi' && this.board.clint)
      this.firmware = new SbiFirmware(machine, this.board.clint, this.board.uart);
  }

  /**
   * S-mode at `entry` on hart 0 above firmware; else every hart begins in the boot ROM, in M-mode, which leads to `entry`.
   * @param next where a `fw_dynamic` firmware at `entry` goes on
   */
  boot(entry: bigint, deviceTree: number, next: bigint): void {
    if (this.firmware) {
      this.firmware.boot({ address: Number(entry), opaque: BigInt(deviceTree) });
      return;
    }
    this.board.rom?.load(resetVector({ start: Number(entry), deviceTree, next: Number(next) }));
    for (const hart of this.machine.harts) hart.pc = BigInt(MEMORY_MAP.resetVector.base);
  }

  get clock() {
    return this.machine.clock;
  }

  get sbi(): Sbi | undefined {
    return this.firmware?.sbi;
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

  peek(gpa: number, length: number): Uint8Array | undefined {
    const { ram } = this.machine.core;
    return ram.contains(gpa, length) ? ram.read(gpa, length) : undefined;
  }

  place(gpa: number, bytes: Uint8Array): boolean {
    return this.machine.dma.write(gpa, bytes);
  }

  hold(gpa: number): number | undefined {
    return this.toHost(gpa);
  }
}

class BareCpu implements CpuState {
  constructor(
    private readonly machine: Machine,
    private readonly hart: Hart,
    /** M-mode is the firmware's, which is no part of the guest. */
    private readonly hasFirmware: boolean,
  ) {}

  get id(): number {
    return this.hart.id;
  }

  get isStarted(): boolean {
    return this.machine.scheduler.lifecycle(this.hart) === 'started';
  }

  get retired(): number {
    return this.hart.retired;
  }

  x(register: number): bigint {
    return this.hart.x(register);
  }

  setX(register: number, value: bigint): void {
    this.hart.setX(register, value);
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
    if (!this.hart.csrs.find(number)) return undefined;
    const value = this.hart.csr(number);
    return number === Csr.sip.number && this.ipiIsComing ? value | SSIP : value;
  }

  /** Of an IPI, its own or of another hart, the firmware makes SSIP before the guest's next instruction here: its guest sees no other state. */
  private get ipiIsComing(): boolean {
    return this.hasFirmware && (this.hart.state.lines & InterruptBit.machineSoftware) !== 0;
  }

  writeCsr(number: number, value: bigint): boolean {
    if (!this.hart.csrs.find(number)?.write) return false;
    this.hart.setCsr(number, value);
    return true;
  }

  peek(address: bigint, access: Access, { privilege, virtual }: CpuMode = this, pastTlb = false): CpuPeek {
    const mode = { privilege, virtual, pastTlb };
    const found = this.hart.peekTranslation(lowWord(address), highWord(address), access, mode);
    const { steps } = found;
    return 'fault' in found ? { fault: found.fault, steps } : { gpa: found.physical, steps };
  }
}
