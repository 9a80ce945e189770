import type { Location, Range as LspRange, Position, TextDocumentContentChangeEvent } from 'vscode-languageserver';
import type { Range, SourceText } from './ide/assembly';
import { type Change, clampedIn } from './ide/changes';

export function lspRange({ start, end }: Range): LspRange {
  return { start: { line: start.line, character: start.column }, end: { line: end.line, character: end.column } };
}

export function lineRange(line: number, start: number, end: number): LspRange {
  return { start: { line, character: start }, end: { line, character: end } };
}

export function locationOf(uri: string, line: number, start: number, end: number): Location {
  return { uri, range: lineRange(line, start, end) };
}

/** The position of a text that a client means. */
export function clampedPosition(source: SourceText, { line, character }: Position): Position {
  const clamped = clampedIn(source, { line, column: character });
  return { line: clamped.line, character: clamped.column };
}

/** What a client changed, with a place unless the text is all new. */
export function changeOf(change: TextDocumentContentChangeEvent): Change {
  if (!('range' in change) || !change.range) return { text: change.text };
  const { start, end } = change.range;
  return {
    text: change.text,
    range: { start: { line: start.line, column: start.character }, end: { line: end.line, column: end.character } },
  };
}
