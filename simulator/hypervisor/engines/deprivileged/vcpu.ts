import {
  accessesCsr,
  type CsrFile,
  CsrSlot,
  csrsApart,
  Environment,
  type Hart,
  type HartState,
  HypervisorStatus,
  modeOf,
  pendingInterrupt,
  redirectTrap,
  rootOf,
  Status,
  spaceOf,
} from '../../../core/index';
import {
  ALL_COUNTERS,
  COMMON_COUNTERS,
  Csr,
  causeOf,
  ExceptionCode,
  InterruptBit,
  isMisaligned,
  PagingMode,
  SUPERVISOR_INTERRUPTS,
  usesFloat,
} from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception, interrupt } from '../../../machine/trap';
import { CsrValue, Gva } from '../../../mmu/address';
import { Access, Privilege } from '../../../mmu/index';
import { type Component, componentOf } from '../../../schema/state/component';
import type { Exit } from '../../exits/exit';
import { commonExits } from '../../exits/exit-kind';
import { fetchInstruction } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { emulateMisaligned } from '../../exits/misaligned';
import type { Foreseen } from '../../foreseen';
import type { GuestPaging } from '../../memory/guest-walk';
import type { Outcome } from '../../runnable';
import { NEVER } from '../../timers';
import { Vcpu } from '../../vcpu';
import type { Vm } from '../../vm';
import { COMMON_CSRS, World } from '../../world';
import { leadsToVmm } from '../disposition';
import { DeprivilegedCpu } from './cpu';
import { deprivilegedExecution } from './execution';
import { emulatePrivileged } from './privileged';
import { type VirtualHartState, virtualHartSchema } from './virtual-hart';

const ALL_EXCEPTIONS = 0xffff;

const STIP = InterruptBit.supervisorTimer;
const SEIP = InterruptBit.supervisorExternal;
const { CBIE, CBCFE, CBZE } = Environment;

/**
 * A vCPU whose guest kernel runs in the hardware's U-mode: every privileged instruction, every fault and every interrupt of the hart
 * comes to the VMM. Its virtual privilege and CSRs are here, in the same form and with the same legal values as a hart's own.
 */
export abstract class DeprivilegedVcpu extends Vcpu {
  /** Virtual privilege, CSRs and pending interrupts; its pc is current while a handler runs (the hart's sepc is the guest's pc otherwise). */
  readonly state: HartState;
  readonly csrs: CsrFile;
  readonly cpu: DeprivilegedCpu;
  readonly world: World;
  /** Its device tree does not name Svpbmt. */
  readonly memoryTypes = false;

  constructor(id: number, vm: Vm) {
    super(id, vm);
    const hart = vm.hartModel;
    const counts = { hartId: id, clock: () => this.time, instructionsRetired: () => this.retired };
    this.csrs = csrsApart({
      ...counts,
      // The virtual hart has no hypervisor extension, its timer is the SBI's, and its shadow tables have three levels: kernels find out
      // what paging there is by what satp takes.
      options: { ...hart.options, hypervisor: false, supervisorTimer: false, paging: 'sv39' },
    });
    this.state = this.csrs.state;
    this.cpu = new DeprivilegedCpu(this);
    this.world = new World(hart, counts, COMMON_CSRS);
    this.reset();
  }

  /** As SBI firmware prepares a hart: everything delegated, the common counters readable. Then S-mode. */
  private reset(): void {
    this.state.privilege = Privilege.machine;
    this.setCsr(Csr.medeleg.number, ALL_EXCEPTIONS);
    this.setCsr(Csr.mideleg.number, SUPERVISOR_INTERRUPTS);
    this.setCsr(Csr.mcounteren.number, ALL_COUNTERS);
    this.setCsr(Csr.scounteren.number, COMMON_COUNTERS);
    this.resetSupervisor();
  }

  private resetSupervisor(): void {
    this.state.privilege = Privilege.supervisor;
    this.setCsr(Csr.satp.number, 0);
    this.state.status = (this.state.status & ~Status.SIE) | Status.FS;
  }

  /** The guest's satp says something else than before: its address space takes effect at once. */
  abstract switchSpace(): Narration;
  /** The same, of a debugger's write. */
  abstract spaceChanged(): void;
  /** The hardware's page fault of an access. */
  abstract handlePageFault(access: Access, address: Gva): Narration<Outcome>;
  /** The root that the hardware is to walk in the guest's present mode, into satp. */
  abstract loadRoot(hart: Hart): Narration;

  /** All that a guest kernel must not do itself traps; and sret leads to U-mode, not to VU-mode, where a guest in VS-mode had the hart before. */
  override *load(hart: Hart): Narration {
    yield* super.load(hart);
    hart.setCsrWords(Csr.scounteren.number, 0, 0);
    hart.state.hypervisorStatus &= ~HypervisorStatus.SPV;
  }

  enterSupervisor(): void {
    this.resetSupervisor();
    this.spaceChanged();
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

  get interruptAwaits(): boolean {
    return (this.state.pending & this.state.enabled) !== 0;
  }

  get takesInterrupt(): boolean {
    return pendingInterrupt(this.state) >= 0;
  }

  get pc(): Gva {
    return new Gva(this.state.pcLow, this.state.pcHigh);
  }

  setPc({ low, high }: Gva): void {
    this.state.setPc(low, high);
  }

  /** What the virtual satp says; undefined while it is Bare. */
  get wantedPaging(): GuestPaging {
    const { low, high } = this.csrValue(Csr.satp.number);
    if (modeOf(high) !== PagingMode.sv39) return undefined;
    return { root: rootOf(low, high), asid: spaceOf(high), levels: 3 };
  }

  get trapVector(): CsrValue {
    return this.csrValue(Csr.stvec.number);
  }

  setPending(interrupts: number, level: boolean): void {
    const pending = this.state.csrLow(CsrSlot.mip);
    this.state.setCsr(CsrSlot.mip, level ? pending | interrupts : pending & ~interrupts, 0);
  }

  setExternal(level: boolean): boolean {
    const { lines } = this.state;
    this.state.lines = level ? lines | SEIP : lines & ~SEIP;
    // One that falls is in no register of the hart's.
    return level && lines !== this.state.lines;
  }

  setTimer(deadline: number): void {
    this.setPending(STIP, false);
    this.setHostTimer(deadline);
  }

  timeStolen(): void {
    this.timerKeeper?.timers.set();
  }

  *timerReached(): Narration {
    const { name } = this.entered;
    yield step`the machine's timer has come, which was set for the guest of ${name}: its virtual timer interrupt is pending`;
    this.setHostTimer(NEVER);
    this.setPending(STIP, true);
  }

  takeTrap({ cause, interrupt, value }: { cause: number; interrupt: boolean; value: bigint }): void {
    const { low, high } = Gva.of(value);
    // The VMM is its M-mode, which passes the trap on, whatever the virtual medeleg says.
    redirectTrap(this.state, cause, interrupt, low, high);
  }

  /** From the hardware's trap to the VMM's view of the guest: its pc is the hart's sepc. */
  leave(): void {
    const { state } = this.hart;
    this.state.setPc(state.csrLow(CsrSlot.sepc), state.csrHigh(CsrSlot.sepc));
    // The guest uses the hardware's floating-point registers itself: what it has made of their state is its own.
    this.state.status = (this.state.status & ~Status.FS) | (state.status & Status.FS);
  }

  /** Calls of the guest's kernel, and reads of the time, which stval has or, where the hardware leaves it zero, the guest's memory. */
  isOrdered({ interrupt, cause, instructionBits }: Exit): boolean {
    if (interrupt) return false;
    if (cause === ExceptionCode.userEcall) return !this.user;
    return (
      cause === ExceptionCode.illegalInstruction &&
      accessesCsr(instructionBits || (fetchInstruction(this, 'peek') ?? 0), Csr.time)
    );
  }

  wouldExit(instruction: Foreseen): boolean {
    const { classicHoles } = this.vm.hartModel.options;
    if (leadsToVmm(deprivilegedExecution, this.user ? 'u' : 's', instruction.use, { classicHoles })) return true;
    if (usesFloat(instruction.decoded.instruction) && (this.state.status & Status.FS) === 0) return true;
    return instruction.accesses.some(({ address, access }) => this.wouldMiss(Gva.of(address), access));
  }

  /** Whether the hardware would not find a guest-virtual address for an access: only looking. */
  protected abstract wouldMiss(address: Gva, access: Access): boolean;

  *handleExit(exit: Exit): Narration<Outcome> {
    const { kind, access } = exit.description;
    if (kind === 'page-fault' && access) return yield* this.handlePageFault(Access[access], exit.address);
    if (exit.cause === ExceptionCode.illegalInstruction)
      // The hardware may leave stval zero: then the bits are fetched as the guest would fetch them.
      return yield* emulatePrivileged(this, exit.instructionBits || (fetchInstruction(this) ?? 0));
    if (exit.cause === ExceptionCode.userEcall) return yield* this.handleEcall();
    if (isMisaligned(exit.cause) && !this.vm.port.delegatesMisaligned(this))
      return yield* emulateMisaligned(this, exit);
    this.vm.ledger.classify(commonExits.guestException);
    yield step`the exception is the guest's own`;
    return yield* inject(this, exit);
  }

  /** Both virtual modes call from the hardware's U-mode; the virtual mode tells a system call from a call to the firmware. */
  private *handleEcall(): Narration<Outcome> {
    if (this.user) {
      this.vm.ledger.classify(commonExits.guestException);
      yield step`ecall in virtual U-mode: a system call of the guest's program to the guest's kernel`;
      return yield* inject(this, exception(ExceptionCode.userEcall));
    }
    yield step`ecall in virtual S-mode: the guest's kernel calls its firmware, which is the VMM`;
    return yield* this.vm.model.hypercall(this);
  }

  /**
   * Back to the guest: first an interrupt that is deliverable now, then the root of the address space and mode in which the guest goes
   * on, then sret to the hardware's U-mode.
   */
  *enter(hart: Hart): Narration {
    const { state } = this;
    if (!this.requests.isEmpty) yield* this.serveRequests();
    const code = pendingInterrupt(state);
    if (code >= 0) {
      const { name } = causeOf(code, true);
      yield step`${name} is pending and enabled in the guest`;
      yield* inject(this, interrupt(code));
    }
    yield* this.loadRoot(hart);
    const { pc } = this;
    yield step`return to the guest at ${pc}: sret, to U-mode of the hardware`;
    hart.state.setCsr(CsrSlot.sepc, pc.low, pc.high);
    // To the hardware the guest's kernel is a user: what only menvcfg decides for S-mode, senvcfg decides for it too.
    const environment = this.user ? state.csrLow(CsrSlot.senvcfg) : CBIE | CBCFE | CBZE;
    if (hart.state.csrLow(CsrSlot.senvcfg) !== environment) hart.setCsrWords(Csr.senvcfg.number, environment, 0);
    // The guest runs in U-mode, whatever its virtual privilege; MXR is resolved in the shadow tables.
    const replaced = Status.SPP | Status.SUM | Status.MXR | Status.FS;
    hart.state.status = (hart.state.status & ~replaced) | (state.status & Status.FS);
    hart.returnFromTrap('sret');
  }

  /** The virtual CSR of a number. */
  csrValue(number: number): CsrValue {
    const { csrs } = this;
    csrs.find(number)?.read(csrs);
    return new CsrValue(number, csrs.low, csrs.high);
  }

  setCsr(number: number, low: number): void {
    this.csrs.find(number)?.write?.(this.csrs, low, 0);
  }

  /** Its virtual registers as a component. */
  protected get virtualHart(): Component {
    return componentOf(virtualHartSchema, {
      state: () => {
        const { privilege, lines, cycleOffset, instretOffset, saved } = this.state;
        if (privilege === Privilege.machine) throw new RangeError(`the guest of vCPU ${this.id} is in M-mode`);
        return { ...saved, privilege, lines, cycleOffset, instretOffset };
      },
      restore: (saved) => this.restoreVirtual(saved),
    });
  }

  private restoreVirtual(saved: VirtualHartState): void {
    const { state } = this;
    state.takeUp(saved);
    state.privilege = saved.privilege;
    state.lines = saved.lines;
    state.cycleOffset = saved.cycleOffset;
    state.instretOffset = saved.instretOffset;
  }
}
