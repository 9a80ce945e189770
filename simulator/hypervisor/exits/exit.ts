import { CsrSlot, type Hart, numberOf } from '../../core/index';
import { type Cause, causeOf } from '../../isa/index';
import type { Trap } from '../../machine/trap';
import { Gva } from '../../mmu/address';

/** A trap of a hart into the VMM: what its CSRs said at the entry, read once. */
export class Exit implements Trap {
  private constructor(
    readonly interrupt: boolean,
    readonly cause: number,
    /** stval, as an address; where it has an instruction's bits, those are its low word. */
    readonly address: Gva,
    /** htinst: what trapped, transformed; 0 where the machine tells nothing. */
    readonly transformed: number,
    /** htval: the guest-physical address that faulted, shifted by 2; 0 where the machine tells nothing. */
    readonly shiftedGpa: number,
  ) {}

  /** The trap that a hart has just taken into HS-mode. */
  static of({ state }: Hart): Exit {
    return new Exit(
      state.csrHigh(CsrSlot.scause) < 0,
      state.csrLow(CsrSlot.scause),
      new Gva(state.csrLow(CsrSlot.stval), state.csrHigh(CsrSlot.stval)),
      state.csrLow(CsrSlot.htinst),
      numberOf(state.csrLow(CsrSlot.htval), state.csrHigh(CsrSlot.htval)),
    );
  }

  get value(): bigint {
    return this.address.value;
  }

  /** The bits of the instruction, where stval has them. */
  get instructionBits(): number {
    return this.address.low;
  }

  get description(): Cause {
    return causeOf(this.cause, this.interrupt);
  }
}
