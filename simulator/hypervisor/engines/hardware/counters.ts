import { Csr, lowMask } from '../../../isa/index';

/** A counter that a hart keeps from its guests, where it counts for others too: the VMM answers with the vCPU's own. */
export type Counter = typeof Csr.cycle | typeof Csr.instret;

/** Their bits in hcounteren and scounteren. */
export const COUNTERS: ReadonlyMap<Counter, number> = new Map([
  [Csr.cycle, lowMask(Csr.hcounteren, 'CY')],
  [Csr.instret, lowMask(Csr.hcounteren, 'IR')],
]);

export const COUNTER_BITS = [...COUNTERS.values()].reduce((bits, bit) => bits | bit, 0);

/** The counter of a CSR's number. */
export const counterNumbered = (number: number): Counter | undefined =>
  [...COUNTERS.keys()].find((counter) => counter.number === number);

/** Whose counters are its own. */
export interface CounterOwner {
  ownCounter(counter: Counter): bigint;
}
