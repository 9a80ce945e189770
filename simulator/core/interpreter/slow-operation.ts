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

/** Names, and the numbers that stand for them in requests and decoded entries. */
class Codes<Name extends string> {
  private readonly names: Name[] = [];

  constructor(private readonly numbers: Readonly<Record<Name, number>>) {
    for (const [name, number] of Object.entries(numbers) as [Name, number][]) {
      if (this.names[number] !== undefined || number > MOST_DETAIL)
        throw new RangeError(`'${name}' cannot be ${number}`);
      this.names[number] = name;
    }
  }

  codeOf(name: Name): number {
    return this.numbers[name];
  }

  nameOf(number: number): Name {
    const name = this.names[number];
    if (name === undefined) throw new RangeError(`${number} stands for nothing`);
    return name;
  }
}

const MOST_DETAIL = 0xff;

/** How wide a load or store is, as the detail of its request. */
export const widthCodes = new Codes<LoadWidth | StoreWidth>({ b: 0, bu: 1, h: 2, hu: 3, w: 4, wu: 5, d: 6, boxed: 7 });

/** What a system instruction does, as the detail of its request and in the rd of its decoded entry. */
export const systemCodes = new Codes<SystemOperation>({
  'csr-write': 0,
  'csr-set': 1,
  'csr-clear': 2,
  ecall: 3,
  ebreak: 4,
  mret: 5,
  sret: 6,
  wfi: 7,
  pause: 8,
  'sfence.vma': 9,
  'sfence.inval': 10,
  'hfence.vvma': 11,
  'hfence.gvma': 12,
  'hypervisor-load': 13,
  'hypervisor-store': 14,
  'cbo.inval': 15,
  'cbo.clean': 16,
  'cbo.flush': 17,
  'cbo.zero': 18,
  illegal: 19,
});

export const DETAIL_SHIFT = 8;

/** A request in one number: the operation, a detail (one of the codes above), and the instruction's length. */
export function slowRequest(operation: SlowOperation, detail = 0, length: 0 | 2 | 4 = 0): number {
  return operation | (detail << DETAIL_SHIFT) | (length << 16);
}

export const operationOf = (request: number): SlowOperation => (request & 0xff) as SlowOperation;
export const detailOf = (request: number): number => (request >> DETAIL_SHIFT) & 0xff;
export const lengthOf = (request: number): 2 | 4 => (request >> 16) as 2 | 4;
