import { type FoldingRange, FoldingRangeKind, type ServerCapabilities } from 'vscode-languageserver';
import type { Line, SourceText } from '../assembly';
import { blocksOf } from '../blocks';
import { outlineOf } from '../outline';
import { checked } from '../params';
import type { ServerContext } from '../server';

/** Macros, repeats, conditional parts, `#if` parts, comments of several lines, regions, functions, and the code under each label. */
export function registerFolding({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onFoldingRanges(
    checked('document', ({ textDocument }) => {
      const document = workspace.document(textDocument.uri);
      return document ? foldsOf(document.source) : null;
    }),
  );
  return { foldingRangeProvider: true };
}

export function foldsOf(source: SourceText): FoldingRange[] {
  const { lines } = source;
  const folds: FoldingRange[] = [];
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    if (endLine > startLine) folds.push({ startLine, endLine, ...(kind ? { kind } : {}) });
  };
  for (const { first, last } of blocksOf(source)) add(first, last);
  for (const { line, last } of outlineOf(source).labels) add(line, last);
  addComments(source, add);
  addRegions(lines, add);
  return folds;
}

type Add = (startLine: number, endLine: number, kind?: FoldingRangeKind) => void;

function addComments({ lines, preprocessed }: SourceText, add: Add): void {
  let first = -1;
  lines.forEach((line, number) => {
    const isComment = isCommentLine(line, preprocessed);
    if (isComment && first < 0) first = number;
    if (isComment || first < 0) return;
    add(first, number - 1, FoldingRangeKind.Comment);
    first = -1;
  });
  if (first >= 0) add(first, lines.length - 1, FoldingRangeKind.Comment);
}

/** Whether a line is nothing but a comment: of the preprocessor's lines, those that it does not know are comments too. */
export function isCommentLine({ text, statements, startsInComment }: Line, preprocessed: boolean): boolean {
  if (statements.length === 0) return startsInComment || /^\s*(#|\/\/|\/\*)/.test(text);
  return preprocessed && statements[0]!.kind === 'preprocessor' && !/^\s*#\s*(\w+)/.exec(text)?.[1]?.match(directive);
}

const directive = /^(include|define|undef|if|ifdef|ifndef|elif|else|endif|error|warning|pragma|line)$/;
const regionMark = /^\s*(?:#|\/\/|\/\*)\s*(region|endregion)\b/;

function addRegions(lines: readonly Line[], add: Add): void {
  const open: number[] = [];
  lines.forEach(({ text }, number) => {
    if (!text.includes('region')) return;
    const mark = regionMark.exec(text)?.[1];
    if (mark === 'region') open.push(number);
    else if (mark) add(open.pop() ?? number, number, FoldingRangeKind.Region);
  });
}
