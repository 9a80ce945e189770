import { encode, instructionNamed, type OperandName, registerNamed } from '../../isa';
import * as integer from '../../object/integer';
import { RelocationType } from '../../object/relocatable';
import type { Expression } from '../expression';
import { Lexer } from '../lexer';
import { type Operand, parseOperands } from '../operands';
import type { Statement } from '../statement';
import type { Unit } from '../unit';
import { type Directive, directives, OperandReader } from './directive';

/** A number field of an instruction word: how messages call it, its lowest bit and its width. */
type NumberField = readonly [name: string, low: number, width: number];

interface Format {
  /** As it is written after the opcode. */
  readonly syntax: string;
  readonly numbers: readonly NumberField[];
  /** Low bits of the registers, in the order in which they are written. */
  readonly registers: readonly number[];
  /** An instruction of the table with the same immediate, and the immediate's operand; absent when there is none. */
  readonly immediate?: readonly [instruction: string, operand: OperandName];
  /** Whether the last register stands in parentheses after the immediate. */
  readonly memory?: boolean;
}

const funct3: NumberField = ['func3', 12, 3];
const formatI: Format = {
  syntax: 'func3, rd, rs1, simm12',
  numbers: [funct3],
  registers: [7, 15],
  immediate: ['addi', 'imm'],
};
const formatB: Format = {
  syntax: 'func3, rs1, rs2, symbol',
  numbers: [funct3],
  registers: [15, 20],
  immediate: ['beq', 'target'],
};
const formatJ: Format = { syntax: 'rd, symbol', numbers: [], registers: [7], immediate: ['jal', 'target'] };
const formatR4: Format = {
  syntax: 'func3, func2, rd, rs1, rs2, rs3',
  numbers: [funct3, ['func2', 25, 2]],
  registers: [7, 15, 20, 27],
};

/** The formats of 32-bit instructions, by name; several with one name differ in the number of operands. */
const formats: Readonly<Record<string, readonly Format[]>> = {
  r: [{ syntax: 'func3, func7, rd, rs1, rs2', numbers: [funct3, ['func7', 25, 7]], registers: [7, 15, 20] }, formatR4],
  r4: [formatR4],
  i: [formatI, { ...formatI, syntax: 'func3, rd, simm12(rs1)', memory: true }],
  s: [
    {
      syntax: 'func3, rs2, simm12(rs1)',
      numbers: [funct3],
      registers: [20, 15],
      immediate: ['sw', 'imm'],
      memory: true,
    },
  ],
  b: [formatB],
  sb: [formatB],
  u: [{ syntax: 'rd, simm20', numbers: [], registers: [7], immediate: ['lui', 'imm'] }],
  j: [formatJ],
  uj: [formatJ],
};

/** Major opcodes by name (manual, volume I, "RV32/64G Instruction Set Listings"). */
const opcodes: Readonly<Record<string, number>> = {
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
  if (!unit.allowContents(statement.start, statement.end)) return;
  unit.beginInstruction();
  const lexer = new Lexer(statement.text, statement.operandsStart, statement.end);
  lexer.next();
  const name = lexer.value.toLowerCase();
  const candidates = formats[name];
  if (!candidates || lexer.end >= statement.end) {
    byBits(unit, statement);
    return;
  }
  const operands = parseOperands(statement.text, lexer.end, statement.end);
  const [opcode, ...rest] = operands;
  const format = candidates.find((candidate) => isShaped(candidate, rest));
  if (!opcode || !format) {
    const expected = candidates.map(({ syntax }) => `'.insn ${name} opcode, ${syntax}'`).join(' or ');
    unit.error('insn', `expected ${expected}`, statement.operandsStart, statement.end);
    return;
  }
  byFormat(unit, format, opcode, rest);
}

/** Whether the operands have the number and the parentheses of a format. */
function isShaped({ numbers, registers, immediate, memory }: Format, operands: readonly Operand[]): boolean {
  const count = numbers.length + registers.length + (immediate ? 1 : 0) - (memory ? 1 : 0);
  return (
    operands.length === count &&
    operands.every(({ base, junk }, i) => junk < 0 && (base !== undefined) === (memory === true && i === count - 1))
  );
}

function byFormat(unit: Unit, format: Format, opcode: Operand, operands: readonly Operand[]): void {
  let word = opcodeOf(unit, opcode);
  const { numbers, registers, immediate, memory } = format;
  const written: Expression[] = operands.map(({ expression }) => expression);
  const last = operands.at(-1)!;
  if (memory && last.base) written.splice(-1, 1, last.base, last.expression);
  numbers.forEach(([name, low, width], i) => {
    const value = unit.constant(written[i]!, name) ?? 0;
    if (!integer.fitsUnsigned(value, width)) {
      unit.error(
        'operand-range',
        `${name} must be from 0 to ${2 ** width - 1}, not ${value}`,
        written[i]!.start,
        written[i]!.end,
      );
    }
    word |= (integer.lowWord(value) & (2 ** width - 1)) << low;
  });
  registers.forEach((low, i) => {
    const expression = written[numbers.length + i]!;
    const register = expression.kind === 'symbol' ? registerNamed(expression.name) : undefined;
    if (register) word |= register.number << low;
    else unit.error('unknown-register', 'a register is expected here', expression.start, expression.end);
  });
  if (immediate) word |= immediateBits(unit, immediate, written.at(-1)!);
  unit.section.appendInteger(word | 0, 4);
}

function opcodeOf(unit: Unit, { expression }: Operand): number {
  const named = expression.kind === 'symbol' ? opcodes[expression.name.toUpperCase()] : undefined;
  if (named !== undefined) return named;
  const value = unit.constant(expression, 'the opcode') ?? 3;
  if (integer.fitsUnsigned(value, 7) && (integer.lowWord(value) & 3) === 3) return integer.lowWord(value);
  unit.error(
    'operand-range',
    'the opcode of a 32-bit instruction is from 3 to 127 and ends in binary 11',
    expression.start,
    expression.end,
  );
  return 3;
}

/** The bits of an immediate, or a fixup for the linker when it is a target. */
function immediateBits(
  unit: Unit,
  [name, operandName]: readonly [string, OperandName],
  expression: Expression,
): number {
  const table = instructionNamed(name);
  if (operandName === 'target') {
    const relocation = name === 'jal' ? RelocationType.Jal : RelocationType.Branch;
    unit.fixup(unit.section.length, { relocation }, unit.bind(expression), expression.start, expression.end);
    return 0;
  }
  const operand = table.operands.find((candidate) => candidate.name === operandName)!;
  const value = unit.constant(expression, 'the immediate') ?? 0;
  if (value < operand.minimum || value > operand.maximum) {
    const message = `the immediate must be from ${operand.minimum} to ${operand.maximum}, not ${value}`;
    unit.error('operand-range', message, expression.start, expression.end);
    return 0;
  }
  return encode(table, { [operandName]: Number(value) }) ^ table.match;
}

function byBits(unit: Unit, statement: Statement): void {
  const reader = new OperandReader(unit, statement);
  const first = reader.constant('a format (r, i, s, b, u, j) or the bits');
  const second = reader.comma() ? reader.constant('the bits') : undefined;
  reader.finish();
  if (first === undefined) return;
  const bits = second ?? first;
  const natural = (integer.lowWord(bits) & 3) === 3 ? 4 : 2;
  const length = second === undefined ? natural : Number(first);
  if (length !== natural || !integer.fitsUnsigned(bits, length * 8)) {
    unit.error(
      'insn',
      `${integer.toHex(bits)} is no instruction of ${length} bytes`,
      statement.operandsStart,
      statement.end,
    );
    return;
  }
  unit.section.appendInteger(bits, length);
}

export const insnDirectives: readonly Directive[] = directives(
  '.insn',
  'format, opcode, ... | [length, ]bits',
  'An instruction that has no name here: by its format (r, r4, i, s, b, u, j) and fields, or by its bits',
  instruction,
);
