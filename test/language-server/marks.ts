/** Takes the cursor mark `$0` out of a text. */
export function parseMarked(marked: string): { text: string; position: { line: number; character: number } } {
  const at = marked.indexOf('$0');
  const text = marked.replace('$0', '');
  const before = at < 0 ? '' : marked.slice(0, at);
  const lines = before.split('\n');
  return { text, position: { line: lines.length - 1, character: lines.at(-1)!.length } };
}

/** Applies text edits to a text. */
export function applyEdits(
  text: string,
  edits: readonly {
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
    newText: string;
  }[],
): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: { line: number; character: number }): number =>
    lines.slice(0, line).reduce((sum, l) => sum + l.length + 1, 0) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (result, { range, newText }) => result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end)),
      text,
    );
}
