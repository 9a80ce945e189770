import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import {
  type Csr,
  csrNamed,
  csrNumbered,
  instructions,
  instructionsNamed,
  machineCsrGroups,
} from '../../../simulator/isa';
import type { Line, SourceText, Statement } from '../assembly';
import { lineRange } from '../locations';
import { occurrencesOf } from '../occurrences';

interface Note {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly kind: NoteKind;
}

type NoteKind =
  /** True wherever the code runs. */
  | 'always'
  /** True unless the code is machine-mode code itself. */
  | 'guest'
  /** Not wrong at all: what happens under full virtualization. */
  | 'privileged';

const known = new WeakMap<Line, readonly Note[]>();

/**
 * What the guest's privilege makes of a source: machine-mode CSRs in a guest, which runs in supervisor mode, CSRs that the
 * machine does not have or that cannot be written, and, as hints, privileged instructions, which trap to the VMM. Told
 * quietly: a program that is meant for machine mode is right too.
 */
export function noteLegality(source: SourceText, notePrivileged: boolean): Diagnostic[] {
  const isMachineCode = source.lines.some(
    ({ text, statements }) => text.includes('mret') && statements.some(({ key }) => key === 'mret'),
  );
  const diagnostics: Diagnostic[] = [];
  source.lines.forEach((line, number) => {
    for (const { start, end, message, kind } of notesOfLine(line)) {
      if (kind === 'guest' && isMachineCode) continue;
      if (kind === 'privileged' && !notePrivileged) continue;
      const severity = kind === 'privileged' ? DiagnosticSeverity.Hint : DiagnosticSeverity.Information;
      const code = kind === 'privileged' ? 'privileged' : 'csr-privilege';
      diagnostics.push({ range: lineRange(number, start, end), severity, code, source: 'hyperstep', message });
    }
  });
  return diagnostics;
}

function notesOfLine(line: Line): readonly Note[] {
  let notes = known.get(line);
  if (!notes) {
    notes = line.statements.flatMap((statement) => (statement.kind === 'command' ? notesOf(line, statement) : []));
    known.set(line, notes);
  }
  return notes;
}

const none: readonly Note[] = [];

function notesOf(line: Line, statement: Statement): readonly Note[] {
  const { key, name, start } = statement;
  const takesCsr = key.startsWith('csr');
  if (!takesCsr && !privilegedNames.has(key)) return none;
  const used = takesCsr
    ? occurrencesOf(line).find((word) => word.kind === 'csr' && word.start >= start && word.end <= statement.end)
    : undefined;
  const csr = used && csrNamed(used.name);
  const problem = csr && problemOf(statement, csr);
  if (used && problem) return [{ start: used.start, end: used.end, ...problem }];
  if (privilegeOf(statement) !== 's') return none;
  const message = `'${name}' is privileged: under full virtualization it traps to the VMM`;
  return [{ start, end: start + name.length, message, kind: 'privileged' }];
}

const privilegedNames = new Set(instructions.filter(({ privilege }) => privilege === 's').map(({ name }) => name));

/** Instructions that write the CSR that they name, whatever their operands are. */
const writers = new Set(['csrw', 'csrwi', 'csrrw', 'csrrwi', 'csrs', 'csrsi', 'csrc', 'csrci']);

function problemOf({ key, name }: Statement, csr: Csr): { message: string; kind: NoteKind } | undefined {
  if (csr.readOnly && writers.has(key)) {
    return { message: `'${csr.name}' is read-only: '${name}' traps as an illegal instruction`, kind: 'always' };
  }
  if (csr.privilege === 'm') {
    const message = `'${csr.name}' is a machine-mode CSR: in a guest, which runs in supervisor mode, '${name}' is an illegal instruction`;
    return { message, kind: 'guest' };
  }
  if (machineCsrGroups.has(csr.group)) return undefined;
  return { message: `the machine has no CSR '${csr.name}': '${name}' is an illegal instruction`, kind: 'always' };
}

/** What the privilege of an instruction or CSR means for a guest; undefined when it needs none. */
export function privilegeNote(privilege: 'u' | 's' | 'm', what: string): string | undefined {
  if (privilege === 's') return `Privileged (supervisor mode): under full virtualization ${what} traps to the VMM.`;
  if (privilege === 'm')
    return `Privileged (machine mode): in a guest, which runs in supervisor mode, ${what} is an illegal instruction.`;
  return undefined;
}

/** The privilege that a statement needs: of its instruction, or of the CSR that it names. */
export function privilegeOf(statement: Statement): 'u' | 's' | 'm' {
  const csr = statement.operandText
    .split(',')
    .map(
      (operand) =>
        csrNamed(operand.trim()) ??
        (/^0x[0-9a-f]+$/i.test(operand.trim()) ? csrNumbered(Number(operand.trim())) : undefined),
    )
    .find((found) => found !== undefined);
  if (statement.key.startsWith('csr') && csr) return csr.privilege;
  return instructionsNamed(statement.key)[0]?.privilege ?? 'u';
}
