import { decode, expand } from '../../isa/index';
import { FLOAT_REGISTERS } from '../layout';
import type { AccessSize } from '../memory/memory-access';

/** What a load, store or atomic wants of memory. */
export interface MemoryInstruction {
  readonly kind: 'load' | 'store' | 'atomic';
  /** Bytes. */
  readonly size: AccessSize;
  /** Whether a loaded value is sign-extended. */
  readonly signed: boolean;
  /** A narrow value for an f register: NaN-boxed. */
  readonly boxed: boolean;
  /** load-reserved: a load that leaves a reservation. */
  readonly reserves: boolean;
  /** store-conditional: an atomic that may write nothing. */
  readonly conditional: boolean;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly offset: number;
  /** Of the instruction, in bytes. */
  readonly length: 2 | 4;
}

const SIZES: { readonly [letter: string]: AccessSize } = { b: 1, h: 2, w: 4, d: 8 };

/** Takes a load, store or atomic apart; undefined for anything else. */
export function memoryInstruction(word: number): MemoryInstruction | undefined {
  const decoded = decode(word);
  if (!decoded) return undefined;
  const { instruction, fields } = expand(decoded);
  const plain = /^f?(l|s)([bhwd])(u?)$/.exec(instruction.name);
  // x and f registers are numbered in one file.
  const file = instruction.name.startsWith('f') ? FLOAT_REGISTERS : 0;
  const atomic = /^(lr|sc|amo\w+)\.([wd])$/.exec(instruction.name);
  const size = SIZES[plain?.[2] ?? atomic?.[2] ?? ''];
  if (size === undefined) return undefined;
  const reserves = atomic?.[1] === 'lr';
  return {
    kind: plain?.[1] === 's' ? 'store' : plain || reserves ? 'load' : 'atomic',
    size,
    signed: plain?.[3] !== 'u',
    reserves,
    conditional: atomic?.[1] === 'sc',
    boxed: file !== 0,
    rd: file + (fields.rd ?? 0),
    rs1: fields.rs1 ?? 0,
    rs2: file + (fields.rs2 ?? 0),
    offset: fields.imm ?? 0,
    length: decoded.instruction.length,
  };
}

/** What a load leaves in its register: the words of memory, sign- or zero-extended or NaN-boxed. */
export function extended(
  low: number,
  high: number,
  { size, signed, boxed }: MemoryInstruction,
): {
  low: number;
  high: number;
} {
  if (size === 8) return { low, high };
  if (boxed) return { low, high: -1 };
  const unused = 32 - size * 8;
  const extended = signed ? (low << unused) >> unused : (low << unused) >>> unused;
  return { low: extended | 0, high: signed && extended < 0 ? -1 : 0 };
}
