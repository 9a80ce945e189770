import type { FormattingOptions, ServerCapabilities, TextEdit } from 'vscode-languageserver';
import { answering } from '../answering';
import { Lexer, type Line, type SourceText, type Statement, skipSpace, TokenKind } from '../assembly';
import { lineRange } from '../locations';
import type { ServerContext } from '../server';

/** Labels at the left edge, instructions indented, one space after commas; comments and aligned columns stay. */
export function registerFormatting({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onDocumentFormatting(
    answering(({ textDocument, options }) => {
      const document = workspace.document(textDocument.uri);
      return document ? formatLines(document.source, options, 0, document.source.lines.length - 1) : null;
    }),
  );
  connection.onDocumentRangeFormatting(
    answering(({ textDocument, options, range }) => {
      const document = workspace.document(textDocument.uri);
      return document ? formatLines(document.source, options, range.start.line, range.end.line) : null;
    }),
  );
  connection.onDocumentOnTypeFormatting(
    answering(({ textDocument, options, position, ch }) => {
      const document = workspace.document(textDocument.uri);
      if (!document) return null;
      // A line is done when the next one begins; a colon makes a label of what stands before it.
      const line = ch === '\n' ? position.line - 1 : position.line;
      return formatLines(document.source, options, line, line);
    }),
  );
  return {
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: '\n', moreTriggerCharacter: [':'] },
  };
}

export function formatLines(
  { lines }: SourceText,
  options: FormattingOptions,
  first: number,
  last: number,
): TextEdit[] {
  const indent =
    indentOf(lines) ?? (options?.insertSpaces ? ' '.repeat(Math.min(16, Math.max(1, options.tabSize || 4))) : '\t');
  const edits: TextEdit[] = [];
  for (let number = Math.max(0, first); number <= Math.min(last, lines.length - 1); number++) {
    const line = lines[number]!;
    // What continues the line before is a part of it.
    if (lines[number - 1]?.text.trimEnd().endsWith('\\')) continue;
    const formatted = formatLine(line, indent);
    if (formatted !== line.text) edits.push({ range: lineRange(number, 0, line.text.length), newText: formatted });
  }
  return edits;
}

/** The indentation that most instructions of a source have already; undefined when none are indented. */
function indentOf(lines: readonly Line[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { text, statements } of lines) {
    const [first] = statements;
    if (first?.kind !== 'command' || first.labels.length > 0 || first.start === 0) continue;
    const indent = text.slice(0, first.start);
    if (indent.trim() === '') counts.set(indent, (counts.get(indent) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function formatLine(line: Line, indent: string): string {
  const { text, statements, startsInComment, endsInComment } = line;
  const [first] = statements;
  // Lines with parts of long comments and lines that another continues are left alone, but for their end.
  if (startsInComment || endsInComment || text.trimEnd().endsWith('\\')) return text;
  if (!first || first.kind === 'preprocessor') return text.trimEnd();
  if (statements.some((statement) => statement.kind === 'invalid' || hasCommentInLabels(statement))) return text;
  let result = '';
  let from = 0;
  for (const [index, statement] of statements.entries()) {
    const start = statement.labels[0]?.start ?? statement.start;
    const between = text.slice(from, start);
    if (index === 0) {
      if (between.trim() !== '') return text.trimEnd();
      // Labels stand at the edge, instructions and directives are indented, assignments stay where they are.
      result = statement.labels.length > 0 ? '' : statement.kind === 'assignment' ? between : indent;
    } else result += `${between.trim() === ';' ? '; ' : between}`;
    result += formatStatement(statement);
    from = endOfStatement(statement);
  }
  return withComment(result, text, from);
}

/** Whether something stands between the labels of a statement. */
function hasCommentInLabels({ text, labels, kind, start }: Statement): boolean {
  return labels.some(({ end }, index) => {
    const next = labels[index + 1]?.start ?? (kind === 'none' ? undefined : start);
    return next !== undefined && text.slice(end, next).trim() !== ':';
  });
}

/** The column after the last character that belongs to the statement. */
function endOfStatement({ text, kind, labels, name, start, operandsStart, end }: Statement): number {
  if (kind === 'none') return text.indexOf(':', labels.at(-1)!.end) + 1;
  return operandsStart < end ? end : start + name.length;
}

function formatStatement(statement: Statement): string {
  const { text, kind, labels, name, start, operandsStart, end, strict } = statement;
  const prefix = labels.map((label) => `${text.slice(label.start, label.end)}:`).join(' ');
  if (kind === 'none') return prefix;
  const last = labels.at(-1);
  // A label's own indentation to the instruction stays when it is a column (more than one space).
  const written = last ? text.slice(text.indexOf(':', last.end) + 1, start) : '';
  const gap = last ? (written.length > 1 ? written : ' ') : '';
  const head = `${prefix}${gap}`;
  const operands = formatOperands(text, operandsStart, end);
  if (kind === 'assignment') return `${head}${name} ${strict ? '==' : '='} ${operands}`;
  if (operandsStart >= end) return head + name;
  const column = text.slice(start + name.length, operandsStart);
  return `${head}${name}${/^( {2,}|\t+)$/.test(column) ? column : ' '}${operands}`;
}

/** One space after each comma, none before; the rest of the operands as it is. */
function formatOperands(text: string, start: number, end: number): string {
  const lexer = new Lexer(text, start, end);
  let result = '';
  let from = start;
  let last = start;
  while (lexer.nextToken() !== TokenKind.End) {
    if (lexer.is(',')) {
      // Up to the token before: a character literal may end with a space.
      result += `${text.slice(from, last)}, `;
      from = skipSpace(text, lexer.end, end);
      last = from;
    } else last = lexer.end;
  }
  return result + text.slice(from, end);
}

/** Adds what follows the last statement: a comment stays in its column where the statement leaves it room. */
function withComment(formatted: string, text: string, from: number): string {
  const rest = text.slice(from);
  const comment = rest.trim();
  if (comment === '') return formatted;
  // White space of other widths than one column is kept as it is.
  const space = rest.slice(0, rest.indexOf(comment));
  const column = from + space.length;
  if (formatted.includes('\t') || text.slice(0, column).includes('\t')) return formatted + (space || ' ') + comment;
  return formatted.padEnd(column) + (formatted.length >= column && comment.startsWith('#') ? ' ' : '') + comment;
}
