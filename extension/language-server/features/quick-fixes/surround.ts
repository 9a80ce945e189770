import { type Fixer, insertLine } from './fix';

/** Data at an odd place: aligned by a line before it. */
export const fixAlignment: Fixer = ({ source, diagnostic }) => {
  const alignment = /\.balign (\d+)/.exec(diagnostic.message)?.[1];
  if (alignment === undefined) return [];
  const text = `.balign ${alignment}`;
  // Labels in the lines before name the data too.
  let line = diagnostic.range.start.line;
  while (line > 0 && isOnlyLabels(source.lines[line - 1]?.statements ?? [])) line--;
  return [{ title: `Insert '${text}'`, edits: [insertLine(source, line, text, 'before')] }];
};

function isOnlyLabels(statements: readonly { readonly kind: string }[]): boolean {
  return statements.length > 0 && statements.every(({ kind }) => kind === 'none');
}

/** `la gp, __global_pointer$`: the linker must leave it as it is. */
export const fixGlobalPointer: Fixer = ({ source, diagnostic }) => {
  const { line } = diagnostic.range.start;
  return [
    {
      title: "Put it between '.option norelax' and '.option pop'",
      edits: [
        insertLine(source, line, '.option push', 'before'),
        insertLine(source, line, '.option norelax', 'before'),
        insertLine(source, line, '.option pop', 'after'),
      ],
    },
  ];
};
