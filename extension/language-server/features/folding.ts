import { type FoldingRange, FoldingRangeKind, type ServerCapabilities } from 'vscode-languageserver';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { Line, SourceText } from '../ide/assembly';
import { blocksOf } from '../ide/blocks';
import { isCommentLine } from '../ide/comments';
import { outlineOf } from '../ide/outline';

/** Macros, repeats, conditional parts, `#if` parts, comments of several lines, regions, functions, and the code under each label. */
export function registerFolding({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onFoldingRanges(
    answering(({ textDocument }) => {
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
