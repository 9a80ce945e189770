import { encode, instructionNamed, type OperandName, registerNamed } from '../../../isa';
import * as integer from '../../../object/bytes/integer';
import { addressOf, immediateOf } from '../../encode/encoding';
import { bigOf, type Expression } from '../../syntax/expression';
import { Lexer } from '../../syntax/lexer';
import { type Operand, parseOperands } from '../../syntax/operands';
import type { Statement } from '../../syntax/statement';
import { isConstant } from '../../unit/evaluation';
import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader } from './directive';

/** Where an operand of a format goes. */
type Field =
  | { readonly kind: 'number'; readonly name: string; readonly low: number; readonly width: number }
  /** `popular`: one of x8 to x15 or f8 to f15, in three bits. */
  | { readonly kind: 'register'; readonly low: number; readonly popular: boolean; readonly float: boolean }
  /** The immediate of an instruction of the table, which may also ask for a relocation. */
  | { readonly kind: 'immediate'; readonly instruction: string; readonly operand: OperandName }
  /** An immediate that no instruction of the table has: value bits from `from` up at `low`. */
  | {
      readonly kind: 'small';
      readonly width: number;
      readonly runs: readonly (readonly [from: number, low: number, width: number])[];
    }
  | { readonly kind: 'target'; readonly jump: boolean };

interface Format {
  /** As it is written after the opcode. */
  readonly syntax: string;
  readonly length: 2 | 4;
  readonly fields: readonly Field[];
  /** Whether the last register stands in parentheses after the immediate. */
  readonly memory?: boolean;
}

const number = (name: string, low: number, width: number): Field => ({ kind: 'number', name, low, width });
const register = (low: number, popular = false): Field => ({ kind: 'register', low, popular, float: true });
const integerRegister = (low: number): Field => ({ kind: 'register', low, popular: false, float: false });
const immediate = (instruction: string): Field => ({ kind: 'immediate', instruction, operand: 'imm' });
const target: Field = { kind: 'target', jump: false };
const jump: Field = { kind: 'target', jump: true };
const func3 = number('func3', 12, 3);
const func3c = number('func3', 13, 3);
const small5: Field = {
  kind: 'small',
  width: 5,
  runs: [
    [0, 5, 2],
    [2, 10, 3],
  ],
};

function long(syntax: string, fields: readonly Field[], memory = false): Format {
  return { syntax, length: 4, fields, memory };
}

function short(syntax: string, fields: readonly Field[], memory = false): Format {
  return { syntax, length: 2, fields, memory };
}

const r4 = long('func3, func2, rd, rs1, rs2, rs3', [
  func3,
  number('func2', 25, 2),
  ...[7, 15, 20, 27].map((low) => register(low)),
]);
const branch = long('func3, rs1, rs2, symbol', [func3, register(15), register(20), target]);
const far = long('rd, symbol', [register(7), jump]);
const accessShort = [func3c, register(2, true), small5, register(7, true)];

/** The formats by name (manual, volume I, "Instruction Formats"); several with one name differ in the number of operands. */
const formats: Readonly<Record<string, readonly Format[]>> = {
  r: [
    long('func3, func7, rd, rs1, rs2', [func3, number('func7', 25, 7), ...[7, 15, 20].map((low) => register(low))]),
    r4,
  ],
  r4: [r4],
  i: [
    long('func3, rd, rs1, simm12', [func3, register(7), register(15), immediate('addi')]),
    long('func3, rd, simm12(rs1)', [func3, register(7), immediate('addi'), integerRegister(15)], true),
  ],
  s: [long('func3, rs2, simm12(rs1)', [func3, register(20), immediate('sw'), integerRegister(15)], true)],
  b: [branch],
  sb: [branch],
  u: [long('rd, simm20', [register(7), immediate('lui')])],
  j: [far],
  uj: [far],
  cr: [short('func4, rd, rs2', [number('func4', 12, 4), register(7), register(2)])],
  ci: [short('func3, rd, simm6', [func3c, register(7), immediate('c.li')])],
  ciw: [short("func3, rd', uimm8", [func3c, register(2, true), { kind: 'small', width: 8, runs: [[0, 5, 8]] }])],
  css: [short('func3, rs2, uimm6', [func3c, register(2), { kind: 'small', width: 6, runs: [[0, 7, 6]] }])],
  cl: [short("func3, rd', uimm5(rs1')", accessShort, true)],
  cs: [short("func3, rs2', uimm5(rs1')", accessShort, true)],
  ca: [
    short("func6, func2, rd', rs2'", [
      number('func6', 10, 6),
      number('func2', 5, 2),
      register(7, true),
      register(2, true),
    ]),
  ],
  cb: [short("func3, rs1', symbol", [func3c, register(7, true), target])],
  cj: [short('func3, symbol', [func3c, jump])],
};

/** Major opcodes by name (manual, volume I, "RV32/64G Instruction Set Listings"). */
const opcodes: Readonly<Record<string, number>> = {
  C0: 0x0,
  C1: 0x1,
  C2: 0x2,
  LOAD: 0x03,
  LOAD_FP: 0x07,
  CUSTOM_0: 0x0b,
  MISC_MEM: 0x0f,
  OP_IMM: 0x13,
  AUIPC: 0x17,
  OP_IMM_32: 0x1b,
  STORE: 0x23,
  STORE_FP: 0x27,
  CUSTOM_1: 0x2b,
  AMO: 0x2f,
  OP: 0x33,
  LUI: 0x37,
  OP_32: 0x3b,
  MADD: 0x43,
  MSUB: 0x47,
  NMSUB: 0x4b,
  NMADD: 0x4f,
  OP_FP: 0x53,
  OP_V: 0x57,
  CUSTOM_2: 0x5b,
  BRANCH: 0x63,
  JALR: 0x67,
  JAL: 0x6f,
  SYSTEM: 0x73,
  CUSTOM_3: 0x7b,
};

/** `.insn bits`, `.insn length, bits`, or `.insn format, opcode, ...`: an instruction that has no name. */
function instruction(unit: Unit, statement: Statement): void {
  unit.warnOfLostCode(statement.start, statement.end);
  unit.beginInstruction();
  const lexer = new Lexer(statement.text, statement.operandsStart, statement.end);
  lexer.next();
  const name = lexer.value;
  const candidates = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (!candidates || lexer.end >= statement.end) {
    byBits(unit, statement);
    return;
  }
  const [opcode, ...rest] = parseOperands(statement.text, lexer.end, statement.end);
  const format = candidates.find((candidate) => isShaped(candidate, rest));
  if (!opcode || !format) {
    const expected = candidates.map(({ syntax }) => `'.insn ${name} opcode, ${syntax}'`).join(' or ');
    unit.error('insn', `expected ${expected}`, statement.operandsStart, statement.end);
    return;
  }
  if (format.length === 2 && !unit.options.architecture.compressed) {
    const message = `'.insn ${name}' needs the extension 'c', which -march or .option arch does not have`;
    unit.error('extension', message, statement.operandsStart, statement.end);
    return;
  }
  byFormat(unit, format, opcode, rest);
}

/** Whether the operands have the number and the parentheses of a format. */
function isShaped({ fields, memory = false }: Format, operands: readonly Operand[]): boolean {
  const count = fields.length - (memory ? 1 : 0);
  return (
    operands.length === count &&
    operands.every(({ base, junk }, i) => junk < 0 && (base !== undefined) === (memory && i === count - 1))
  );
}

function byFormat(unit: Unit, format: Format, opcode: Operand, operands: readonly Operand[]): void {
  const { fields, length, memory } = format;
  const written: Expression[] = operands.map(({ expression }) => expression);
  const last = operands.at(-1)!;
  if (memory && last.base) written.push(last.base);
  let word = opcodeOf(unit, opcode, length);
  const { section } = unit;
  for (const [i, field] of fields.entries()) {
    const expression = written[i]!;
    switch (field.kind) {
      case 'number':
        word |= numberBits(unit, field, expression);
        break;
      case 'register':
        word |= registerBits(unit, field, expression);
        break;
      case 'immediate':
        word |= immediateBits(unit, field.instruction, field.operand, expression);
        break;
      case 'small':
        word |= smallBits(unit, field, expression);
        break;
      case 'target':
        // The target is the last operand: the instruction is complete.
        appendBranch(unit, word, length, field.jump, expression);
        return;
    }
  }
  section.appendInteger(word | 0, length);
}

function numberBits(unit: Unit, { name, low, width }: Field & { kind: 'number' }, expression: Expression): number {
  const value = unit.constant(expression, name) ?? 0;
  if (!integer.fitsUnsigned(value, width)) {
    const message = `${name} must be from 0 to ${2 ** width - 1}, not ${value}`;
    unit.error('operand-range', message, expression.start, expression.end);
  }
  return (integer.lowWord(value) & (2 ** width - 1)) << low;
}

function registerBits(unit: Unit, field: Field & { kind: 'register' }, expression: Expression): number {
  const found = expression.kind === 'symbol' ? registerNamed(expression.name) : undefined;
  const fits = found && (found.file === 'x' || (field.float && unit.options.architecture.has('f')));
  if (fits && !field.popular) return found.number << field.low;
  if (fits && found.number >= 8 && found.number < 16) return (found.number - 8) << field.low;
  const what = field.popular ? 'a register x8 to x15 (s0, s1, a0 to a5)' : 'a register';
  unit.error('unknown-register', `${what} is expected here`, expression.start, expression.end);
  return 0;
}

/** The bits of an immediate; what the linker puts in is left to a fixup. */
function immediateBits(unit: Unit, name: string, operandName: OperandName, expression: Expression): number {
  const table = instructionNamed(name);
  const value = immediateOf(unit, table, operandName, expression);
  if (value?.kind === 'relocation') {
    unit.fixup(unit.section.length, { relocation: value.type }, value.value, value.start, value.end);
    return 0;
  }
  if (value?.kind !== 'constant') return 0;
  const operand = table.operands.find((candidate) => candidate.name === operandName)!;
  if (value.value < operand.minimum || value.value > operand.maximum) {
    const message = `the immediate must be from ${operand.minimum} to ${operand.maximum}, not ${value.value}`;
    unit.error('operand-range', message, expression.start, expression.end);
    return 0;
  }
  return encode(table, { [operandName]: value.value }) ^ table.match;
}

function smallBits(unit: Unit, { width, runs }: Field & { kind: 'small' }, expression: Expression): number {
  const value = expression.kind === 'missing' ? 0 : (unit.constant(expression, 'the immediate') ?? 0);
  if (!integer.fitsUnsigned(value, width)) {
    const message = `the immediate must be from 0 to ${2 ** width - 1}, not ${value}`;
    unit.error('operand-range', message, expression.start, expression.end);
    return 0;
  }
  return runs.reduce((word, [from, low, bits]) => word | (((Number(value) >> from) & (2 ** bits - 1)) << low), 0);
}

function appendBranch(unit: Unit, word: number, length: 2 | 4, isJump: boolean, expression: Expression): void {
  const { start, end } = expression;
  const { symbol, addend } = addressOf(unit, unit.bind(expression), start, end);
  unit.section.appendPart({
    kind: 'branch',
    at: unit.section.length,
    size: 0,
    jump: isJump,
    word,
    compressed: length === 2,
    target: symbol,
    addend,
    span: unit.span(start, end),
  });
}

function opcodeOf(unit: Unit, { expression }: Operand, length: 2 | 4): number {
  const name = expression.kind === 'symbol' ? expression.name : '';
  const value = Object.hasOwn(opcodes, name) ? opcodes[name]! : (unit.constant(expression, 'the opcode') ?? length - 1);
  const low = integer.lowWord(value);
  const fits =
    length === 4 ? integer.fitsUnsigned(value, 7) && (low & 3) === 3 : integer.fitsUnsigned(value, 2) && low !== 3;
  if (fits) return low;
  const message =
    length === 4
      ? 'the opcode of a 32-bit instruction is from 3 to 127 and ends in binary 11'
      : 'the opcode of a 16-bit instruction is from 0 to 2';
  unit.error('operand-range', message, expression.start, expression.end);
  return length === 4 ? 3 : 0;
}

/** The length of an instruction by its lowest bits (manual, volume I, "Base Instruction-Length Encoding"). */
function lengthOf(low: number): number {
  if ((low & 0x03) !== 0x03) return 2;
  if ((low & 0x1f) !== 0x1f) return 4;
  if ((low & 0x3f) === 0x1f) return 6;
  if ((low & 0x7f) === 0x3f) return 8;
  return (low & 0x7000) === 0x7000 ? 2 : 10 + ((low >> 11) & 0xe);
}

function byBits(unit: Unit, statement: Statement): void {
  const reader = new OperandReader(unit, statement);
  const first = bitsOf(unit, reader.expression(), reader);
  const second = first !== undefined && reader.comma() ? bitsOf(unit, reader.expression(), reader) : undefined;
  reader.finish();
  if (first === undefined) return;
  const bits = second ?? first;
  const natural = lengthOf(Number(BigInt.asUintN(32, bits)));
  const length = second === undefined ? natural : Number(first);
  if (length !== natural || bits >> BigInt(8 * natural) !== 0n) {
    const message = `0x${bits.toString(16)} is no instruction of ${length} bytes: its lowest bits say ${natural}`;
    unit.error('insn', message, statement.operandsStart, statement.end);
    return;
  }
  unit.section.append(Uint8Array.from({ length }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn)));
}

function bitsOf(unit: Unit, expression: Expression, reader: OperandReader): bigint | undefined {
  const big = bigOf(expression);
  if (big !== undefined) return big < 0n ? BigInt.asUintN(64, big) : big;
  if (expression.kind === 'missing') {
    reader.missing(`a format (${Object.keys(formats).join(', ')}) or the bits`);
    return undefined;
  }
  const bound = unit.bind(expression);
  if (isConstant(bound)) return integer.toUnsigned(bound.value);
  const message = `a format (${Object.keys(formats).join(', ')}) or the bits of an instruction are expected here`;
  unit.error('insn', message, expression.start, expression.end);
  return undefined;
}

export const insnDirectives: readonly Directive[] = directives(
  '.insn',
  'format, opcode, ... | [length, ]bits',
  'An instruction that has no name here: by its format and fields, or by its bits',
  instruction,
);
