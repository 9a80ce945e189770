/** What loads, stores and atomics want of memory, for those who do their work or read what they do. */
import type { AtomicWidth, LoadWidth, StoreWidth } from './semantics';

/** Bytes. */
export type AccessSize = 1 | 2 | 4 | 8;

/** What of memory a width is, and what of a register of 64 bits. */
export interface WidthFacts {
  readonly size: AccessSize;
  /** Whether a loaded value is sign-extended. */
  readonly signed: boolean;
  /** Whether it is a narrow number in an f register: NaN-boxed. */
  readonly boxed: boolean;
}

const facts = (size: AccessSize, signed: boolean, boxed = false): WidthFacts => ({ size, signed, boxed });

export const widths: Readonly<Record<LoadWidth | StoreWidth, WidthFacts>> = {
  b: facts(1, true),
  bu: facts(1, false),
  h: facts(2, true),
  hu: facts(2, false),
  w: facts(4, true),
  wu: facts(4, false),
  d: facts(8, true),
  boxed: facts(4, true, true),
};

/** What an instruction does to memory; an atomic one loads and stores, but for load-reserved, which is a load. */
export interface MemoryFacts extends WidthFacts {
  readonly kind: 'load' | 'store' | 'atomic';
  /** load-reserved: leaves a reservation. */
  readonly reserves: boolean;
  /** store-conditional: may write nothing. */
  readonly conditional: boolean;
  /** hlv, hlvx, hsv: as though in VS- or VU-mode. */
  readonly asGuest: boolean;
  /** hlvx: reads what may be executed. */
  readonly executable: boolean;
}

const plain = { reserves: false, conditional: false, asGuest: false, executable: false } as const;

export const loads = (width: LoadWidth): MemoryFacts => ({ kind: 'load', ...widths[width], ...plain });
export const stores = (width: StoreWidth): MemoryFacts => ({ kind: 'store', ...widths[width], ...plain });
export const updates = (width: AtomicWidth): MemoryFacts => ({ kind: 'atomic', ...widths[width], ...plain });
