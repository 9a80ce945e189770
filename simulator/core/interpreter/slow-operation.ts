import type { LoadWidth, StoreWidth, SystemOperation } from '../../isa';

/** What the interpreter asks slow code to do. */
export const SlowOperation = {
  /** Put the page of pc into the execute table. */
  fetch: 0,
  /** Decode the entry. */
  decode: 1,
  /** Fetch the instruction at pc, of which the second half is in the next page. */
  crossing: 2,
  /** There may be a breakpoint at pc. */
  breakpoint: 3,
  load: 4,
  store: 5,
  /** Make an address writable for an atomic operation, which is then tried again. */
  atomic: 6,
  loadReserved: 7,
  storeConditional: 8,
  system: 9,
  /** Make the floating-point state dirty, for an instruction that is then tried again; or it is off. */
  prepareFloat: 10,
  /** Evaluate a floating-point instruction. */
  float: 11,
  /** Translate the code at the entry: it is jumped to often. */
  hot: 12,
} as const;
export type SlowOperation = (typeof SlowOperation)[keyof typeof SlowOperation];

/** What the interpreter imports: the request, the decoded entry, and the two words of an address and of a value. */
export type SlowFunction = (
  request: number,
  entry: number,
  low: number,
  high: number,
  valueLow: number,
  valueHigh: number,
) => void;

export const loadWidths: readonly LoadWidth[] = ['b', 'bu', 'h', 'hu', 'w', 'wu', 'd', 'boxed'];
export const storeWidths: readonly StoreWidth[] = ['b', 'h', 'w', 'd'];
export const systemOperations: readonly SystemOperation[] = [
  'csr-write',
  'csr-set',
  'csr-clear',
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'pause',
  'sfence.vma',
  'sfence.inval',
  'hfence.vvma',
  'hfence.gvma',
  'hypervisor-load',
  'hypervisor-store',
  'cbo.inval',
  'cbo.clean',
  'cbo.flush',
  'cbo.zero',
  'illegal',
];

export const sizeOf: Readonly<Record<LoadWidth, 1 | 2 | 4 | 8>> = {
  b: 1,
  bu: 1,
  h: 2,
  hu: 2,
  w: 4,
  wu: 4,
  d: 8,
  boxed: 4,
};

export const DETAIL_SHIFT = 8;

/** A request in one number: the operation, a detail (an index in one of the lists above), and the instruction's length. */
export function slowRequest(operation: SlowOperation, detail = 0, length: 0 | 2 | 4 = 0): number {
  return operation | (detail << DETAIL_SHIFT) | (length << 16);
}

export const operationOf = (request: number): SlowOperation => (request & 0xff) as SlowOperation;
export const detailOf = (request: number): number => (request >> DETAIL_SHIFT) & 0xff;
export const lengthOf = (request: number): 2 | 4 => (request >> 16) as 2 | 4;
