import {
  accessesCsr,
  CsrSlot,
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
import { type CsrValue, Gva } from '../../../mmu/address';
import { Access, Privilege } from '../../../mmu/index';
import type { Exit } from '../../exits/exit';
import { commonExits } from '../../exits/exit-kind';
import { fetchInstruction } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { emulateMisaligned } from '../../exits/misaligned';
import type { Foreseen } from '../../foreseen';
import type { GuestPaging } from '../../memory/guest-walk';
import type { Outcome } from '../../runnable';
import { NEVER } from '../../timers';
import type { Vm } from '../../vm';
import { leadsToVmm } from '../disposition';
import { DeprivilegedCpu } from './cpu';
import { deprivilegedExecution } from './execution';
import { emulatePrivileged } from './privileged';
import { UserModeVcpu } from './user-mode-vcpu';

const ALL_EXCEPTIONS = 0xffff;

const STIP = InterruptBit.supervisorTimer;
const SEIP = InterruptBit.supervisorExternal;

/** Such a vCPU whose guest believes to have S-mode: its virtual privilege and interrupts are here too, and the VMM does its privileged instructions. */
export abstract class DeprivilegedVcpu extends UserModeVcpu {
  readonly cpu: DeprivilegedCpu;

  constructor(id: number, vm: Vm) {
    super(id, vm);
    this.cpu = new DeprivilegedCpu(this);
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

  protected *deliverInterrupt(): Narration {
    const { state } = this;
    const code = pendingInterrupt(state);
    if (code < 0) return;
    const { name } = causeOf(code, true);
    yield step`${name} is pending and enabled in the guest`;
    yield* inject(this, interrupt(code));
  }
}
