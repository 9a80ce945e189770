import { CsrFile, CsrSlot, type Hart, HartState, redirectTrap, Status } from '../../../core/index';
import { Csr, InterruptBit, SUPERVISOR_INTERRUPTS } from '../../../isa/index';
import type { Machine } from '../../../machine/machine';
import { Pmp, Privilege } from '../../../mmu/index';
import { ensure } from '../../memory/table-check';
import type { GuestPaging, Vcpu } from '../../vcpu';
import type { GuestSpace } from './shadow-space';
import type { ShadowSpaces } from './shadow-spaces';
import { checkedPaging } from './shadow-spaces';

/** Words that a virtual hart state takes, by the layout of a hart's block. */
const STATE_WORDS = 0x400 / 4 + 64;
const ALL_EXCEPTIONS = 0xffff;
const ALL_COUNTERS = -1;

const MODE_SV39 = 8;
const ASID_MASK = 0xffff;
const STIP = InterruptBit.supervisorTimer;
const SEIP = InterruptBit.supervisorExternal;
/** A deadline that never comes. */
const NEVER = Number.POSITIVE_INFINITY;

/** What a vCPU needs of its engine. */
export interface VcpuServices {
  /** The machine's own timer, which is the guest's as long as each vCPU has its own hart. */
  setTimer(hart: number, deadline: number): void;
  enter(vcpu: DeprivilegedVcpu): void;
}

/**
 * A vCPU whose guest kernel runs in the hardware's U-mode. Its virtual privilege and CSRs are here, in the same form and with the same
 * legal values as a hart's own.
 */
export class DeprivilegedVcpu implements Vcpu {
  /** Virtual privilege, CSRs and pending interrupts; its pc is current while a handler runs (the hart's sepc is the guest's pc otherwise). */
  readonly state: HartState;
  readonly csrs: CsrFile;
  /** The guest's address space, by its virtual satp. */
  guestSpace: GuestSpace;
  /** Where the last trap was injected and how much had retired then: a second one there without progress is a trap loop. */
  lastInjection = { low: 0, high: 0, retired: -1 };

  constructor(
    readonly id: number,
    readonly hart: Hart,
    readonly spaces: ShadowSpaces,
    machine: Machine,
    private readonly services: VcpuServices,
  ) {
    this.state = new HartState(new Int32Array(STATE_WORDS), 0);
    this.csrs = new CsrFile({
      state: this.state,
      pmp: new Pmp(() => undefined),
      hartId: id,
      clock: () => machine.clock.now(),
      instructionsRetired: () => hart.retired,
      // The virtual hart has no hypervisor extension, its timer is the SBI's, and its shadow tables have three levels: kernels find out
      // what paging there is by what satp takes.
      options: { ...hart.options, hypervisor: false, supervisorTimer: false, paging: 'sv39' },
      modesChanged: () => undefined,
      timersChanged: () => undefined,
    });
    this.guestSpace = spaces.space(undefined);
    this.reset();
  }

  /** As SBI firmware prepares a hart: everything delegated, the common counters readable. Then S-mode. */
  private reset(): void {
    this.state.privilege = Privilege.machine;
    this.setCsr(Csr.medeleg.number, ALL_EXCEPTIONS);
    this.setCsr(Csr.mideleg.number, SUPERVISOR_INTERRUPTS);
    this.setCsr(Csr.mcounteren.number, ALL_COUNTERS);
    this.setCsr(Csr.scounteren.number, 7);
    this.enterSupervisor();
  }

  /** Virtual S-mode with paging and interrupts off, as SBI firmware enters a supervisor. */
  enterSupervisor(): void {
    this.state.privilege = Privilege.supervisor;
    this.setCsr(Csr.satp.number, 0);
    this.state.status = (this.state.status & ~Status.SIE) | Status.FS;
    this.guestSpace = this.spaces.space(undefined);
  }

  get user(): boolean {
    return this.state.privilege === Privilege.user;
  }

  get sum(): boolean {
    return (this.state.status & Status.SUM) !== 0;
  }

  get mxr(): boolean {
    return (this.state.status & Status.MXR) !== 0;
  }

  /** Whether wfi goes on: an interrupt is pending and enabled in sie, whatever SIE says. */
  get interruptAwaits(): boolean {
    return (this.state.pending & this.state.enabled) !== 0;
  }

  get pcLow(): number {
    return this.state.pcLow;
  }

  get pcHigh(): number {
    return this.state.pcHigh;
  }

  setPc(low: number, high: number): void {
    this.state.setPc(low, high);
  }

  /** Its device tree does not name Svpbmt. */
  readonly memoryTypes = false;

  get paging(): GuestPaging {
    return this.guestSpace.paging;
  }

  /** What the virtual satp says; undefined while it is Bare. */
  get wantedPaging(): GuestPaging {
    const { low, high } = this.csrWords(Csr.satp.number);
    if (high >>> 28 !== MODE_SV39) return undefined;
    return { root: (high & 0xfff) * 2 ** 32 + (low >>> 0), asid: (high >>> 12) & ASID_MASK, levels: 3 };
  }

  get trapVector(): { low: number; high: number } {
    return this.csrWords(Csr.stvec.number);
  }

  setPending(interrupt: number, level: boolean): void {
    const pending = this.state.csrLow(CsrSlot.mip);
    this.state.setCsr(CsrSlot.mip, level ? pending | interrupt : pending & ~interrupt, 0);
  }

  setExternal(level: boolean): boolean {
    const { lines } = this.state;
    this.state.lines = level ? lines | SEIP : lines & ~SEIP;
    return lines !== this.state.lines;
  }

  get inVmm(): boolean {
    return this.hart.privilege === Privilege.supervisor;
  }

  setTimer(deadline: number): void {
    this.setPending(STIP, false);
    this.services.setTimer(this.id, deadline);
  }

  /** The machine's timer has come: it stays quiet until the guest sets it again. */
  timerExpired(): void {
    this.services.setTimer(this.id, NEVER);
    this.setPending(STIP, true);
  }

  takeTrap(cause: number, interrupt: boolean, valueLow: number, valueHigh: number): void {
    // The VMM is its M-mode, which passes the trap on, whatever the virtual medeleg says.
    redirectTrap(this.state, cause, interrupt, valueLow, valueHigh);
  }

  fenceAll(asid: number | undefined): void {
    this.spaces.fenceAll(asid);
  }

  fenceAddress(low: number, high: number, asid: number | undefined): void {
    this.spaces.fenceAddress(low, high, asid);
  }

  resume(): void {
    this.services.enter(this);
  }

  saveState() {
    const { privilege, lines, cycleOffset, instretOffset } = this.state;
    return {
      privilege,
      lines,
      cycleOffset: String(cycleOffset),
      instretOffset: String(instretOffset),
      words: [...this.state.saveWords()],
      paging: this.guestSpace.paging ?? null,
      spaces: this.spaces.state(),
      lastInjection: { ...this.lastInjection },
    };
  }

  restoreState(saved: ReturnType<DeprivilegedVcpu['saveState']>): void {
    const { state, spaces } = this;
    // The numbers may come out of a file that somebody has changed.
    ensure([0, 1].includes(saved.privilege), `the guest is in privilege mode ${saved.privilege}`);
    ensure(saved.words.length === state.saveWords().length, `the guest has ${saved.words.length} words of registers`);
    ensure([saved.cycleOffset, saved.instretOffset].every(isInteger), 'a counter of the guest is no number');
    state.privilege = saved.privilege;
    state.lines = saved.lines;
    state.cycleOffset = BigInt(saved.cycleOffset);
    state.instretOffset = BigInt(saved.instretOffset);
    state.restoreWords(Int32Array.from(saved.words));
    spaces.restore(saved.spaces);
    this.guestSpace = spaces.space(checkedPaging(saved.paging));
    this.lastInjection = { ...saved.lastInjection };
  }

  csrWords(number: number): { low: number; high: number } {
    const { csrs } = this;
    csrs.find(number)?.read(csrs);
    return { low: csrs.low, high: csrs.high };
  }

  setCsr(number: number, low: number): void {
    this.csrs.find(number)?.write?.(this.csrs, low, 0);
  }
}

const isInteger = (text: string): boolean => /^-?\d{1,20}$/.test(text);
