import { csrNamed, csrNumbered, instructions, instructionsNamed, machineCsrGroups } from '../../../../simulator/isa';
import { literal, type SourceText, type Statement } from '../assembly';
import { csrPlace } from '../csr-operand';
import { type Note, noteOf } from './note';

interface Remark {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly kind: RemarkKind;
}

type RemarkKind =
  /** True wherever the code runs. */
  | 'always'
  /** True unless the code is machine-mode code itself. */
  | 'guest'
  /** Not wrong at all: what happens under full virtualization. */
  | 'privileged';

/**
 * What the guest's privilege makes of a source: machine-mode CSRs in a guest, which runs in supervisor mode, CSRs that the
 * machine does not have or that cannot be written, and, as hints, privileged instructions, which trap to the VMM. Told
 * quietly: a program that is meant for machine mode is right too, and one that is launched with the machine from reset is.
 * @param isFromReset the program starts in machine mode
 */
export function noteLegality(source: SourceText, notePrivileged: boolean, isFromReset: boolean): Note[] {
  const found: { readonly number: number; readonly remark: Remark }[] = [];
  let returns = false;
  let setsVector = false;
  source.lines.forEach(({ text, statements }, number) => {
    for (const statement of statements) {
      if (statement.kind !== 'command' || !mayNote(statement)) continue;
      returns ||= statement.key === 'mret';
      setsVector ||= text.includes('mtvec');
      for (const remark of remarksOn(statement)) found.push({ number, remark });
    }
  });
  const isMachineCode = isFromReset || (returns && setsVector);
  return found.flatMap(({ number, remark: { start, end, message, kind } }) => {
    if (kind === 'guest' ? isMachineCode : kind === 'privileged' && !notePrivileged) return [];
    return kind === 'privileged'
      ? [noteOf('privileged', message, number, start, end, 'hint')]
      : [noteOf('csr-privilege', message, number, start, end)];
  });
}

/** Most statements are neither about CSRs nor privileged, which their names tell. */
function mayNote({ key }: Statement): boolean {
  return csrPlace(key) >= 0 || privilegedNames.has(key) || key === 'mret';
}

const none: readonly Remark[] = [];

function remarksOn(statement: Statement): readonly Remark[] {
  const { key, name, start } = statement;
  const used = csrOperand(statement);
  if (!used && !privilegedNames.has(key)) return none;
  const problem = used && problemOf(statement, used.number);
  if (problem) return [{ start: used.start, end: used.end, ...problem }];
  if (privilegeOf(statement) !== 's') return none;
  const message = `'${name}' is privileged: under full virtualization it traps to the VMM`;
  return [{ start, end: start + name.length, message, kind: 'privileged' }];
}

/** The CSR that a statement names or numbers, and where. */
function csrOperand(statement: Statement): { number: number; start: number; end: number } | undefined {
  const operand = statement.operands[csrPlace(statement.key)]?.expression;
  if (!operand) return undefined;
  const { start, end } = operand;
  const number = operand.kind === 'symbol' ? csrNamed(operand.name)?.number : literal(operand);
  return typeof number === 'number' && number >= 0 && number < 0x1000 ? { number, start, end } : undefined;
}

const privilegedNames = new Set(instructions.filter(({ privilege }) => privilege === 's').map(({ name }) => name));

/** Instructions that write the CSR that they name, whatever their operands are. */
const writers = new Set(['csrw', 'csrwi', 'csrrw', 'csrrwi', 'csrs', 'csrsi', 'csrc', 'csrci']);

function problemOf({ key, name }: Statement, number: number): { message: string; kind: RemarkKind } | undefined {
  const csr = csrNumbered(number);
  if (!csr || (!machineCsrGroups.has(csr.group) && csr.privilege !== 'm')) {
    const which = csr ? `'${csr.name}'` : `0x${number.toString(16)}`;
    return { message: `the machine has no CSR ${which}: '${name}' is an illegal instruction`, kind: 'always' };
  }
  if (csr.readOnly && writers.has(key)) {
    return { message: `'${csr.name}' is read-only: '${name}' traps as an illegal instruction`, kind: 'always' };
  }
  if (csr.privilege !== 'm') return undefined;
  const message = `'${csr.name}' is a machine-mode CSR: in a guest, which runs in supervisor mode, '${name}' is an illegal instruction`;
  return { message, kind: 'guest' };
}

/** The privilege that a statement needs: of its instruction, or of the CSR that it names. */
export function privilegeOf(statement: Statement): 'u' | 's' | 'm' {
  const used = csrOperand(statement);
  const csr = used && csrNumbered(used.number);
  return csr ? csr.privilege : (instructionsNamed(statement.key)[0]?.privilege ?? 'u');
}
