import { type Hart, Status } from '../../../core/index';
import { Csr, InterruptBit } from '../../../isa/index';
import { Privilege, virtualPage } from '../../../mmu/index';
import type { GuestPaging, Vcpu } from '../../vcpu';

const STIP = InterruptBit.supervisorTimer;
const VSTIP = InterruptBit.virtualSupervisorTimer;
const VSEIP = InterruptBit.virtualSupervisorExternal;
const ALL_ONES = -1;
/** A deadline that never comes. */
const NEVER = Number.POSITIVE_INFINITY;
const ASID_MASK = 0xffff;
const LEVELS_BY_MODE: { readonly [mode: number]: 3 | 4 } = { 8: 3, 9: 4 };

/** What a vCPU needs of its engine. */
export interface VcpuServices {
  /** The machine's own timer, for harts that have none for guests. */
  setTimer(hart: number, deadline: number): void;
  enter(vcpu: HardwareVcpu): void;
}

/** A vCPU whose guest runs in VS- and VU-mode of a hart: its CSRs are the hart's VS CSRs, which nobody else uses. */
export class HardwareVcpu implements Vcpu {
  lastInjection = { low: 0, high: 0, retired: -1 };
  /** The level of its external interrupt, which the VMM brings into hvip on its way into the guest. */
  external = false;

  constructor(
    readonly id: number,
    readonly hart: Hart,
    private readonly services: VcpuServices,
  ) {}

  get pcLow(): number {
    return this.hart.csrLow(Csr.sepc.number);
  }

  get pcHigh(): number {
    return this.hart.csrHigh(Csr.sepc.number);
  }

  setPc(low: number, high: number): void {
    this.hart.setCsrWords(Csr.sepc.number, low, high);
  }

  /** While the VMM runs, the mode that trapped. */
  get user(): boolean {
    if (this.inVmm) return (this.hart.state.status & Status.SPP) === 0;
    return this.hart.privilege === Privilege.user;
  }

  get sum(): boolean {
    return (this.hart.csrLow(Csr.vsstatus.number) & Status.SUM) !== 0;
  }

  get mxr(): boolean {
    return (this.hart.csrLow(Csr.vsstatus.number) & Status.MXR) !== 0;
  }

  get memoryTypes(): boolean {
    return this.hart.options.pageMemoryTypes;
  }

  get paging(): GuestPaging {
    const [low, high] = [this.hart.csrLow(Csr.vsatp.number), this.hart.csrHigh(Csr.vsatp.number)];
    const levels = LEVELS_BY_MODE[high >>> 28];
    if (levels === undefined) return undefined;
    return { root: (high & 0xfff) * 2 ** 32 + (low >>> 0), asid: (high >>> 12) & ASID_MASK, levels };
  }

  get interruptAwaits(): boolean {
    return (this.hart.csrLow(Csr.vsip.number) & this.hart.csrLow(Csr.vsie.number)) !== 0;
  }

  get trapVector(): { low: number; high: number } {
    return { low: this.hart.csrLow(Csr.vstvec.number), high: this.hart.csrHigh(Csr.vstvec.number) };
  }

  get inVmm(): boolean {
    return this.hart.privilege === Privilege.supervisor && !this.hart.virtual;
  }

  /** hvip has the bits of VS-mode one above those of S-mode. */
  setPending(interrupt: number, level: boolean): void {
    this.setVirtualPending(interrupt << 1, level);
  }

  setExternal(level: boolean): boolean {
    const changes = level !== this.external;
    this.external = level;
    // One that falls needs no exit: the VMM's device emulation takes it back at once.
    if (changes && !level) this.setVirtualPending(VSEIP, false);
    return changes;
  }

  /** Whether hvip does not yet say what the line says. */
  get externalDiffers(): boolean {
    return this.external !== ((this.hart.csrLow(Csr.hvip.number) & VSEIP) !== 0);
  }

  deliverExternal(): void {
    this.setVirtualPending(VSEIP, this.external);
  }

  setTimer(deadline: number): void {
    const { hart } = this;
    if (hart.options.supervisorTimer) {
      const never = deadline >= 2 ** 64;
      const high = never ? ALL_ONES : Math.floor(deadline / 2 ** 32) | 0;
      hart.setCsrWords(Csr.vstimecmp.number, never ? ALL_ONES : deadline | 0, high);
    } else {
      this.setVirtualPending(VSTIP, false);
      this.services.setTimer(this.id, deadline);
    }
  }

  /** The machine's timer has come: it stays quiet until the guest sets it again. */
  timerExpired(): void {
    this.services.setTimer(this.id, NEVER);
    this.setPending(STIP, true);
  }

  enterSupervisor(): void {
    const { hart } = this;
    // A hart that was stopped is where its last exit returned to: in the guest.
    hart.setMode(Privilege.supervisor, false);
    hart.setCsrWords(Csr.vsatp.number, 0, 0);
    hart.setCsrWords(Csr.vsstatus.number, (hart.csrLow(Csr.vsstatus.number) & ~Status.SIE) | Status.FS, 0);
    hart.state.status |= Status.SPP;
  }

  /** What the hardware does for traps that it delegates, done by hand (as KVM's kvm_riscv_vcpu_trap_redirect). */
  takeTrap(cause: number, _interrupt: boolean, valueLow: number, valueHigh: number): void {
    const { hart } = this;
    const status = hart.csrLow(Csr.vsstatus.number);
    const kept = status & ~(Status.SIE | Status.SPIE | Status.SPP);
    const stacked = (status & Status.SIE ? Status.SPIE : 0) | (this.user ? 0 : Status.SPP);
    hart.setCsrWords(Csr.vsstatus.number, kept | stacked, hart.csrHigh(Csr.vsstatus.number));
    hart.setCsrWords(Csr.vsepc.number, this.pcLow, this.pcHigh);
    hart.setCsrWords(Csr.vscause.number, cause, 0);
    hart.setCsrWords(Csr.vstval.number, valueLow, valueHigh);
    const vector = this.trapVector;
    hart.state.status |= Status.SPP;
    this.setPc(vector.low & ~3, vector.high);
  }

  fenceAll(asid: number | undefined): void {
    this.hart.fenceVirtual(undefined, asid);
  }

  fenceAddress(low: number, high: number, asid: number | undefined): void {
    this.hart.fenceVirtual(virtualPage(low, high), asid);
  }

  resume(): void {
    this.services.enter(this);
  }

  private setVirtualPending(bits: number, level: boolean): void {
    const pending = this.hart.csrLow(Csr.hvip.number);
    this.hart.setCsrWords(Csr.hvip.number, level ? pending | bits : pending & ~bits, 0);
  }
}
