import type { Analysis } from '../ide/analysis';
import { candidatePaths, type Statement } from '../ide/assembly';
import type { Occurrence } from '../ide/occurrences';
import type { Document } from '../ide/workspace';
import type { Target } from './target';

const including = /^\.?(include|incbin)$/;

/** Whether a statement names a file. */
export function includes({ kind, key, name }: Statement): boolean {
  return kind === 'preprocessor' ? name === 'include' : kind === 'command' && including.test(key);
}

/** The file that a `.include`, `.incbin` or `#include` at the target names, by key; undefined when it was not found. */
export function includedFile({ document, analysis, position }: Target, word: Occurrence): string | undefined {
  const statement = document.source.lines[position.line]?.statements.find(
    ({ start, end }) => start <= word.start && word.end <= end,
  );
  return statement && includes(statement) ? fileNamed(word.name, document, analysis) : undefined;
}

/** The file of a path in quotes or angle brackets, as the assembler looks for it; of several folders of headers, one that is read. */
export function fileNamed(written: string, { key }: Document, analysis: Analysis): string | undefined {
  const path = written.slice(1).replace(/[">]$/, '');
  const { includePaths, files = {} } = analysis.project;
  const own = Object.values(files).flatMap(
    ({ quotePaths = [], includePaths = [], systemPaths = [], afterPaths = [] }) => [
      ...quotePaths,
      ...includePaths,
      ...systemPaths,
      ...afterPaths,
    ],
  );
  const candidates = candidatePaths(path, key, [...includePaths, ...own], written.startsWith('<'));
  return candidates.find((candidate) => analysis.files.has(candidate) || analysis.sources.exists(candidate));
}
