import {
  csrNamed,
  csrs,
  type ExtensionId,
  extensionNamed,
  floatRegisters,
  type Instruction,
  instructionsNamed,
  instructions as instructionTable,
  isAvailable,
  pseudoInstructions,
  pseudoInstructionsNamed,
  registerNamed,
  requirement,
  roundingModeNames,
} from '../isa';
import type { Architecture } from './architecture';
import { didYouMean, nearest } from './diagnostic';
import { emit, type Immediate, immediateOf } from './encoding';
import { literal } from './evaluation';
import type { Expression } from './expression';
import { type Operand, operandsOf } from './operands';
import { type Candidate, describeSlot, type Pattern, patternOf, patternOfPseudo, type Slot } from './patterns';
import { expandPseudo } from './pseudo';
import type { Statement } from './statement';
import type { Unit } from './unit';

/** What was written for the words of a syntax: register, CSR and set numbers, and expressions. */
export interface Written {
  /** Whether the meaning of an operand hung on the symbols that were defined. */
  dependent: boolean;
  readonly numbers: Record<string, number>;
  readonly expressions: Record<string, Expression>;
}

function nothingWritten(): Written {
  return { dependent: false, numbers: {}, expressions: {} };
}

/** A form of an instruction with what was written for it. */
export interface Form {
  readonly architecture: Architecture;
  readonly candidate: Candidate;
  readonly written: Written;
  readonly ordering: number;
}

const orderingSuffixes = [
  ['.aqrl', 3],
  ['.aq', 2],
  ['.rl', 1],
] as const;

interface Mnemonic {
  readonly candidates: readonly Candidate[];
  /** aq in bit 1, rl in bit 0. */
  readonly ordering: number;
}

const mnemonics = new Map<string, Mnemonic | undefined>();

function mnemonicNamed(name: string): Mnemonic | undefined {
  if (!mnemonics.has(name)) {
    if (mnemonics.size > 4096) mnemonics.clear();
    mnemonics.set(name, findMnemonic(name));
  }
  return mnemonics.get(name);
}

function findMnemonic(name: string): Mnemonic | undefined {
  const candidates: Candidate[] = [
    ...instructionsNamed(name).map((instruction) => candidateOf(instruction)),
    ...pseudoInstructionsNamed(name).map((pseudo) => ({
      pattern: patternOfPseudo(pseudo),
      instruction: undefined,
      pseudo,
      syntax: pseudo.syntax,
    })),
  ];
  if (candidates.length > 0) return { candidates, ordering: 0 };
  for (const [suffix, ordering] of orderingSuffixes) {
    if (!name.endsWith(suffix)) continue;
    const ordered = instructionsNamed(name.slice(0, -suffix.length)).filter((instruction) => instruction.ordering);
    if (ordered.length > 0) return { candidates: ordered.map(candidateOf), ordering };
  }
  return undefined;
}

function candidateOf(instruction: Instruction): Candidate {
  return { pattern: patternOf(instruction), instruction, pseudo: undefined, syntax: instruction.syntax };
}

/** Whether a name is an instruction or pseudo-instruction, with or without ordering suffix. */
export function isMnemonic(name: string): boolean {
  return mnemonicNamed(name) !== undefined;
}

/** Every mnemonic that can be written, without ordering suffixes. */
export function mnemonicNames(): Set<string> {
  return new Set([...instructionTable, ...pseudoInstructions].map((entry) => entry.name));
}

/** Assembles a statement whose name is an instruction; false when it is none. */
export function assembleInstruction(unit: Unit, statement: Statement): boolean {
  if (emitKnown(unit, statement)) return true;
  const { form } = statement;
  if (form && form.architecture === unit.options.architecture && unit.section.hasContents) {
    unit.beginInstruction();
    emitForm(unit, statement, form);
    return true;
  }
  const mnemonic = mnemonicNamed(statement.key);
  if (!mnemonic) return false;
  const { start } = statement;
  const nameEnd = start + statement.name.length;
  unit.warnOfLostCode(start, nameEnd);
  if (statement.operandsStart === nameEnd && statement.end > nameEnd) {
    unit.error('operands', `a space is missing after '${statement.name}'`, start, nameEnd);
    return true;
  }
  unit.beginInstruction();
  const operands = operandsOf(statement);
  const architecture = unit.options.architecture;
  let isKnown = false;
  for (const candidate of mnemonic.candidates) {
    if (!isAvailable(candidate.instruction ?? candidate.pseudo!, architecture.has)) continue;
    isKnown = true;
    const written = match(candidate.pattern, operands, unit);
    if (!written) continue;
    const form = { architecture, candidate, written, ordering: mnemonic.ordering };
    if (!written.dependent) statement.form = form;
    emitForm(unit, statement, form);
    return true;
  }
  if (!isKnown) {
    const { instruction, pseudo } = mnemonic.candidates[0]!;
    const message = `'${statement.name}' needs ${requirement(instruction ?? pseudo!)}, which -march or .option arch does not have`;
    unit.error('extension', message, start, nameEnd);
    return true;
  }
  explainMismatch(unit, statement, mnemonic.candidates, operands);
  return true;
}

function emitForm(unit: Unit, statement: Statement, { architecture, candidate, written, ordering }: Form): void {
  const { section, diagnostics } = unit;
  const before = section.length;
  const problems = diagnostics.length;
  if (usesPrivileged(candidate)) unit.attributes.privileged = true;
  const absent = absentExtension(candidate, architecture);
  if (absent) unit.notRun(absent, statement.name, statement.start, statement.start + statement.name.length);
  if (candidate.instruction) emitInstruction(unit, statement, candidate.instruction, written, ordering);
  else expandPseudo(unit, statement, candidate.pseudo!, written);
  const length = section.length - before;
  if ((length === 2 || length === 4) && problems === diagnostics.length && !absent && isFixed(written)) {
    const privileged = usesPrivileged(candidate);
    statement.known = { architecture, word: section.wordAt(before, length), length, privileged };
  }
}

const privilegedInstructions: ReadonlySet<string> = new Set(['sret', 'mret', 'sfence.vm', 'sfence.vma', 'wfi']);

/** Whether it names a CSR or is of a privileged mode: then the object says by which specification it was assembled. */
function usesPrivileged({ pattern, instruction }: Candidate): boolean {
  return pattern.hasCsr || (instruction !== undefined && privilegedInstructions.has(instruction.name));
}

/** The extension of an instruction, where the machine lacks it. Under Zfinx that is so of all floating-point numbers. */
function absentExtension(
  { pattern, instruction, pseudo }: Candidate,
  architecture: Architecture,
): ExtensionId | undefined {
  const { extension } = instruction ?? pseudo!;
  if (extensionNamed(extension).support !== 'runs') return extension;
  const isFloat = pattern.slots.some((slot) => slot.kind === 'register' && slot.file === 'f');
  return isFloat && architecture.has('zfinx') ? 'zfinx' : undefined;
}

/** Whether what was written holds nothing that another statement could change. */
function isFixed(written: Written): boolean {
  if (written.dependent) return false;
  const { expressions } = written;
  for (const word in expressions) if (literal(expressions[word]!) === undefined) return false;
  return true;
}

/** Emits again what this statement gave before under the same options, when that depended on nothing else. */
function emitKnown(unit: Unit, statement: Statement): boolean {
  const known = statement.known;
  if (!known || known.architecture !== unit.options.architecture || !unit.section.hasContents) return false;
  unit.beginInstruction();
  if (known.privileged) unit.attributes.privileged = true;
  unit.section.appendInteger(known.word, known.length);
  return true;
}

function emitInstruction(
  unit: Unit,
  statement: Statement,
  instruction: Instruction,
  written: Written,
  ordering: number,
): void {
  const fields: Record<string, number> = { ...written.numbers };
  if (ordering) {
    fields['aq'] = ordering >> 1;
    fields['rl'] = ordering & 1;
  }
  let immediate: Immediate | undefined;
  for (const word in written.expressions) {
    immediate = immediateOf(unit, instruction, word, written.expressions[word]!);
    if (!immediate) return;
    if (immediate.kind === 'constant') fields[word] = immediate.value;
  }
  emit(unit, statement, instruction, fields, immediate, 'table');
}

/** What the operands give for a pattern's words, or undefined when they do not fit it. */
function match(pattern: Pattern, operands: readonly Operand[], unit: Unit): Written | undefined {
  if (!pattern.counts.includes(operands.length)) return undefined;
  const written = nothingWritten();
  for (let i = 0; i < operands.length; i++) {
    if (!matchSlot(pattern.slots[i]!, operands[i]!, written, unit)) return undefined;
  }
  return written;
}

function matchSlot(slot: Slot, operand: Operand, written: Written, unit: Unit): boolean {
  const { expression, base } = operand;
  if (operand.junk >= 0 && !isPltSuffix(slot, operand, unit)) return false;
  if (slot.kind === 'memory') {
    const baseExpression = base ?? (expression.kind === 'parenthesized' ? expression.operand : undefined);
    const register = baseExpression && registerOf(baseExpression);
    if (register?.file !== 'x') return false;
    if (slot.fixedBase) {
      if (register.number !== registerNamed(slot.base)?.number) return false;
    } else written.numbers[slot.base] = register.number;
    if (base && (expression.kind === 'missing' || registerOf(expression))) return false;
    if (slot.offset === undefined) return !base || isZero(expression) || isZeroNow(unit, expression, written);
    written.expressions[slot.offset] = base ? expression : zeroAt(expression);
    return true;
  }
  if (base || expression.kind === 'missing') return false;
  switch (slot.kind) {
    case 'register':
    case 'this-register': {
      const register = registerOf(expression);
      if (!register) return false;
      if (slot.kind === 'this-register') return register.name === registerNamed(slot.name)?.name;
      if (register.file !== fileOf(slot, unit)) return false;
      written.numbers[slot.word] = register.number;
      return true;
    }
    case 'immediate':
      if (registerOf(expression)) {
        // A register's name is a symbol only when the source made it one.
        if (slot.registerAsSymbol === 'never') return false;
        written.dependent = true;
        if (!unit.symbols.find((expression as { name: string }).name)?.defined) return false;
      }
      written.expressions[slot.word] = expression;
      return true;
    case 'address':
      if (expression.kind === 'relocation') return false;
      written.expressions[slot.word] = expression;
      return true;
    case 'tprel-add':
      if (expression.kind !== 'relocation' || expression.operator !== '%tprel_add') return false;
      written.expressions[slot.word] = expression.operand;
      return true;
    case 'csr': {
      const csr = expression.kind === 'symbol' ? csrNamed(expression.name) : undefined;
      if (csr) written.numbers[slot.word] = csr.number;
      else {
        written.dependent = true;
        // A symbol that is no CSR must be a constant by now, or it is a misspelt CSR.
        if (expression.kind === 'symbol' && !unit.symbols.find(expression.name)?.assigned) return false;
        written.expressions[slot.word] = expression;
      }
      return true;
    }
    case 'fence-set': {
      const set = expression.kind === 'symbol' ? fenceSet(expression.name) : undefined;
      if (set === undefined) return false;
      written.numbers[slot.word] = set;
      return true;
    }
    case 'rounding-mode': {
      const mode = expression.kind === 'symbol' ? roundingModeNames.indexOf(expression.name) : -1;
      if (mode < 0) return false;
      written.numbers[slot.word] = mode;
      return true;
    }
  }
}

function registerOf(expression: Expression): ReturnType<typeof registerNamed> {
  return expression.kind === 'symbol' ? registerNamed(expression.name) : undefined;
}

/** Under Zfinx, floating-point numbers are in integer registers. */
function fileOf({ file }: Slot & { kind: 'register' }, unit: Unit): 'x' | 'f' {
  return file === 'f' && unit.options.architecture.has('zfinx') ? 'x' : file;
}

function isZero(expression: Expression): boolean {
  return expression.kind === 'missing' || (expression.kind === 'number' && expression.value === 0);
}

/** Whether an expression is known to be 0. */
function isZeroNow(unit: Unit, expression: Expression, written: Written): boolean {
  written.dependent = true;
  return expression.kind !== 'relocation' && !registerOf(expression) && unit.valueNow(expression) === 0;
}

function zeroAt({ start }: Expression): Expression {
  return { kind: 'number', value: 0, start, end: start };
}

/** `call name@plt`: the suffix that compilers write after a function's name means nothing more. */
function isPltSuffix(slot: Slot, operand: Operand, unit: Unit): boolean {
  return (
    slot.kind === 'address' &&
    slot.accepts === 'function' &&
    operand.base === undefined &&
    unit.statementText(operand.junk, operand.end) === '@plt'
  );
}

function fenceSet(letters: string): number | undefined {
  const ordered = /^(i?)(o?)(r?)(w?)$/.exec(letters);
  if (!ordered || letters === '') return undefined;
  return (ordered[1] ? 8 : 0) | (ordered[2] ? 4 : 0) | (ordered[3] ? 2 : 0) | (ordered[4] ? 1 : 0);
}

/** Says why the operands fit no form of the instruction: what is wrong with the first operand that differs. */
function explainMismatch(
  unit: Unit,
  statement: Statement,
  candidates: readonly Candidate[],
  operands: readonly Operand[],
): void {
  const { name, start } = statement;
  if (unit.problems.saturated) {
    // Nobody reads why.
    unit.error('operands', `the operands of '${name}' fit none of its forms`, start, statement.end);
    return;
  }
  // What only few write is not proposed to the rest.
  candidates = candidates.filter(({ pseudo }) => pseudo?.special !== 'tprel-add' || operands.length === 4);
  const forms = [...new Set(candidates.map(({ syntax }) => (syntax === '' ? `'${name}'` : `'${name} ${syntax}'`)))];
  const expected = `expected ${forms.join(' or ')}`;
  const fitting = candidates.filter(({ pattern }) => pattern.counts.includes(operands.length));
  if (fitting.length === 0) {
    const few = candidates.every(({ pattern }) => operands.length < pattern.counts[0]!);
    const problem = few ? 'missing operand' : `wrong number of operands (${operands.length})`;
    unit.error('operand-count', `${problem}: ${expected}`, start, Math.max(statement.end, start + name.length));
    return;
  }
  // The candidate that agrees longest knows best what the programmer meant.
  let best = { agree: -1, candidate: fitting[0]! };
  for (const candidate of fitting) {
    const written = nothingWritten();
    let agree = 0;
    while (agree < operands.length && matchSlot(candidate.pattern.slots[agree]!, operands[agree]!, written, unit))
      agree++;
    if (agree > best.agree) best = { agree, candidate };
  }
  const operand = operands[best.agree];
  const slot = best.candidate.pattern.slots[best.agree];
  if (!operand || !slot) {
    unit.error('operands', `illegal operands: ${expected}`, start, statement.end);
    return;
  }
  const { expression } = operand;
  const end = Math.max(operand.end, operand.start + 1);
  if (expression.kind === 'invalid')
    unit.error('invalid-expression', expression.message, expression.start, expression.end);
  else if (operand.junk >= 0) {
    const junk = unit.statementText(operand.junk, operand.end);
    unit.error('junk', `unexpected '${junk}' after the operand; ${expected}`, operand.junk, operand.end);
  } else if (slot.kind === 'fence-set' && expression.kind === 'symbol' && /^[iorw]+$/.test(expression.name)) {
    const ordered = [...'iorw'].filter((letter) => expression.name.includes(letter)).join('');
    const message = `the letters of a set stand in the order i, o, r, w, each once: '${ordered}'`;
    unit.error('operand', message, expression.start, expression.end, [ordered]);
  } else if (slot.kind === 'csr' && expression.kind === 'symbol') {
    const suggestions = nearest(expression.name, csrNames());
    const message = `unknown CSR '${expression.name}'${didYouMean(suggestions)}`;
    unit.error('unknown-csr', message, expression.start, expression.end, suggestions);
  } else if ((slot.kind === 'register' || slot.kind === 'memory') && misspeltRegister(slot, operand)) {
    const word = misspeltRegister(slot, operand)!;
    const suggestions = nearest(word.name, registerNames, 2);
    const message = `'${word.name}' is no register${didYouMean(suggestions)}`;
    unit.error('unknown-register', message, word.start, word.end, suggestions);
  } else unit.error('operand', `${describeSlot(slot)} expected here; ${expected}`, operand.start, end);
}

const registerNames = Array.from({ length: 32 }, (_, i) => `x${i}`).concat(
  ['zero', 'ra', 'sp', 'gp', 'tp', 'fp'],
  ['t0', 't1', 't2', 't3', 't4', 't5', 't6'],
  Array.from({ length: 12 }, (_, i) => `s${i}`),
  Array.from({ length: 8 }, (_, i) => `a${i}`),
  floatRegisters.flatMap(({ name, abiName }) => [name, abiName]),
);

function csrNames(): string[] {
  return csrs.map((csr) => csr.name);
}

function misspeltRegister(slot: Slot, operand: Operand): (Expression & { kind: 'symbol' }) | undefined {
  const word = slot.kind === 'memory' ? (operand.base ?? unwrap(operand.expression)) : operand.expression;
  if (slot.kind === 'memory' && !operand.base && operand.expression.kind !== 'parenthesized') return undefined;
  return word.kind === 'symbol' && !registerNamed(word.name) && !(slot.kind === 'register' && operand.base)
    ? word
    : undefined;
}

function unwrap(expression: Expression): Expression {
  return expression.kind === 'parenthesized' ? expression.operand : expression;
}
