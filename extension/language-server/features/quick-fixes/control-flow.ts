import { type Fixer, insertLine } from './fix';

/** Code that nothing leads to can go; code that runs on wants a return, or a jump to itself. */
export const fixControlFlow: Fixer = ({ source, diagnostic, statement }) => {
  const { start, end } = diagnostic.range;
  if (diagnostic.code === 'unreachable') {
    const first = source.lines[start.line]!;
    const whole = first.text.slice(0, start.character).trim() === '';
    const from = whole ? { line: start.line, character: 0 } : start;
    const last = source.lines[end.line];
    const next = end.line + 1 < source.lines.length && whole;
    const to = next ? { line: end.line + 1, character: 0 } : { line: end.line, character: last?.text.length ?? 0 };
    return [
      { title: 'Remove the code that nothing leads to', edits: [{ range: { start: from, end: to }, newText: '' }] },
    ];
  }
  const where = diagnostic.code === 'runs-into-data' ? 'before' : 'after';
  // A label in front of data stays with its data.
  const line = where === 'before' && statement.labels.length > 0 ? undefined : start.line;
  if (line === undefined) return [];
  return [
    { title: "Insert 'ret'", edits: [insertLine(source, line, 'ret', where)] },
    { title: "Insert 'j .', which stays here", edits: [insertLine(source, line, 'j .', where)] },
  ];
};
