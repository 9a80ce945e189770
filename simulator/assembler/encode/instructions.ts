import {
  type ExtensionId,
  extensionNamed,
  type Instruction,
  instructionsNamed,
  instructions as instructionTable,
  isAvailable,
  pseudoInstructions,
  pseudoInstructionsNamed,
  requirement,
} from '../../isa';
import type { Statement } from '../syntax/statement';
import { literal } from '../unit/evaluation';
import type { Unit } from '../unit/unit';
import type { Architecture } from './architecture';
import { emit, type Immediate, immediateOf } from './encoding';
import { Form, KnownCode, keep, keptCode, keptForm } from './kept-encoding';
import { explainMismatch } from './operand-errors';
import { match, type Written } from './operand-match';
import { type Candidate, patternOf, patternOfPseudo } from './patterns';
import { expandPseudo } from './pseudo';

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
  const form = keptForm(statement);
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
  const { operands } = statement;
  const architecture = unit.options.architecture;
  let isKnown = false;
  for (const candidate of mnemonic.candidates) {
    if (!isAvailable(candidate.instruction ?? candidate.pseudo!, architecture.has)) continue;
    isKnown = true;
    const written = match(candidate.pattern, operands, unit);
    if (!written) continue;
    const form = new Form(architecture, candidate, written, mnemonic.ordering);
    if (!written.dependent) keep(statement, form);
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
    keep(statement, new KnownCode(architecture, section.wordAt(before, length), length, privileged));
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
  if (!architecture.has('zfinx')) return undefined;
  return pattern.slots.some((slot) => slot.kind === 'register' && slot.file === 'f') ? 'zfinx' : undefined;
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
  const known = keptCode(statement);
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
