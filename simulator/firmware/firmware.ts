import { CsrSlot, type Hart, highWord, lowWord, Status } from '../core/index';
import type { Clint } from '../devices/clint';
import type { Uart } from '../devices/uart';
import { Csr, ExceptionCode, InterruptBit, InterruptCode, isMisaligned, RegisterNumber } from '../isa/index';
import type { HostedSoftware } from '../machine/hosted-software';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY } from '../machine/memory-map';
import { type Narration, step } from '../machine/narration';
import type { Gva } from '../mmu/address';
import { Access, Privilege, virtualPage } from '../mmu/index';
import { hartFeatures } from './hart-features';
import { doMisalignedAccess } from './misaligned-access';
import { prepareHart } from './prepare-hart';
import { RedirectedTraps } from './redirected-traps';
import { answerSbiCall, describeSbiCall, sbiCallOf, sbiExtensions } from './sbi/call';
import { SbiConsole } from './sbi/console';
import { FirmwareFeatures } from './sbi/features';
import { addressesOf, type FenceRange, type GuestFences, HartStatus, type SbiHost } from './sbi/interface';

const SSIP = InterruptBit.supervisorSoftware;
const STIP = InterruptBit.supervisorTimer;
const MTIE = InterruptBit.machineTimer;

/** The numbers of a range's virtual pages; one undefined for all. */
const pagesOf = (range: FenceRange): (number | undefined)[] =>
  range === 'all' ? [undefined] : addressesOf(range).map((address) => virtualPage(lowWord(address), highWord(address)));

/** The same of guest-physical pages, which are numbered from 0 up to the highest address. */
const guestPagesOf = (range: FenceRange): (number | undefined)[] =>
  range === 'all' ? [undefined] : addressesOf(range).map((address) => Number(address >> 12n));

/**
 * The SBI firmware of the bare machine: it owns M-mode, delegates every trap but the supervisor's calls, turns the machine's timer and
 * software interrupts into the supervisor's, and fences its memory and the CLINT off with the PMP. It takes no machine time.
 */
export class SbiFirmware implements HostedSoftware, SbiHost, GuestFences {
  readonly name = 'firmware';
  readonly extensions = sbiExtensions;

  readonly console: SbiConsole;
  readonly features: FirmwareFeatures;
  private readonly redirected: RedirectedTraps;

  /** @param uart what debug console and legacy console calls use */
  constructor(
    private readonly machine: Machine,
    private readonly clint: Clint,
    uart: Uart,
  ) {
    this.console = new SbiConsole(uart, machine.clock);
    const csrs = { delegation: Csr.medeleg.number, environment: Csr.menvcfg.number };
    this.features = new FirmwareFeatures(machine.harts.length, hartFeatures(machine.harts, csrs));
    this.redirected = new RedirectedTraps(machine);
  }

  get harts(): number {
    return this.machine.harts.length;
  }

  /** Prepares every hart and enters the supervisor on hart 0; the others wait for hart_start. */
  boot(entry: number, deviceTree: number): void {
    for (const hart of this.machine.harts) {
      prepareHart(hart);
      if (hart.id === 0) this.enterSupervisor(hart, entry, BigInt(deviceTree));
      else this.machine.scheduler.stop(hart);
    }
  }

  *handleTrap(hart: Hart): Narration {
    const cause = hart.csrLow(Csr.mcause.number);
    if (hart.csrHigh(Csr.mcause.number) < 0) yield* this.handleInterrupt(hart, cause);
    else if (cause === ExceptionCode.supervisorEcall) yield* this.handleCall(hart);
    else if (isMisaligned(cause)) yield* this.handleMisaligned(hart);
    else throw new RangeError(`exception ${cause} reached the firmware, which delegates it`);
    if (hart.privilege === Privilege.machine) hart.returnFromTrap('mret');
  }

  state() {
    const { console, features, redirected } = this;
    return {
      suspended: [...this.suspended].sort(),
      console: console.state(),
      features: features.state(),
      redirected: redirected.state(),
    };
  }

  restore({ suspended, console, features, redirected }: ReturnType<SbiFirmware['state']>): void {
    this.console.restore(console);
    this.features.restore(features);
    this.redirected.restore(redirected);
    this.suspended.clear();
    for (const id of suspended) this.suspended.add(id);
  }

  // SbiHost: what the calls do to the machine.

  setTimer(id: number, deadline: number): void {
    const hart = this.hart(id);
    if (hart.options.supervisorTimer) {
      // Sstc: the hart itself makes STIP of the deadline, and nobody traps.
      const never = deadline >= 2 ** 64;
      hart.setCsrWords(Csr.stimecmp.number, never ? -1 : deadline | 0, never ? -1 : Math.floor(deadline / 2 ** 32) | 0);
      return;
    }
    this.setPending(hart, STIP, false);
    hart.state.setCsr(CsrSlot.mie, hart.state.enabled | MTIE, 0);
    this.clint.setTimer(id, deadline);
  }

  sendSoftwareInterrupt(id: number): void {
    this.clint.setSoftwareInterrupt(id, true);
  }

  clearSoftwareInterrupt(id: number): void {
    this.setPending(this.hart(id), SSIP, false);
  }

  fenceInstructions(): void {
    // Fetches see stores at once in this machine.
  }

  fenceAddresses(id: number, range: FenceRange, asid: number | undefined): void {
    const hart = this.hart(id);
    for (const page of pagesOf(range)) hart.fence(page, asid);
  }

  get guestFences(): GuestFences | undefined {
    return this.hart(0).options.hypervisor ? this : undefined;
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

  status(id: number): number {
    const { scheduler } = this.machine;
    if (scheduler.lifecycle(this.hart(id)) === 'stopped') return HartStatus.stopped;
    return this.suspended.has(id) && scheduler.isWaiting(this.hart(id)) ? HartStatus.suspended : HartStatus.started;
  }

  startHart(id: number, address: number, opaque: bigint): void {
    const hart = this.hart(id);
    this.machine.scheduler.start(hart);
    this.features.reset(id);
    this.enterSupervisor(hart, address, opaque);
  }

  stopHart(id: number): void {
    this.machine.scheduler.stop(this.hart(id));
  }

  suspendHart(id: number, resume: { readonly address: number; readonly opaque: bigint } | undefined): void {
    const hart = this.hart(id);
    if (resume) this.enterSupervisor(hart, resume.address, resume.opaque);
    this.suspended.add(id);
    this.machine.scheduler.wait(hart);
  }

  powerOff(code: number): void {
    this.machine.finish({ reason: 'power-off', code });
  }

  reset(): void {
    this.machine.finish({ reason: 'reset' });
  }

  mayExecute(address: number): boolean {
    const { ram } = this.machine.core;
    return ram.contains(address, 2) && address >= FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size;
  }

  readMemory(address: number, length: number): Uint8Array | undefined {
    return this.isCallers(address, length) ? this.machine.core.ram.read(address, length) : undefined;
  }

  writeMemory(address: number, bytes: Uint8Array): boolean {
    if (!this.isCallers(address, bytes.length)) return false;
    this.machine.core.ram.write(address, bytes);
    return true;
  }

  readCallersWord(id: number, address: Gva): bigint | undefined {
    const hart = this.hart(id);
    let word = 0n;
    const supervisor = { privilege: Privilege.supervisor, virtual: false };
    for (let i = 0n; i < 8n; i++) {
      const at = BigInt.asUintN(64, address.value + i);
      const found = hart.peekTranslation(lowWord(at), highWord(at), Access.read, supervisor);
      if ('fault' in found || !this.isCallers(found.physical, 1)) {
        // As if the supervisor's own load had faulted at its ecall.
        const code = 'fault' in found ? found.fault : ExceptionCode.loadAccessFault;
        this.redirected.give(hart, { code, valueLow: lowWord(at), valueHigh: highWord(at), details: undefined });
        return undefined;
      }
      word |= BigInt(this.machine.core.ram.read8(found.physical)) << (8n * i);
    }
    return word;
  }

  /** Harts in SBI suspension, as far as they wait. */
  private readonly suspended = new Set<number>();

  private *handleInterrupt(hart: Hart, code: number): Narration {
    if (code === InterruptCode.machineTimer) {
      yield step`the timer has come: make the supervisor's timer interrupt pending, mask the machine's until the next set_timer`;
      hart.state.setCsr(CsrSlot.mie, hart.state.enabled & ~MTIE, 0);
      this.setPending(hart, STIP, true);
    } else {
      yield step`an IPI has come: make the supervisor's software interrupt pending`;
      this.clint.setSoftwareInterrupt(hart.id, false);
      this.setPending(hart, SSIP, true);
    }
  }

  private *handleCall(hart: Hart): Narration {
    const request = describeSbiCall(sbiCallOf(hart));
    yield step`the supervisor calls its firmware: ${request}`;
    const result = yield* answerSbiCall(this, hart, hart.id);
    if (result === 'trapped') return;
    if (result !== 'left') this.skipCall(hart);
    this.machine.retireEmulated(hart);
  }

  /** A misaligned access of a supervisor, or of software below it, that has not had such traps delegated. */
  private *handleMisaligned(hart: Hart): Narration {
    const fault = yield* doMisalignedAccess(hart, this.machine.core.ram);
    if (fault) this.redirected.give(hart, fault);
    else this.machine.retireEmulated(hart);
  }

  /** The supervisor goes on after its ecall. */
  private skipCall(hart: Hart): void {
    const [low, high] = [hart.csrLow(Csr.mepc.number), hart.csrHigh(Csr.mepc.number)];
    const next = (low + 4) | 0;
    hart.setCsrWords(Csr.mepc.number, next, high + (next >>> 0 < 4 ? 1 : 0));
  }

  private hart(id: number): Hart {
    const hart = this.machine.harts[id];
    if (!hart) throw new RangeError(`hart ${id} is not of this machine`);
    return hart;
  }

  /** S-mode at `address`, paging and interrupts off, a0 = hart id, a1 = `opaque` (SBI 3.0, section 9.1). */
  private enterSupervisor(hart: Hart, address: number, opaque: bigint): void {
    hart.setCsrWords(Csr.satp.number, 0, 0);
    hart.state.status = (hart.state.status & ~Status.SIE) | Status.FS;
    hart.setX(RegisterNumber.a0, BigInt(hart.id));
    hart.setX(RegisterNumber.a1, opaque);
    hart.pc = BigInt(address);
    hart.privilege = Privilege.supervisor;
  }

  private setPending(hart: Hart, interrupt: number, level: boolean): void {
    const pending = hart.state.csrLow(CsrSlot.mip);
    hart.state.setCsr(CsrSlot.mip, level ? pending | interrupt : pending & ~interrupt, 0);
  }

  private isCallers(address: number, length: number): boolean {
    return this.machine.core.ram.contains(address, length) && address >= FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size;
  }
}
