import type { AccessSize } from '../../isa';
import type { HartState } from '../hart/hart-state';
import type { TrapDetails } from '../hart/traps';
import type { FastPath } from './fast-path';
import { MemoryAccess, type SharedMemory } from './memory-access';
import type { AddressTranslation } from './translation';

/** The trap that an access by software would have been, had an instruction made it. */
export interface AccessFault {
  readonly code: number;
  readonly valueLow: number;
  readonly valueHigh: number;
  /** From the address of the access to the value: where its second part has faulted. */
  readonly offset: number;
  /** Without htinst of an explicit access, which is the affair of whoever makes it. */
  readonly details: TrapDetails | undefined;
}

/** What was loaded (zero-extended; of a store 0), or why it could not be. */
export type AccessOutcome = { readonly low: number; readonly high: number } | { readonly fault: AccessFault };

/**
 * Loads and stores by TypeScript software of M- or HS-mode, between two instructions of its hart: in the mode of the hart's loads and
 * stores, which mstatus.MPRV makes that of the software below. They go in parts, so that no address is misaligned, and touch memory only
 * when every part may be accessed. What is not RAM is an access fault, as misaligned accesses to devices are.
 */
export class SoftwareAccess {
  private fault: AccessFault | undefined;
  private readonly memory: MemoryAccess;

  constructor(
    state: HartState,
    shared: SharedMemory,
    translation: AddressTranslation,
    fastPath: FastPath,
    details: (code: number) => TrapDetails | undefined,
  ) {
    const events = {
      raiseAccess: (code: number, valueLow: number, valueHigh: number, offset: number) => {
        this.fault = { code, valueLow, valueHigh, offset, details: details(code) };
      },
      // Watched are the accesses of instructions.
      watchHit: () => undefined,
      once: () => false,
      // A handler begins when nobody is behind its hart: what it reads of the time never has to wait.
      postpone: () => undefined,
    };
    this.memory = new MemoryAccess(state, shared, translation, fastPath, events, 'works');
  }

  load(low: number, high: number, size: AccessSize): AccessOutcome {
    return this.memory.load(low, high, size) ? { low: this.memory.low, high: this.memory.high } : this.failed();
  }

  store(low: number, high: number, size: AccessSize, valueLow: number, valueHigh: number): AccessOutcome {
    return this.memory.store(low, high, size, valueLow, valueHigh) ? { low: 0, high: 0 } : this.failed();
  }

  private failed(): AccessOutcome {
    const { fault } = this;
    if (!fault) throw new RangeError('an access failed without a fault');
    return { fault };
  }
}
