import {
  csrNamed,
  encode,
  type Fields,
  type Instruction,
  instructionNamed,
  isHint,
  operandsProblem,
  type Pseudo,
  type PseudoStep,
  registerNamed,
} from '../../isa';
import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { RelocationType } from '../../object/elf/relocatable';
import type { Expression } from '../syntax/expression';
import type { Statement } from '../syntax/statement';
import { isConstant } from '../unit/evaluation';
import type { Bound } from '../unit/symbols-and-sections';
import type { Unit } from '../unit/unit';
import { bindAddress, compressedOf, emit, emitCall, emitPair, type Immediate, immediateOf } from './encoding';
import type { Written } from './operand-match';
import { addressKindOf, patternOf } from './patterns';

/** A step of a pseudo-instruction made ready: each field of its instruction is a number or a word of the pseudo's syntax. */
interface Template {
  readonly instruction: Instruction;
  readonly fields: readonly (readonly [field: string, source: number | string])[];
}

const templates = new WeakMap<PseudoStep, Template>();

function templateOf(step: PseudoStep): Template {
  let template = templates.get(step);
  if (!template) {
    template = compileStep(step);
    templates.set(step, template);
  }
  return template;
}

function compileStep(step: PseudoStep): Template {
  const instruction = instructionNamed(step.name);
  const fields: (readonly [string, number | string])[] = [];
  patternOf(instruction).slots.forEach((slot, i) => {
    const text = step.operands[i];
    if (text === undefined || slot.kind === 'this-register') return;
    if (slot.kind === 'memory') {
      const [, offset = '', base = ''] = /^(.*)\((\w+)\)$/.exec(text) ?? [];
      if (slot.offset !== undefined) fields.push([slot.offset, sourceOf(offset)]);
      fields.push([slot.base, sourceOf(base)]);
    } else fields.push([slot.word, sourceOf(text)]);
  });
  return { instruction, fields };
}

/** A word of the pseudo's syntax, or the number of the register, CSR or constant that stands in its place. */
function sourceOf(text: string): number | string {
  if (/^-?\d+$/.test(text)) return Number(text);
  return registerNamed(text)?.number ?? csrNamed(text)?.number ?? text;
}

/** Puts the instructions that a pseudo-instruction stands for into the current section. */
export function expandPseudo(unit: Unit, statement: Statement, pseudo: Pseudo, written: Written): void {
  if (pseudo.special) {
    expandSpecial(unit, statement, pseudo, written);
    return;
  }
  if (
    pseudo.compressed &&
    unit.options.architecture.compressed &&
    emitCompressed(unit, statement, pseudo.compressed, written)
  )
    return;
  for (const step of pseudo.expansion) {
    const { instruction, fields: sources } = templateOf(step);
    const fields: Record<string, number> = {};
    let immediate: Immediate | undefined;
    for (const [field, source] of sources) {
      const value = typeof source === 'number' ? source : written.numbers[source];
      if (value !== undefined) {
        fields[field] = value;
        continue;
      }
      immediate = immediateOf(unit, instruction, field, written.expressions[source as string]!);
      if (!immediate) return;
      if (immediate.kind === 'constant') fields[field] = immediate.value;
    }
    emit(unit, statement, instruction, fields, immediate, pseudo.compressed ? 'never' : (pseudo.picks ?? 'table'));
  }
}

/** Emits the compressed form that a pseudo-instruction prefers; false when its operands do not fit. */
function emitCompressed(unit: Unit, statement: Statement, step: PseudoStep, written: Written): boolean {
  const { instruction, fields: sources } = templateOf(step);
  const fields: Record<string, number> = {};
  for (const [field, source] of sources) {
    const value = typeof source === 'number' ? source : written.numbers[source];
    if (value !== undefined) fields[field] = value;
    else {
      const immediate = immediateOf(unit, instruction, field, written.expressions[source as string]!);
      if (immediate?.kind !== 'target') return false;
      emit(unit, statement, instruction, fields, immediate, 'never');
      return true;
    }
  }
  if (operandsProblem(instruction, fields) || isHint({ instruction, fields })) return false;
  emit(unit, statement, instruction, fields, undefined, 'never');
  return true;
}

/** How an address comes about: what the linker puts into the `auipc`, and the instruction that completes it. */
const addressing = {
  la: { type: RelocationType.PcrelHigh20, second: 'addi' },
  lla: { type: RelocationType.PcrelHigh20, second: 'addi' },
  lga: { type: RelocationType.GotHigh20, second: 'ld' },
  'la.tls.ie': { type: RelocationType.TlsGotHigh20, second: 'ld' },
  'la.tls.gd': { type: RelocationType.TlsGlobalDynamicHigh20, second: 'addi' },
} as const;

function expandSpecial(unit: Unit, statement: Statement, pseudo: Pseudo, written: Written): void {
  const { numbers, expressions } = written;
  if (pseudo.special === 'li') {
    loadImmediate(unit, statement, numbers['rd']!, expressions['imm']!);
    return;
  }
  if (pseudo.special === 'tprel-add') {
    const { section } = unit;
    const { start, end } = expressions['tprel']!;
    unit.fixup(section.length, { relocation: RelocationType.TprelAdd }, unit.bind(expressions['tprel']!), start, end);
    const { rd, rs1, rs2 } = numbers;
    section.appendInteger(encode(instructionNamed('add'), { rd: rd!, rs1: rs1!, rs2: rs2! }) | 0, 4);
    section.beginFragment();
    return;
  }
  const symbol = expressions['symbol']!;
  const value = bindAddress(unit, symbol);
  const { start, end } = symbol;
  if (!isAddress(unit, pseudo, value, symbol)) return;
  const rd = numbers['rd'] ?? 0;
  switch (pseudo.special) {
    case 'call':
      // With a link register of its own the call goes by way of t1.
      if (numbers['rd'] !== undefined) emitCall(unit, rd, 6, value, start, end);
      else emitCall(unit, 1, 1, value, start, end);
      return;
    case 'tail':
      emitCall(unit, 0, 6, value, start, end);
      return;
    case 'jump':
      emitCall(unit, 0, numbers['rt']!, value, start, end);
      return;
    case 'la':
    case 'lla':
    case 'lga':
    case 'la.tls.ie':
    case 'la.tls.gd': {
      // The address of a number is loaded as a number.
      if (isConstant(value) && (pseudo.special === 'la' || pseudo.special === 'lla')) {
        if (!integer.fitsSigned(value.value, 32)) {
          const message = `${value.value} is no 32-bit address: 'li' loads any number`;
          unit.error('operand-range', message, start, end);
          return;
        }
        emitSteps(unit, constantSteps(rd, value.value));
        return;
      }
      const { type, second } = addressing[pseudo.special === 'la' && unit.options.pic ? 'lga' : pseudo.special];
      emitPair(unit, rd, type, value, { name: second, registers: { rd, rs1: rd } }, start, end);
      return;
    }
    case 'load': {
      const base = numbers['rt'] ?? rd;
      const second = { name: pseudo.name, registers: { rd, rs1: base } };
      emitPair(unit, base, RelocationType.PcrelHigh20, value, second, start, end);
      return;
    }
    case 'store': {
      const rt = numbers['rt']!;
      const second = { name: pseudo.name, registers: { rs2: numbers['rs2']!, rs1: rt } };
      emitPair(unit, rt, RelocationType.PcrelHigh20, value, second, start, end);
      return;
    }
  }
}

/** Whether a value can be the address of a pseudo-instruction; reports when it cannot. */
function isAddress(unit: Unit, pseudo: Pseudo, value: Bound, { start, end }: Expression): boolean {
  if (addressKindOf(pseudo) !== 'symbol' || !isConstant(value)) return true;
  const message =
    pseudo.special === 'load' || pseudo.special === 'store'
      ? `'${pseudo.name}' needs a symbol or a base register here: '${value.value}(zero)' is the address ${value.value}`
      : `'${pseudo.name}' needs a symbol here, not a number`;
  unit.error('operand', message, start, end);
  return false;
}

function loadImmediate(unit: Unit, statement: Statement, rd: number, expression: Expression): void {
  if (expression.kind === 'relocation') {
    const addi = instructionNamed('addi');
    const immediate = immediateOf(unit, addi, 'imm', expression);
    const imm = immediate?.kind === 'constant' ? immediate.value : 0;
    if (immediate) emit(unit, statement, addi, { rd, rs1: 0, imm }, immediate, 'table');
    return;
  }
  const value = unit.constant(expression, "the value of 'li'", false);
  if (value === undefined) return;
  // The short forms look for registers first.
  const isRegisterName = expression.kind === 'symbol' && registerNamed(expression.name) !== undefined;
  emitSteps(unit, isRegisterName ? constantSteps(rd, value) : loadSteps(rd, value));
}

function emitSteps(unit: Unit, steps: readonly LoadStep[]): void {
  for (const { name, fields } of steps) {
    const instruction = instructionNamed(name);
    // `li zero, 0` is no `nop`.
    const isWhole = steps.length === 1 && fields.rd === 0;
    const compressed = isWhole ? undefined : compressedOf(unit, instruction, fields);
    const word = compressed ? encode(compressed.instruction, compressed.fields) : encode(instruction, fields);
    unit.section.appendInteger(word | 0, compressed ? 2 : 4);
    if (!compressed && name === 'lui') unit.section.beginFragment();
  }
}

interface LoadStep {
  readonly name: string;
  readonly fields: Fields;
}

/** The instructions by which GNU as loads a 64-bit constant. */
export function loadSteps(rd: number, value: Integer): readonly LoadStep[] {
  if (integer.fitsSigned(value, 12)) return [{ name: 'addi', fields: { rd, rs1: 0, imm: Number(value) } }];
  return constantSteps(rd, value);
}

function constantSteps(rd: number, value: Integer): readonly LoadStep[] {
  const steps: LoadStep[] = [];
  loadConstant(steps, rd, value);
  return steps;
}

function loadConstant(steps: LoadStep[], rd: number, value: Integer): void {
  const low = (integer.lowWord(value) << 20) >> 20;
  let upper = integer.subtract(value, low);
  if (!integer.fitsSigned(value, 32)) {
    // Build what stands above the low zeros, shift it up, and add the low 12 bits.
    let shift = 12;
    upper = integer.fromBigint(BigInt(upper) >> 12n);
    while (integer.and(upper, 1) === 0) {
      upper = integer.fromBigint(BigInt(upper) >> 1n);
      shift++;
    }
    loadConstant(steps, rd, upper);
    steps.push({ name: 'slli', fields: { rd, rs1: rd, shamt: shift } });
    if (low !== 0) steps.push({ name: 'addi', fields: { rd, rs1: rd, imm: low } });
    return;
  }
  const high = (integer.lowWord(upper) >>> 12) & 0xfffff;
  if (high !== 0) steps.push({ name: 'lui', fields: { rd, imm: high } });
  // GNU tells by the register whether there is an upper part.
  const base = high === 0 ? 0 : rd;
  if (low !== 0 || base === 0) steps.push({ name: 'addiw', fields: { rd, rs1: base, imm: low } });
}
