import {
  type CsrFile,
  type CsrHost,
  csrsApart,
  FLOAT_REGISTERS,
  type Hart,
  type HartState,
  Registers,
  Status,
  updateTimers,
} from '../core/index';
import { Csr, csrName } from '../isa/index';
import { Privilege } from '../mmu/index';

const REGISTERS = 32;

/** In mstatus, what a trap has left of the mode that trapped, and whether there is something in the floating-point registers. */
const SWITCHED_STATUS = Status.SPP | Status.FS;

/** What M-mode has set once and for all, on which the values depend that other CSRs take. */
const MACHINE_CSRS = [Csr.mideleg.number, Csr.mcounteren.number, Csr.menvcfg.number];

/**
 * The registers of a vCPU that no hart has, in the same form and with the same legal values as a hart's own: as they were when it was put
 * away, in its exit. sepc has the guest's pc, and SPP and hstatus the mode that trapped.
 */
export class World extends Registers {
  readonly state: HartState;
  readonly csrs: CsrFile;
  /** The CSRs that are switched, in words. */
  readonly csrNames: string;

  /**
   * @param like a hart like those on which it runs
   * @param switched the CSRs that a hart has for whoever runs on it, by number, beside its general and floating-point registers
   */
  constructor(
    like: Hart,
    counts: Pick<CsrHost, 'hartId' | 'clock' | 'instructionsRetired'>,
    private readonly switched: readonly number[],
  ) {
    super();
    this.csrs = csrsApart({ ...counts, options: like.options });
    this.state = this.csrs.state;
    this.csrNames = switched.map(csrName).join(', ');
    for (const csr of MACHINE_CSRS) this.setCsrWords(csr, like.csrLow(csr), like.csrHigh(csr));
    this.state.privilege = Privilege.supervisor;
  }

  /** Its timers are compared with the time, as a hart's are while it has one. */
  timePasses(): void {
    updateTimers(this.state, this.csrs.host.clock());
  }

  /** From a hart that has trapped into the VMM. */
  take(hart: Hart): void {
    copy(hart, this, this.switched);
  }

  /** Onto a hart that the VMM has. */
  give(hart: Hart): void {
    copy(this, hart, this.switched);
  }

  protected recheck(): void {}
}

/** CSRs that every vCPU has of its hart: where it goes on, what it has to do with floating point, and what decides for U-mode. */
export const COMMON_CSRS: readonly number[] = [Csr.sepc.number, Csr.fcsr.number, Csr.senvcfg.number];

/** What FS of sstatus says of the floating-point registers: Off, Initial, Clean or Dirty. */
export function floatStatus({ state }: Registers): string {
  return FS?.values?.[(state.status & Status.FS) >>> FS.low] ?? '';
}

const FS = Csr.sstatus.fields.find(({ name }) => name === 'FS');

function copy(from: Registers, to: Registers, csrs: readonly number[]): void {
  for (let register = 1; register < REGISTERS; register++)
    to.setXWords(register, from.xLow(register), from.xHigh(register));
  for (let register = FLOAT_REGISTERS; register < FLOAT_REGISTERS + REGISTERS; register++)
    to.setXWords(register, from.xLow(register), from.xHigh(register));
  for (const csr of csrs) to.setCsrWords(csr, from.csrLow(csr), from.csrHigh(csr));
  to.state.status = (to.state.status & ~SWITCHED_STATUS) | (from.state.status & SWITCHED_STATUS);
}
