import type { Hart } from '../core/index';
import type { Clint } from '../devices/clint';
import type { Uart } from '../devices/uart';
import { Csr, ExceptionCode, InterruptCode, isMisaligned, MACHINE_INTERRUPTS } from '../isa/index';
import type { HostedSoftware } from '../machine/hosted-software';
import type { Machine } from '../machine/machine';
import { type Narration, step } from '../machine/narration';
import { Privilege } from '../mmu/index';
import { type Component, withoutState } from '../schema/state/component';
import { firmwareWorld } from './firmware-world';
import { MachinePort } from './machine-port';
import { doMisalignedAccess } from './misaligned-access';
import type { EntryPoint } from './port';
import { prepareHart } from './prepare-hart';
import { RedirectedTraps } from './redirected-traps';
import { answerSbiCall, describeSbiCall, sbiCallOf, sbiExtensions } from './sbi/call';
import { Sbi } from './sbi/sbi';

const ECALL_LENGTH = 4n;

/**
 * The SBI firmware of the bare machine: it owns M-mode, delegates every trap but the supervisor's calls, turns the machine's timer and
 * software interrupts into the supervisor's, and fences its memory and the CLINT off with the PMP. It takes no machine time.
 */
export class SbiFirmware implements HostedSoftware {
  readonly world = firmwareWorld;
  readonly sbi: Sbi;
  readonly component: Component;
  private readonly port: MachinePort;
  private readonly redirected: RedirectedTraps;

  /** @param uart what debug console and legacy console calls use */
  constructor(
    private readonly machine: Machine,
    clint: Clint,
    uart: Uart,
  ) {
    this.redirected = new RedirectedTraps(machine);
    this.port = new MachinePort(machine, clint, uart, this.redirected);
    this.sbi = new Sbi(this.port, sbiExtensions);
    const parts = { sbi: this.sbi.component, redirected: this.redirected.component };
    this.component = withoutState('firmware', { parts });
    machine.host('m', this);
  }

  /** Prepares every hart and enters the supervisor on hart 0; the others wait for hart_start. */
  boot(entry: EntryPoint): void {
    for (const hart of this.machine.harts) {
      prepareHart(hart);
      if (hart.id === 0) this.port.start(hart.id, entry);
      else this.port.stop(hart.id);
    }
  }

  /** The supervisor's timer on a hart. @param deadline in ticks of mtime */
  setTimer(hart: number, deadline: number): void {
    this.port.setTimer(hart, deadline);
  }

  trapTaken(): void {}

  *handleTrap(hart: Hart): Narration {
    const cause = hart.csrLow(Csr.mcause.number);
    if (hart.csrHigh(Csr.mcause.number) < 0) yield* this.handleInterrupt(hart, cause);
    else if (cause === ExceptionCode.supervisorEcall) yield* this.handleCall(hart);
    else if (isMisaligned(cause)) yield* this.handleMisaligned(hart);
    else throw new RangeError(`exception ${cause} reached the firmware, which delegates it`);
    if (hart.privilege === Privilege.machine) hart.returnFromTrap('mret');
  }

  /** Calls ask for other harts, and for the time. */
  isOrdered(hart: Hart): boolean {
    return hart.csrHigh(Csr.mcause.number) >= 0 && hart.csrLow(Csr.mcause.number) === ExceptionCode.supervisorEcall;
  }

  /** Who is above it has the machine. */
  guestLoops(): boolean {
    return false;
  }

  /** The firmware's interrupts are not the business of those above it: they end no wfi of theirs. Those of a guest do. */
  wakes({ state }: Hart): boolean {
    return (state.pending & state.enabled & ~MACHINE_INTERRUPTS) !== 0;
  }

  private *handleInterrupt(hart: Hart, code: number): Narration {
    if (code === InterruptCode.machineTimer) {
      yield step`the timer has come: make the supervisor's timer interrupt pending, mask the machine's until the next set_timer`;
      this.port.timerReached(hart);
    } else {
      yield step`an IPI has come: make the supervisor's software interrupt pending`;
      this.port.softwareInterruptReached(hart);
    }
  }

  private *handleCall(hart: Hart): Narration {
    const request = describeSbiCall(sbiCallOf(hart));
    yield step`the supervisor calls its firmware: ${request}`;
    const result = yield* answerSbiCall(this.sbi, hart, hart.id);
    if (result === 'trapped' || result === 'again') return;
    if (result !== 'left') hart.setCsr(Csr.mepc.number, hart.csr(Csr.mepc.number) + ECALL_LENGTH);
    this.machine.retireEmulated(hart);
  }

  /** A misaligned access of a supervisor, or of software below it, that has not had such traps delegated. */
  private *handleMisaligned(hart: Hart): Narration {
    const fault = yield* doMisalignedAccess(hart, this.machine.core.ram);
    if (fault) this.redirected.give(hart, fault);
    else this.machine.retireEmulated(hart);
  }
}
