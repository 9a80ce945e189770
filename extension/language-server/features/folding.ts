import { type FoldingRange, FoldingRangeKind, type ServerCapabilities } from 'vscode-languageserver';
import type { SourceText } from '../assembly';
import { checked } from '../params';
import type { ServerContext } from '../server';

const openers = /^\.(macro|rept|rep|irpc?|irepc?|if\w*)$/;
const closers = /^\.(endm|endmacro|endr|endif)$/;

/** Macros, repeats, conditional parts, `#if` parts, comments of several lines, regions, and the code under each label. */
export function registerFolding({ connection, workspace }: ServerContext): ServerCapabilities {
  connection.onFoldingRanges(
    checked('document', ({ textDocument }) => {
      const document = workspace.document(textDocument.uri);
      return document ? foldsOf(document.source) : null;
    }),
  );
  return { foldingRangeProvider: true };
}

export function foldsOf({ lines }: SourceText): FoldingRange[] {
  const folds: FoldingRange[] = [];
  const blocks: number[] = [];
  const conditions: number[] = [];
  const regions: number[] = [];
  let comment = -1;
  let label = -1;
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    if (startLine >= 0 && endLine > startLine) folds.push({ startLine, endLine, ...(kind ? { kind } : {}) });
  };
  const endLabel = (line: number): void => {
    let last = line - 1;
    while (last > label && (lines[last]!.text.trim() === '' || isCommentLine(lines[last]!.text))) last--;
    add(label, last);
    label = -1;
  };
  lines.forEach((line, number) => {
    const isComment = line.startsInComment || isCommentLine(line.text);
    if (isComment && comment < 0) comment = number;
    if (!isComment && comment >= 0) {
      add(comment, number - 1, FoldingRangeKind.Comment);
      comment = -1;
    }
    const region = /^\s*(?:#|\/\/|\/\*)\s*(region|endregion)\b/.exec(line.text)?.[1];
    if (region === 'region') regions.push(number);
    else if (region) add(regions.pop() ?? -1, number, FoldingRangeKind.Region);
    for (const { kind, key, name, labels } of line.statements) {
      if (kind === 'preprocessor') {
        if (name.startsWith('if')) conditions.push(number);
        else if (name === 'endif') add(conditions.pop() ?? -1, number);
        else if (name === 'else' || name === 'elif') {
          add(conditions.pop() ?? -1, number - 1);
          conditions.push(number);
        }
        continue;
      }
      if (labels.some(({ numeric, name: labelName }) => !numeric && !labelName.startsWith('.L'))) {
        endLabel(number);
        label = number;
      }
      if (openers.test(key)) blocks.push(number);
      else if (closers.test(key)) add(blocks.pop() ?? -1, number);
      else if (key === '.else' || key === '.elseif') {
        add(blocks.pop() ?? -1, number - 1);
        blocks.push(number);
      } else if (/^\.(section|text|data|bss|pushsection)$/.test(key)) endLabel(number);
    }
  });
  if (comment >= 0) add(comment, lines.length - 1, FoldingRangeKind.Comment);
  endLabel(lines.length);
  return folds;
}

function isCommentLine(text: string): boolean {
  return /^\s*(#(?!\s*(include|define|undef|if|ifdef|ifndef|elif|else|endif|error|warning|pragma)\b)|\/\/|\/\*)/.test(
    text,
  );
}
