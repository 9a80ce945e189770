import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import { type Csr, csrNamed, csrNumbered, instructionsNamed } from '../../../simulator/isa';
import type { Line, SourceText, Statement } from '../assembly';
import { lineRange } from '../locations';
import { occurrencesOf } from '../occurrences';

interface Note {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** Whether it holds only for code that is not machine-mode code itself. */
  readonly guestOnly: boolean;
}

const known = new WeakMap<Line, readonly Note[]>();

/**
 * What the guest's privilege makes of a source: machine-mode CSRs in a guest, which runs in supervisor mode, and writes
 * to CSRs that cannot be written. Told quietly: a program that is meant for machine mode is right too.
 */
export function noteLegality(source: SourceText): Diagnostic[] {
  const isMachineCode = source.lines.some(
    ({ text, statements }) => text.includes('mret') && statements.some(({ key }) => key === 'mret'),
  );
  return source.lines.flatMap((line, number) =>
    notesOfLine(line)
      .filter((note) => !(note.guestOnly && isMachineCode))
      .map(({ start, end, message }) => ({
        range: lineRange(number, start, end),
        severity: DiagnosticSeverity.Information,
        code: 'csr-privilege',
        source: 'hyperstep',
        message,
      })),
  );
}

const none: readonly Note[] = [];

function notesOfLine(line: Line): readonly Note[] {
  if (!line.text.includes('csr')) return none;
  let notes = known.get(line);
  if (!notes) {
    const csrOccurrences = occurrencesOf(line).filter(({ kind }) => kind === 'csr');
    notes = csrOccurrences.flatMap(({ name, start, end }) => {
      const csr = csrNamed(name);
      const statement = line.statements.find((candidate) => candidate.start <= start && end <= candidate.end);
      const note = csr && statement && problemOf(statement, csr);
      return note ? [{ start, end, ...note }] : [];
    });
    known.set(line, notes);
  }
  return notes;
}

/** Instructions that write the CSR that they name, whatever their operands are. */
const writers = new Set(['csrw', 'csrwi', 'csrrw', 'csrrwi', 'csrs', 'csrsi', 'csrc', 'csrci']);

function problemOf({ key, name }: Statement, csr: Csr): { message: string; guestOnly: boolean } | undefined {
  if (csr.readOnly && writers.has(key)) {
    return { message: `'${csr.name}' is read-only: '${name}' traps as an illegal instruction`, guestOnly: false };
  }
  if (csr.privilege !== 'm') return undefined;
  const message = `'${csr.name}' is a machine-mode CSR: in a guest, which runs in supervisor mode, '${name}' is an illegal instruction`;
  return { message, guestOnly: true };
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
