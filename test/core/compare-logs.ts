/** The first line in which two logs differ, with what is around it; '' when they are equal. */
export function firstDifference(ours: string, theirs: string): string {
  const a = ours.split('\n');
  const b = theirs.replaceAll('\r', '').split('\n');
  const count = Math.max(a.length, b.length);
  for (let index = 0; index < count; index++) {
    if (a[index] === b[index]) continue;
    const from = Math.max(0, index - 8);
    const rows = Array.from({ length: 16 }, (_, i) => `${from + i}: ${a[from + i]} ${b[from + i]}`);
    return `line ${index}, ours and theirs:\n${rows.join('\n')}`;
  }
  return '';
}
