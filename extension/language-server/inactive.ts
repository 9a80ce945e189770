import type { Connection } from 'vscode-languageserver';
import type { ServerContext } from './context';
import type { Analysis } from './ide/analysis';
import { type InactiveRegionsParams, inactiveRegionsNotification } from './protocol';

/** Lines that no part of a program assembles, both ends included. */
interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** What every part of the program that reads a file skips of it, as `.if` and `#if` say. */
export function inactiveRanges({ result }: Analysis, key: string): readonly LineRange[] {
  const skipped = result.units
    .filter(({ files }) => files.includes(key))
    .map(({ inactive }): readonly LineRange[] => inactive.filter(({ file }) => file === key));
  const [first = [], ...others] = skipped;
  return others.reduce(inBoth, first);
}

function inBoth(some: readonly LineRange[], others: readonly LineRange[]): readonly LineRange[] {
  return some.flatMap((one) =>
    others
      .map((other) => ({
        startLine: Math.max(one.startLine, other.startLine),
        endLine: Math.min(one.endLine, other.endLine),
      }))
      .filter(({ startLine, endLine }) => startLine <= endLine),
  );
}

/** Says of each line of a file whether it is one of those. */
export function inactiveLines(analysis: Analysis, key: string): (line: number) => boolean {
  const ranges = inactiveRanges(analysis, key);
  return (line) => ranges.some(({ startLine, endLine }) => startLine <= line && line <= endLine);
}

const told = new WeakMap<Connection, Map<string, string>>();

/** Tells the client what to dim in the open documents of a program, where that has changed. */
export function tellInactive({ connection, workspace }: ServerContext, analysis: Analysis): void {
  const before = told.get(connection) ?? new Map<string, string>();
  told.set(connection, before);
  for (const key of analysis.files) {
    const document = workspace.document(workspace.uriOf(key));
    if (!document) {
      before.delete(key);
      continue;
    }
    const { uri, version, source } = document;
    const ranges = inactiveRanges(analysis, key).map(({ startLine, endLine }) => ({
      start: { line: startLine, character: 0 },
      end: { line: endLine, character: source.lines[endLine]?.text.length ?? 0 },
    }));
    const text = JSON.stringify(ranges);
    if (before.get(key) === text || (ranges.length === 0 && !before.has(key))) continue;
    before.set(key, text);
    const params: InactiveRegionsParams = { uri, version, ranges };
    void connection.sendNotification(inactiveRegionsNotification, params);
  }
}
