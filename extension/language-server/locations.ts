import type { Location, Range as LspRange, Position } from 'vscode-languageserver';
import type { Range, SourceText } from '../../simulator/project';

/**
 * The assembler names files by keys: URIs with their escapes resolved, so that the paths that sources write can be
 * joined to them. These are the conversions.
 */
export function keyOf(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** A URI for a key that no client has named. */
export function uriOfKey(key: string): string {
  return encodeURI(key).replace(/[?#]/g, encodeURIComponent);
}

/** A path or URI of a launch configuration as a key. */
export function keyOfPath(path: string): string {
  if (/^[a-z][\w+.-]+:\/\//i.test(path)) return keyOf(path);
  const slashed = path.replace(/\\/g, '/');
  return slashed.startsWith('/') ? `file://${slashed}` : /^[A-Za-z]:/.test(slashed) ? `file:///${slashed}` : slashed;
}

export function lspRange({ start, end }: Range): LspRange {
  return { start: { line: start.line, character: start.column }, end: { line: end.line, character: end.column } };
}

export function lineRange(line: number, start: number, end: number): LspRange {
  return { start: { line, character: start }, end: { line, character: end } };
}

export function locationOf(uri: string, line: number, start: number, end: number): Location {
  return { uri, range: lineRange(line, start, end) };
}

/** The position of a text that a client means: one beyond a line is its end, one beyond the text the end of that. */
export function clampedPosition({ lines }: SourceText, { line, character }: Position): Position {
  const last = lines.length - 1;
  if (line > last) return { line: last, character: lines[last]!.text.length };
  return { line, character: Math.min(character, lines[line]!.text.length) };
}
