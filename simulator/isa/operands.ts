/** Operands: their places in the word, their ranges, and the conversion between value and bits. */
import type { BitRun, Fields, Instruction, Operand, OperandKind, OperandName } from './types';

/** One run: value bits from `valueLow` up at word bits from `wordLow` up. */
export function run(wordLow: number, width: number, valueLow = 0): BitRun {
  return { wordLow, valueLow, width };
}

type Shape = Partial<Omit<Operand, 'name' | 'kind' | 'runs'>>;

function operand(name: OperandName, kind: OperandKind, runs: readonly BitRun[], shape: Shape): Operand {
  const width = Math.max(...runs.map((r) => r.valueLow + r.width));
  const signed = shape.signed ?? false;
  const scale = shape.scale ?? 1;
  const minimum = shape.minimum ?? (signed ? -(2 ** (width - 1)) : 0);
  const maximum = shape.maximum ?? 2 ** (signed ? width - 1 : width) - scale;
  const excluded = shape.excluded ?? [];
  return {
    name,
    kind,
    runs,
    file: shape.file,
    signed,
    scale,
    minimum,
    maximum,
    excluded,
    hints: shape.hints ?? [],
    modulus: shape.modulus,
    description: shape.description ?? describeRange(minimum, maximum, scale, excluded),
  };
}

function describeRange(minimum: number, maximum: number, scale: number, excluded: readonly number[]): string {
  const kind = scale === 1 ? 'an integer' : `a multiple of ${scale}`;
  const not = excluded.length > 0 ? `, not ${excluded.join(' or ')}` : '';
  return `${kind} from ${minimum} to ${maximum}${not}`;
}

export function immediate(name: OperandName, runs: readonly BitRun[], shape: Shape = {}): Operand {
  return operand(name, 'immediate', runs, shape);
}

/** A distance from the instruction, in bytes, always even. */
export function target(runs: readonly BitRun[]): Operand {
  return operand('target', 'target', runs, { signed: true, scale: 2 });
}

export function upper(runs: readonly BitRun[], shape: Shape = {}): Operand {
  return operand('imm', 'upper', runs, shape);
}

export function special(name: OperandName, kind: OperandKind, runs: readonly BitRun[], description: string): Operand {
  return operand(name, kind, runs, { description });
}

/** Any register x0..x31, in five bits. */
export function register(name: OperandName, wordLow: number, shape: Shape = {}): Operand {
  const excluded = shape.excluded ?? [];
  const not =
    excluded.length === 0 ? '' : ` other than ${excluded.map((n) => (n === 0 ? 'zero' : 'sp')).join(' and ')}`;
  return operand(name, 'register', [run(wordLow, 5)], { file: 'x', description: `a register${not}`, ...shape });
}

/** Any register f0..f31, in five bits. */
export function floatRegister(name: OperandName, wordLow: number): Operand {
  return operand(name, 'register', [run(wordLow, 5)], { file: 'f', description: 'a floating-point register' });
}

/** A register f8..f15, in three bits. */
export function popularFloatRegister(name: OperandName, wordLow: number): Operand {
  return operand(name, 'register', [run(wordLow, 3)], {
    file: 'f',
    minimum: 8,
    maximum: 15,
    description: 'a register from f8 to f15 (fs0, fs1, fa0 to fa5)',
  });
}

/** A rounding mode; 5 and 6 are reserved. */
export function roundingMode(wordLow: number): Operand {
  return operand('rm', 'rounding-mode', [run(wordLow, 3)], {
    excluded: [5, 6],
    description: 'a rounding mode: rne, rtz, rdn, rup, rmm or dyn',
  });
}

/** A register x8..x15, in three bits (the popular registers of C). */
export function popularRegister(name: OperandName, wordLow: number): Operand {
  return operand(name, 'register', [run(wordLow, 3)], {
    file: 'x',
    minimum: 8,
    maximum: 15,
    description: 'a register from x8 to x15 (s0, s1, a0 to a5)',
  });
}

/** Whether an operand can have this value. */
export function operandFits(operand: Operand, value: number): boolean {
  // A value with a modulus is written as it decodes.
  if (operand.modulus !== undefined && value < 0) return false;
  const reduced = reduce(operand, value);
  return (
    Number.isInteger(reduced) &&
    reduced >= operand.minimum &&
    reduced <= operand.maximum &&
    reduced % operand.scale === 0 &&
    !operand.excluded.includes(reduced)
  );
}

/** What is wrong with a value for this operand, and what would be right; undefined when it fits. */
export function operandProblem(operand: Operand, value: number): string | undefined {
  if (operandFits(operand, value)) return undefined;
  if (operand.kind === 'target') {
    if (value % operand.scale !== 0) return `the target is at an odd distance (${value} bytes)`;
    return `the target is ${value} bytes away: this instruction reaches from ${operand.minimum} to ${operand.maximum}`;
  }
  const written = operand.kind === 'register' ? `${operand.file ?? 'x'}${value}` : `${value}`;
  return `${operand.name} must be ${operand.description}, not ${written}`;
}

/** Values of an operand with a modulus, brought into its signed range. */
function reduce(operand: Operand, value: number): number {
  const { modulus } = operand;
  return modulus !== undefined && value >= modulus / 2 && value < modulus ? value - modulus : value;
}

/** The bits of the word that hold `value`. The value is in range. */
export function operandBits(operand: Operand, value: number): number {
  const bits = operand.kind === 'register' ? value - operand.minimum : value;
  let word = 0;
  for (const { wordLow, valueLow, width } of operand.runs) {
    word |= ((bits >> valueLow) & (2 ** width - 1)) << wordLow;
  }
  return word >>> 0;
}

/** The value that a word holds for an operand, whether allowed or not. */
export function operandValue(operand: Operand, word: number): number {
  let value = 0;
  let width = 0;
  for (const part of operand.runs) {
    value |= ((word >>> part.wordLow) & (2 ** part.width - 1)) << part.valueLow;
    width = Math.max(width, part.valueLow + part.width);
  }
  if (operand.signed) value = (value << (32 - width)) >> (32 - width);
  if (operand.kind === 'register') return value + operand.minimum;
  return operand.modulus !== undefined && value < 0 ? value + operand.modulus : value;
}

/** Whether the word's value is one that the encoding gives to this instruction. */
export function operandAllowed(operand: Operand, value: number): boolean {
  return !operand.excluded.includes(reduce(operand, value));
}

export function fieldValue(fields: Fields, name: OperandName): number {
  return fields[name] ?? 0;
}

/** The first problem with the operands of an instruction: which operand, and what is wrong with it. */
export function operandsProblem(
  instruction: Instruction,
  fields: Fields,
): { operand: Operand; message: string } | undefined {
  for (const candidate of instruction.operands) {
    const message = operandProblem(candidate, fieldValue(fields, candidate.name));
    if (message !== undefined) return { operand: candidate, message };
  }
  return undefined;
}
