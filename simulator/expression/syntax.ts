import type { FloatSize } from './floats';

/** Expressions as C has them, over registers, CSRs, symbols and memory. */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'real'; readonly value: number; readonly bytes: FloatSize }
  /** A register, CSR, symbol, or variable of the VMM; with `$` only a register or CSR. */
  | { readonly kind: 'name'; readonly name: string; readonly isMachine: boolean }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'cast'; readonly type: ValueType; readonly operand: Expression }
  | { readonly kind: 'index'; readonly base: Expression; readonly index: Expression }
  | { readonly kind: 'field'; readonly base: Expression; readonly field: string }
  | { readonly kind: 'assignment'; readonly target: Expression; readonly value: Expression };

export type UnaryOperator = '-' | '+' | '~' | '!' | '*' | '&';

/** Where an address counts: guest-virtual, guest-physical, or of the machine. */
export type Space = 'gva' | 'gpa' | 'hpa';

export interface IntegerType {
  readonly kind: 'integer';
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly space?: Space;
  /** The symbol whose address it is, or from which it counts: what type is there is not known. */
  readonly symbol?: string;
}

export type ValueType =
  | IntegerType
  | { readonly kind: 'float'; readonly bytes: FloatSize; readonly space?: undefined }
  | { readonly kind: 'pointer'; readonly to: ValueType; readonly space: Space };

export const unsigned64: IntegerType = { kind: 'integer', bytes: 8, signed: false };
export const signed64: IntegerType = { kind: 'integer', bytes: 8, signed: true };

const integerTypes: { readonly [name: string]: { readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean } } = {
  char: { bytes: 1, signed: false }, // as RISC-V's ABI has it
  short: { bytes: 2, signed: true },
  int: { bytes: 4, signed: true },
  long: { bytes: 8, signed: true },
  void: { bytes: 1, signed: false },
  size_t: { bytes: 8, signed: false },
  uintptr_t: { bytes: 8, signed: false },
  ...Object.fromEntries(
    ([8, 16, 32, 64] as const).flatMap((bits) => {
      const bytes = (bits / 8) as 1 | 2 | 4 | 8;
      return [
        [`u${bits}`, { bytes, signed: false }],
        [`i${bits}`, { bytes, signed: true }],
        [`s${bits}`, { bytes, signed: true }],
        [`uint${bits}_t`, { bytes, signed: false }],
        [`int${bits}_t`, { bytes, signed: true }],
      ];
    }),
  ),
};

const floatTypes: { readonly [name: string]: FloatSize } = { float: 4, double: 8 };

/** The type that words such as `unsigned`, `long`, `uint32_t` name together; undefined when they name none. */
export function typeNamed(words: readonly string[]): ValueType | undefined {
  const signs = words.filter((word) => word === 'signed' || word === 'unsigned');
  const names = words.filter((word) => word !== 'signed' && word !== 'unsigned');
  const float = words.length === 1 ? floatTypes[words[0] ?? ''] : undefined;
  if (float) return { kind: 'float', bytes: float };
  if (names.length > 1 && names.every((name) => name === 'long' || name === 'int')) names.splice(1);
  if (names.length > 1 || signs.length > 1 || words.length === 0) return undefined;
  const base = names[0] === undefined ? integerTypes['int'] : integerTypes[names[0]];
  return base && { kind: 'integer', bytes: base.bytes, signed: signs[0] ? signs[0] === 'signed' : base.signed };
}

export const isTypeWord = (word: string): boolean =>
  Object.hasOwn(integerTypes, word) || Object.hasOwn(floatTypes, word) || word === 'signed' || word === 'unsigned';
