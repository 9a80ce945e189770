import { decode, expand, type OperandName, type WidthFacts } from '../../isa/index';
import { FLOAT_REGISTERS } from '../layout';

/** What a load, store or atomic wants of memory. */
export interface MemoryInstruction extends WidthFacts {
  readonly kind: 'load' | 'store' | 'atomic';
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

/** Takes a load, store or atomic apart; undefined for anything else, and for what acts as though in a guest. */
export function memoryInstruction(word: number): MemoryInstruction | undefined {
  const decoded = decode(word);
  if (!decoded) return undefined;
  const { instruction, fields } = expand(decoded);
  const { memory } = instruction;
  if (!memory || memory.asGuest) return undefined;
  const { kind, size, signed, boxed, reserves, conditional } = memory;
  const register = (name: OperandName): number => {
    // x and f registers are numbered in one file.
    const isFloat = instruction.operands.some((operand) => operand.name === name && operand.file === 'f');
    return (isFloat ? FLOAT_REGISTERS : 0) + (fields[name] ?? 0);
  };
  return {
    kind,
    size,
    signed,
    boxed,
    reserves,
    conditional,
    rd: register('rd'),
    rs1: register('rs1'),
    rs2: register('rs2'),
    offset: fields.imm ?? 0,
    length: decoded.instruction.length,
  };
}

/** What a load leaves in its register: the words of memory, sign- or zero-extended or NaN-boxed. */
export function extended(
  low: number,
  high: number,
  { size, signed, boxed }: WidthFacts,
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
