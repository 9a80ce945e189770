import { CsrSlot, type Hart, highWord, lowWord, Status, timerWords } from '../core/index';
import type { Clint } from '../devices/clint';
import type { Uart } from '../devices/uart';
import { Csr, ExceptionCode, InterruptBit, RegisterNumber } from '../isa/index';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY } from '../machine/memory-map';
import type { Gva } from '../mmu/address';
import { Access, Privilege } from '../mmu/index';
import { hartFeatures } from './hart-features';
import {
  type CallersByte,
  type EntryPoint,
  type FenceRange,
  type FirmwarePort,
  type GuestFences,
  guestPagesOf,
  type HartActivity,
  pagesOf,
} from './port';
import type { RedirectedTraps } from './redirected-traps';
import type { FeatureSwitches } from './sbi/features';

const SSIP = InterruptBit.supervisorSoftware;
const STIP = InterruptBit.supervisorTimer;
const MTIE = InterruptBit.machineTimer;
const SUPERVISOR = { privilege: Privilege.supervisor, virtual: false } as const;

/** The bare machine below SBI firmware: its harts, its memory above the firmware's, its timer. */
export class MachinePort implements FirmwarePort, GuestFences {
  readonly features: FeatureSwitches;
  /** Its harts are nobody else's. */
  readonly stealTime = undefined;

  /** @param redirected where faults of callers go */
  constructor(
    private readonly machine: Machine,
    private readonly clint: Clint,
    readonly uart: Uart,
    private readonly redirected: RedirectedTraps,
  ) {
    const csrs = { delegation: Csr.medeleg.number, environment: Csr.menvcfg.number };
    const harts = {
      options: this.hart(0).options,
      registers: (id: number) => this.hart(id),
      forget: (id: number) => {
        this.hart(id).fence(undefined, undefined);
        this.hart(id).fenceGuest();
      },
    };
    this.features = hartFeatures(harts, csrs);
  }

  get clock() {
    return this.machine.clock;
  }

  get harts(): number {
    return this.machine.harts.length;
  }

  get guestFences(): GuestFences | undefined {
    return this.hart(0).options.hypervisor ? this : undefined;
  }

  setTimer(id: number, deadline: number): void {
    const hart = this.hart(id);
    if (hart.options.supervisorTimer) {
      // Sstc: the hart itself makes STIP of the deadline, and nobody traps.
      const { low, high } = timerWords(deadline);
      hart.setCsrWords(Csr.stimecmp.number, low, high);
      return;
    }
    this.setPending(hart, STIP, false);
    hart.state.setCsr(CsrSlot.mie, hart.state.enabled | MTIE, 0);
    this.clint.setTimer(id, deadline);
  }

  /** The machine's timer has come: it is masked until the next `setTimer`. */
  timerReached(hart: Hart): void {
    hart.state.setCsr(CsrSlot.mie, hart.state.enabled & ~MTIE, 0);
    this.setPending(hart, STIP, true);
  }

  sendSoftwareInterrupt(id: number): void {
    this.clint.setSoftwareInterrupt(id, true);
  }

  /** The machine's software interrupt has come. */
  softwareInterruptReached(hart: Hart): void {
    this.clint.setSoftwareInterrupt(hart.id, false);
    this.setPending(hart, SSIP, true);
  }

  clearSoftwareInterrupt(id: number): void {
    this.setPending(this.hart(id), SSIP, false);
  }

  fence(id: number, range: FenceRange, asid: number | undefined): void {
    const hart = this.hart(id);
    for (const page of pagesOf(range)) hart.fence(page, asid);
  }

  fenceGuest(id: number, range: FenceRange, vmid: number | undefined): void {
    const hart = this.hart(id);
    for (const page of guestPagesOf(range)) hart.fenceGuest(page, vmid);
  }

  fenceVirtual(id: number, range: FenceRange, asid: number | undefined, caller: number): void {
    const hart = this.hart(id);
    const { vmid } = this.hart(caller);
    for (const page of pagesOf(range)) hart.fenceVirtual(page, asid, vmid);
  }

  activity(id: number): HartActivity {
    const { scheduler } = this.machine;
    const hart = this.hart(id);
    if (scheduler.lifecycle(hart) === 'stopped') return 'stopped';
    return scheduler.isWaiting(hart) ? 'waiting' : 'running';
  }

  retired(id: number): number {
    return this.hart(id).retired;
  }

  start(id: number, entry: EntryPoint): void {
    const hart = this.hart(id);
    this.machine.scheduler.start(hart);
    this.enterSupervisor(hart, entry);
  }

  stop(id: number): void {
    this.machine.scheduler.stop(this.hart(id));
  }

  suspend(id: number, resume: EntryPoint | undefined): void {
    const hart = this.hart(id);
    if (resume) this.enterSupervisor(hart, resume);
    this.machine.scheduler.wait(hart);
  }

  powerOff(code: number): void {
    this.machine.finish({ reason: 'power-off', code });
  }

  reset(): void {
    this.machine.finish({ reason: 'reset' });
  }

  isCallersMemory(address: number, length: number): boolean {
    return this.machine.core.ram.contains(address, length) && address >= FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size;
  }

  /** All of its memory is there. */
  prepareMemory(): boolean {
    return true;
  }

  readMemory(address: number, length: number): Uint8Array {
    return this.machine.core.ram.read(address, length);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.machine.core.ram.write(address, bytes);
  }

  readCallersByte(id: number, { low, high }: Gva): CallersByte {
    const found = this.hart(id).peekTranslation(low, high, Access.read, SUPERVISOR);
    if ('fault' in found) return { fault: found.fault };
    if (!this.isCallersMemory(found.physical, 1)) return { fault: ExceptionCode.loadAccessFault };
    return { byte: this.machine.core.ram.read8(found.physical) };
  }

  giveFault(id: number, code: number, { low, high }: Gva): void {
    this.redirected.give(this.hart(id), { code, valueLow: low, valueHigh: high, details: undefined });
  }

  private enterSupervisor(hart: Hart, { address, opaque }: EntryPoint): void {
    hart.setCsrWords(Csr.satp.number, 0, 0);
    hart.state.status = (hart.state.status & ~Status.SIE) | Status.FS;
    hart.setX(RegisterNumber.a0, BigInt(hart.id));
    hart.setX(RegisterNumber.a1, opaque);
    hart.setPcWords(lowWord(BigInt(address)), highWord(BigInt(address)));
    hart.privilege = Privilege.supervisor;
  }

  private setPending(hart: Hart, interrupt: number, level: boolean): void {
    const pending = hart.state.csrLow(CsrSlot.mip);
    hart.state.setCsr(CsrSlot.mip, level ? pending | interrupt : pending & ~interrupt, 0);
  }

  private hart(id: number): Hart {
    const hart = this.machine.harts[id];
    if (!hart) throw new RangeError(`hart ${id} is not of this machine`);
    return hart;
  }
}
