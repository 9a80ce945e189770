import type { FormattingOptions, ServerCapabilities, TextEdit } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import { isMnemonic, Lexer, type Line, type SourceText, type Statement, skipSpace, TokenKind } from '../ide/assembly';
import { foreignArchitecture } from '../ide/foreign';
import { lineRange } from '../locations';
import { hasTightCommas, type Style, styleOf } from './formatting-style';

/** Labels at the left edge, instructions indented, one space after commas; comments and aligned columns stay. */
export function registerFormatting({ connection, workspace }: ServerContext): ServerCapabilities {
  const format = (uri: string, options: FormattingOptions, first: number, last: number): TextEdit[] | null => {
    const source = workspace.document(uri)?.source;
    return source && !foreignArchitecture(source) ? formatLines(source, options, first, last) : null;
  };
  connection.onDocumentFormatting(
    answering(({ textDocument, options }) => format(textDocument.uri, options, 0, Number.POSITIVE_INFINITY)),
  );
  connection.onDocumentRangeFormatting(
    answering(({ textDocument, options, range }) =>
      format(textDocument.uri, options, range.start.line, range.end.line),
    ),
  );
  connection.onDocumentOnTypeFormatting(
    answering(({ textDocument, options, position, ch }) => {
      // A line is done when the next one begins; a colon makes a label of what stands before it.
      const line = ch === '\n' ? position.line - 1 : position.line;
      return format(textDocument.uri, options, line, line);
    }),
  );
  return {
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: '\n', moreTriggerCharacter: [':'] },
  };
}

/** Edits of the lines `first` up to and with `last`. What a statement goes on with over the end of its line is left alone. */
export function formatLines(source: SourceText, options: FormattingOptions, first: number, last: number): TextEdit[] {
  const { lines } = source;
  const style = styleOf(source, options);
  const edits: TextEdit[] = [];
  const skipped = new SkippedText();
  for (let number = 0; number <= Math.min(last, lines.length - 1); number++) {
    const line = lines[number]!;
    // A quote that is skipped opens nothing.
    if (skipped.has(line)) continue;
    const joined = line.continues === 'none' ? undefined : source.joined(number);
    if (joined) number += joined.breaks.length;
    else if (number >= first && !lines[number - 1]?.text.trimEnd().endsWith('\\')) {
      const formatted = formatLine(line, style);
      if (formatted !== line.text) edits.push({ range: lineRange(number, 0, line.text.length), newText: formatted });
    }
  }
  return edits;
}

/** The lines between `#if 0` and its end: any text may stand there. */
class SkippedText {
  /** How many `#if` are open in such a part, from its own on; 0 outside. */
  #depth = 0;

  /** Whether a line, the next one, is in such a part. */
  has({ statements: [first] }: Line): boolean {
    const name = first?.kind === 'preprocessor' ? first.name : '';
    if (this.#depth === 0) {
      if (name === 'if' && /^\s*0\s*(\/[/*].*)?$/.test(first!.operandText)) this.#depth = 1;
      return false;
    }
    if (/^if/.test(name)) this.#depth++;
    else if (name === 'endif' || (this.#depth === 1 && /^el/.test(name))) this.#depth--;
    return this.#depth > 0;
  }
}

function formatLine(line: Line, style: Style): string {
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
      result = indentOf(statement, between, style);
    } else result += `${between === ';' ? '; ' : between}`;
    result += formatStatement(statement, style);
    from = endOfStatement(statement);
  }
  return withComment(result, text, from);
}

/** What stands before the first statement: labels are at the edge, instructions and directives indented, unless the source has it otherwise. */
function indentOf(
  statement: Statement,
  written: string,
  { indent, otherIndents, directivesAtEdge, indentedLabels }: Style,
): string {
  const { labels, kind, key } = statement;
  if (labels.length > 0) return indentedLabels ? written : '';
  if (kind === 'assignment' || isCallOfDefine(statement)) return written;
  if (written === '') return (key.startsWith('.') ? directivesAtEdge : !isMnemonic(key)) ? '' : indent;
  // What is deeper than the rest shows what belongs to what.
  const isDeeper = written.startsWith(indent) && written.length > indent.length;
  return isDeeper || otherIndents.has(written) ? written : indent;
}

/** Whether a statement is written as a call of a function-like macro: a space would tear it apart, and its place is its own. */
function isCallOfDefine({ text, kind, start, name }: Statement): boolean {
  return kind === 'command' && text[start + name.length] === '(';
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

function formatStatement(statement: Statement, style: Style): string {
  const { text, kind, labels, name, start, operandsStart, end, strict } = statement;
  const prefix = labels.map((label) => `${text.slice(label.start, label.end)}:`).join(' ');
  if (kind === 'none') return prefix;
  const last = labels.at(-1);
  // A label's own indentation to the instruction stays.
  const gap = last ? text.slice(text.indexOf(':', last.end) + 1, start) || ' ' : '';
  const head = `${prefix}${gap}`;
  const operands = formatOperands(text, operandsStart, end, hasTightCommas(statement, style));
  if (kind === 'assignment') return `${head}${name} ${strict ? '==' : '='} ${operands}`;
  if (operandsStart >= end) return head + name;
  const written = text.slice(start + name.length, operandsStart);
  return `${head}${name}${written.trim() === '' ? written : ' '}${operands}`;
}

/** One space after each comma, none before; the rest of the operands as it is. Wider space behind a comma makes columns, and stays. */
function formatOperands(text: string, start: number, end: number, isTight: boolean): string {
  const lexer = new Lexer(text, start, end);
  let result = '';
  let from = start;
  let last = start;
  while (lexer.nextToken() !== TokenKind.End) {
    if (lexer.is(',')) {
      // Up to the token before: a character literal may end with a space.
      const next = skipSpace(text, lexer.end, end);
      const written = text.slice(lexer.end, next);
      const isColumn = written.trim() === '' && (written.length > 1 || written === '\t');
      const stays = isColumn || next >= end || (isTight && written === '');
      result += `${text.slice(from, last)},${stays ? written : ' '}`;
      from = next;
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
  const written = rest.slice(0, rest.indexOf(comment));
  const space = written === '' && comment.startsWith('#') ? ' ' : written;
  const column = from + written.length;
  // White space of other widths than one column is kept as it is.
  const tabs = formatted.includes('\t') || text.slice(0, column).includes('\t');
  return (tabs || formatted.length >= column ? formatted + space : formatted.padEnd(column)) + comment;
}
