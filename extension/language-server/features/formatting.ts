import type { FormattingOptions, ServerCapabilities, TextEdit } from 'vscode-languageserver';
import { Lexer, type Line, type SourceText, type Statement, TokenKind } from '../assembly';
import { lineRange } from '../locations';
import type { ServerContext } from '../server';

/** Labels at the left edge, instructions indented, one space after commas; comments and aligned columns stay. */
export function registerFormatting({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onDocumentFormatting(({ textDocument, options }) => {
    const document = workspace.document(textDocument.uri);
    return document ? formatLines(document.source, options, 0, document.source.lines.length - 1) : null;
  });
  connection.onDocumentRangeFormatting(({ textDocument, options, range }) => {
    const document = workspace.document(textDocument.uri);
    return document ? formatLines(document.source, options, range.start.line, range.end.line) : null;
  });
  return { documentFormattingProvider: true, documentRangeFormattingProvider: true };
}

export function formatLines(
  { lines }: SourceText,
  options: FormattingOptions,
  first: number,
  last: number,
): TextEdit[] {
  const indent = options.insertSpaces ? ' '.repeat(Math.min(16, Math.max(1, options.tabSize || 4))) : '\t';
  const edits: TextEdit[] = [];
  for (let number = Math.max(0, first); number <= Math.min(last, lines.length - 1); number++) {
    const line = lines[number]!;
    const formatted = formatLine(line, indent);
    if (formatted !== line.text) edits.push({ range: lineRange(number, 0, line.text.length), newText: formatted });
  }
  return edits;
}

function formatLine(line: Line, indent: string): string {
  const { text, statements, startsInComment, endsInComment } = line;
  const [first] = statements;
  // Lines with parts of long comments and lines that another continues are left alone, but for their end.
  if (startsInComment || endsInComment || text.endsWith('\\')) return text;
  if (!first || first.kind === 'preprocessor' || first.kind === 'invalid') return text.trimEnd();
  let result = '';
  let from = 0;
  for (const [index, statement] of statements.entries()) {
    const start = statement.labels[0]?.start ?? statement.start;
    const between = text.slice(from, start);
    if (index === 0) {
      if (between.trim() !== '') return text.trimEnd();
      // A label keeps its place when it stands at the edge or alone; everything else is indented.
      result = statement.labels.length > 0 ? '' : indent;
    } else result += `${between.trim() === ';' ? '; ' : between}`;
    result += formatStatement(statement, index === 0 ? indent : '');
    from = statement.kind === 'none' ? lastLabelEnd(statement) : statement.end;
  }
  return (result + commentAfter(text, from)).trimEnd();
}

function lastLabelEnd({ text, labels }: Statement): number {
  return text.indexOf(':', labels.at(-1)!.end) + 1;
}

function formatStatement(statement: Statement, indent: string): string {
  const { text, kind, labels, name, start, operandsStart, end, strict } = statement;
  const prefix = labels.map((label) => `${text.slice(label.start, label.end)}:`).join(' ');
  if (kind === 'none') return prefix;
  const last = labels.at(-1);
  // A label's own indentation to the instruction stays when it is a column (more than one space).
  const written = last ? text.slice(text.indexOf(':', last.end) + 1, start) : '';
  const gap = last ? (written.length > 1 ? written : ' ') : '';
  const head = `${prefix}${gap}`;
  const operands = formatOperands(text, operandsStart, end);
  if (kind === 'assignment')
    return `${labels.length === 0 && indent ? '' : ''}${head}${name} ${strict ? '==' : '='} ${operands}`;
  if (operandsStart >= end) return head + name;
  const column = text.slice(start + name.length, operandsStart);
  return `${head}${name}${/^( {2,}|\t+)$/.test(column) ? column : ' '}${operands}`;
}

/** One space after each comma, none before; the rest of the operands as it is. */
function formatOperands(text: string, start: number, end: number): string {
  const lexer = new Lexer(text, start, end);
  let result = '';
  let from = start;
  while (lexer.nextToken() !== TokenKind.End) {
    if (!lexer.is(',')) continue;
    const before = text.slice(from, lexer.start).trimEnd();
    result += `${from === start ? before : before.trimStart()}, `;
    from = lexer.end;
  }
  const rest = text.slice(from, end);
  return result === '' ? rest : (result + rest.trimStart()).trimEnd();
}

/** What follows the last statement: a comment keeps its column as far as it can. */
function commentAfter(text: string, from: number): string {
  const rest = text.slice(from);
  return rest.trim() === '' ? '' : rest;
}
