import type { Diagnostic, Range, TextEdit } from 'vscode-languageserver';
import type { SourceText, Statement } from '../../ide/assembly';
import { lineRange } from '../../locations';

/** An edit that puts something right. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** The statement that a diagnostic is about. */
export interface Problem {
  readonly source: SourceText;
  readonly diagnostic: Diagnostic;
  readonly statement: Statement;
}

export type Fixer = (problem: Problem) => readonly Fix[];

/** The statement in which a range begins; undefined when the document has changed so that there is none. */
export function statementAt(source: SourceText, { start }: Range): Statement | undefined {
  const statements = source.lines[start.line]?.statements ?? [];
  return statements.find((statement) => {
    const last = Math.max(statement.end, statement.start + statement.name.length);
    return statement.kind === 'command' && start.character >= statement.start && start.character <= last;
  });
}

/** Replaces a statement, its labels and comments aside. */
export function replaceStatement(line: number, { start, end, name }: Statement, newText: string): TextEdit {
  return { range: lineRange(line, start, Math.max(end, start + name.length)), newText };
}

/** A line of its own before or after a line, with that line's indentation. */
export function insertLine(source: SourceText, line: number, text: string, where: 'before' | 'after'): TextEdit {
  const own = source.lines[line]?.text ?? '';
  const indent = /^\s*/.exec(own)![0] || '  ';
  if (where === 'before') return { range: lineRange(line, 0, 0), newText: `${indent}${text}\n` };
  return { range: lineRange(line, own.length, own.length), newText: `\n${indent}${text}` };
}
