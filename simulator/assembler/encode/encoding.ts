import {
  compress,
  type Decoded,
  encode,
  type Fields,
  type Instruction,
  instructionNamed,
  type Operand,
  operandsProblem,
  registerNamed,
} from '../../isa';
import * as integer from '../../object/bytes/integer';
import { RelocationType } from '../../object/elf/relocatable';
import type { Expression } from '../syntax/expression';
import type { Statement } from '../syntax/statement';
import { bind, constant, isConstant, literal } from '../unit/evaluation';
import type { AssemblySymbol, Bound } from '../unit/symbols-and-sections';
import type { Unit } from '../unit/unit';
import { type Branch, keptForm } from './kept-encoding';

/** The value of an immediate or target: known now, for the linker, or an address that a branch goes to. */
export type Immediate =
  | { readonly kind: 'constant'; readonly value: number; readonly plain: boolean }
  | {
      readonly kind: 'relocation';
      readonly type: number;
      readonly value: Bound;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'target'; readonly value: Bound; readonly start: number; readonly end: number };

const upperRelocations: Readonly<Record<string, number>> = {
  '%hi': RelocationType.High20,
  '%pcrel_hi': RelocationType.PcrelHigh20,
  '%got_pcrel_hi': RelocationType.GotHigh20,
  '%tprel_hi': RelocationType.TprelHigh20,
  '%tls_ie_pcrel_hi': RelocationType.TlsGotHigh20,
  '%tls_gd_pcrel_hi': RelocationType.TlsGlobalDynamicHigh20,
};

/** By operator: the relocation of an I-format and of an S-format immediate. */
const lowerRelocations: Readonly<Record<string, readonly [load: number, store: number]>> = {
  '%lo': [RelocationType.Low12I, RelocationType.Low12S],
  '%pcrel_lo': [RelocationType.PcrelLow12I, RelocationType.PcrelLow12S],
  '%tprel_lo': [RelocationType.TprelLow12I, RelocationType.TprelLow12S],
};

/** The upper 20 bits such that adding the sign-extended lower 12 gives the value's low 32 bits. */
export function high20(value: integer.Integer): number {
  return ((integer.lowWord(value) + 0x800) >>> 12) & 0xfffff;
}

/** The lower 12 bits, sign-extended. */
export function low12(value: integer.Integer): number {
  return (integer.lowWord(value) << 20) >> 20;
}

/** `%lo(symbol) + 4` means `%lo(symbol + 4)`. */
function liftRelocation(expression: Expression): Expression {
  if (expression.kind !== 'binary') return expression;
  const left = liftRelocation(expression.left);
  if (left.kind !== 'relocation') return expression;
  return { ...left, operand: { ...expression, left: left.operand }, end: expression.end };
}

/** Works out what was written for a word of an instruction; undefined after reporting what is wrong with it. */
export function immediateOf(
  unit: Unit,
  instruction: Instruction,
  word: string,
  written: Expression,
): Immediate | undefined {
  const expression = liftRelocation(written);
  const operand = instruction.operands.find((candidate) => candidate.name === word);
  if (!operand) return undefined;
  const { start, end } = expression;
  if (operand.kind === 'target') return { kind: 'target', value: bindAddress(unit, expression), start, end };
  if (expression.kind === 'relocation') return relocated(unit, instruction, operand, expression);
  const known = literal(expression) ?? constantOf(unit, instruction, operand, expression);
  return known === undefined ? undefined : { kind: 'constant', value: Number(known), plain: true };
}

/** The value of an address. GNU as takes a register's name for a symbol here, which is seldom meant. */
export function bindAddress(unit: Unit, expression: Expression): Bound {
  if (expression.kind === 'symbol' && registerNamed(expression.name) && !unit.symbols.find(expression.name)?.defined) {
    const message = `'${expression.name}' is taken for a symbol of this name here, not for the register`;
    unit.warning('register-as-symbol', message, expression.start, expression.end);
  }
  return unit.bind(expression);
}

function constantOf(
  unit: Unit,
  instruction: Instruction,
  operand: Operand,
  expression: Expression,
): integer.Integer | undefined {
  const before = unit.diagnostics.length;
  const bound = bind(expression, unit);
  if (isConstant(bound)) return unit.diagnostics.length > before ? undefined : bound.value;
  if (
    expression.kind === 'symbol' &&
    /^[xast]\d+$/.test(expression.name) &&
    !unit.symbols.find(expression.name)?.defined
  ) {
    unit.error('unknown-register', `there is no register '${expression.name}'`, expression.start, expression.end);
    return undefined;
  }
  const advice =
    operand.kind === 'upper'
      ? `'%hi(...)' or '%pcrel_hi(...)' gives the upper bits of an address`
      : instruction.extension === 'c' || operand.maximum < 2047
        ? 'a symbol that is set before this line can stand here'
        : `'%lo(...)' or '%pcrel_lo(...)' gives the lower bits of an address`;
  unit.error('not-constant', `${operand.name} must be a constant here; ${advice}`, expression.start, expression.end);
  return undefined;
}

function relocated(
  unit: Unit,
  instruction: Instruction,
  operand: Operand,
  expression: Expression & { kind: 'relocation' },
): Immediate | undefined {
  const { operator, start, end } = expression;
  const store = operand.runs.length > 1;
  const type =
    operand.kind === 'upper'
      ? upperRelocations[operator]
      : operand.minimum === -2048 && operand.scale === 1
        ? lowerRelocations[operator]?.[store ? 1 : 0]
        : undefined;
  if (type === undefined || instruction.length === 2) {
    const wanted = operand.kind === 'upper' ? Object.keys(upperRelocations) : Object.keys(lowerRelocations);
    unit.error(
      'misplaced-relocation',
      `'${operator}' does not fit '${instruction.name}'; its immediate takes ${wanted.join(', ')}`,
      start,
      end,
    );
    return undefined;
  }
  const value = unit.bind(expression.operand);
  if (isConstant(value)) {
    if (operator === '%hi') return { kind: 'constant', value: high20(value.value), plain: false };
    if (operator === '%lo') return { kind: 'constant', value: low12(value.value), plain: false };
  }
  return { kind: 'relocation', type, value, start, end };
}

/** How an instruction may become a compressed one: by the table, not at all, or one of these. */
export type Compression = 'table' | 'never' | readonly string[];

/** The compressed instruction that stands for one under the architecture of the current statement, if any does. */
export function compressedOf(
  unit: Unit,
  instruction: Instruction,
  fields: Fields,
  compression: Compression = 'table',
): Decoded | undefined {
  const { compressed, picks: has } = unit.options.architecture;
  if (!compressed || compression === 'never' || instruction.length === 2) return undefined;
  return compress(instruction, fields, { has, names: compression === 'table' ? undefined : compression });
}

/** Puts an instruction into the current section, compressed as GNU as does. */
export function emit(
  unit: Unit,
  statement: Statement,
  instruction: Instruction,
  fields: Fields,
  immediate: Immediate | undefined,
  compression: Compression,
): void {
  if (immediate?.kind === 'target') {
    emitBranch(unit, statement, instruction, fields, immediate, compression);
    return;
  }
  const problem = operandsProblem(instruction, fields);
  if (problem && !(immediate?.kind === 'relocation' && problem.operand.kind !== 'register')) {
    const { start, end } = placeOf(statement, problem.operand.name);
    unit.error('operand-range', `'${instruction.name}': ${problem.message}`, start, end);
    return;
  }
  const { section } = unit;
  if (immediate?.kind === 'relocation') {
    unit.fixup(section.length, { relocation: immediate.type }, immediate.value, immediate.start, immediate.end);
    section.appendInteger(encode(instruction, fields) | 0, 4);
    if (changing.has(immediate.type)) section.beginFragment();
    return;
  }
  const compressible = immediate?.plain ?? true;
  const compressed = compressible ? compressedOf(unit, instruction, fields, compression) : undefined;
  const word = compressed ? encode(compressed.instruction, compressed.fields) : encode(instruction, fields);
  const length = compressed ? 2 : instruction.length;
  section.appendInteger(word | 0, length);
  // GNU as takes any upper immediate for one of an address.
  if (!compressed && instruction.operands.some(({ kind }) => kind === 'upper')) section.beginFragment();
}

function emitBranch(
  unit: Unit,
  statement: Statement,
  instruction: Instruction,
  fields: Fields,
  target: Immediate & { kind: 'target' },
  compression: Compression,
): void {
  const { section } = unit;
  const form = keptForm(statement);
  let branch = form?.branch;
  if (branch?.architecture !== unit.options.architecture) {
    branch = branchOf(unit, statement, instruction, { ...fields, target: 0 }, compression);
    if (form) form.branch = branch;
  }
  if (!branch) return;
  const { symbol, addend } = addressOf(unit, target.value, target.start, target.end);
  section.appendPart({
    kind: 'branch',
    at: section.length,
    size: 0,
    jump: branch.jump,
    word: branch.word,
    compressed: branch.compressed,
    target: symbol,
    addend,
    span: unit.span(target.start, target.end),
  });
}

function branchOf(
  unit: Unit,
  statement: Statement,
  instruction: Instruction,
  fields: Fields,
  compression: Compression,
): Branch | undefined {
  const problem = operandsProblem(instruction, fields);
  if (problem) {
    const { start, end } = placeOf(statement, problem.operand.name);
    unit.error('operand-range', `'${instruction.name}': ${problem.message}`, start, end);
    return undefined;
  }
  const { architecture } = unit.options;
  const compressed = compressedOf(unit, instruction, fields, compression);
  return {
    architecture,
    jump: !instruction.operands.some((operand) => operand.name === 'rs1'),
    word: compressed ? encode(compressed.instruction, compressed.fields) : encode(instruction, fields),
    compressed: compressed !== undefined || instruction.length === 2,
  };
}

/** Brings an address to the form symbol + addend; anything else is reported. */
export function addressOf(
  unit: Unit,
  value: Bound,
  start: number,
  end: number,
): { symbol: AssemblySymbol | undefined; addend: integer.Integer } {
  if (value.kind === 'linear' && !value.subtract) {
    // As GNU as, which keeps the address of a number in 32 bits.
    if (!value.add && !integer.fitsSigned(value.value, 33))
      unit.error('address', `the target ${integer.toHex(value.value)} is beyond 32 bits`, start, end);
    return { symbol: value.add, addend: value.value };
  }
  unit.error('address', 'the target must be a symbol, or a symbol plus or minus a constant', start, end);
  return { symbol: undefined, addend: 0 };
}

interface Registers {
  readonly rd?: number;
  readonly rs1?: number;
  readonly rs2?: number;
}

const words = new Map<string, Map<number, number>>();

/** The word of an instruction with these registers and an immediate of 0, which a relocation fills. */
function wordOf(name: string, { rd = 0, rs1 = 0, rs2 = 0 }: Registers): number {
  let known = words.get(name);
  if (!known) {
    known = new Map();
    words.set(name, known);
  }
  const key = rd | (rs1 << 5) | (rs2 << 10);
  let word = known.get(key);
  if (word === undefined) {
    word = encode(instructionNamed(name), { rd, rs1, rs2, imm: 0 }) | 0;
    known.set(key, word);
  }
  return word;
}

/** `auipc register, %pcrel_hi(address)` and the second instruction with the low part: how far symbols are reached. */
export function emitPair(
  unit: Unit,
  highRegister: number,
  highType: number,
  value: Bound,
  second: { name: string; registers: Registers },
  start: number,
  end: number,
): void {
  const { section } = unit;
  const label = unit.symbols.temporary(section.here);
  unit.fixup(section.length, { relocation: highType }, value, start, end);
  section.appendInteger(wordOf('auipc', { rd: highRegister }), 4);
  if (changing.has(highType)) section.beginFragment();
  const store = second.registers.rs2 !== undefined;
  const low = store ? RelocationType.PcrelLow12S : RelocationType.PcrelLow12I;
  unit.fixup(section.length, { relocation: low }, { ...constant(0), add: label }, start, end);
  section.appendInteger(wordOf(second.name, second.registers), 4);
}

/** `auipc` and `jalr` under one relocation: a far call or jump. */
export function emitCall(unit: Unit, link: number, through: number, value: Bound, start: number, end: number): void {
  const { section } = unit;
  unit.fixup(section.length, { relocation: RelocationType.CallPlt }, value, start, end);
  section.appendInteger(wordOf('auipc', { rd: through }), 4);
  section.appendInteger(wordOf('jalr', { rd: link, rs1: through }), 4);
  section.beginFragment();
}

/** The relocations by which the linker may make code shorter, but calls: GNU as begins a new fragment after each. */
const changing: ReadonlySet<number> = new Set([
  RelocationType.High20,
  RelocationType.PcrelHigh20,
  RelocationType.TprelHigh20,
  RelocationType.TprelAdd,
]);

/** The columns of the operand that gave a field: the last operand for immediates, in order for registers. */
function placeOf(statement: Statement, field: string): { start: number; end: number } {
  const { operands } = statement;
  const index =
    field === 'rd'
      ? 0
      : field === 'imm' || field === 'shamt' || field === 'uimm' || field === 'target'
        ? -1
        : undefined;
  const operand = index === undefined ? undefined : operands.at(index);
  return operand ? { start: operand.start, end: operand.end } : { start: statement.start, end: statement.end };
}
