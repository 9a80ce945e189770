const letterOrder = 'eigmafdqlcbkjtpvnh';
const prefixOrder = ['zxm', 'z', 's', 'x'];

/** Orders extensions as an architecture's name lists them: letters, then those that begin with z, s and x. */
export function compareExtensions(a: string, b: string): number {
  const classes = prefixClass(a) - prefixClass(b);
  if (classes !== 0) return classes;
  if (prefixClass(a) === 0) return letterOrder.indexOf(a) - letterOrder.indexOf(b);
  if (a[0] === 'z' && a[1] !== b[1]) return letterOrder.indexOf(a[1]!) - letterOrder.indexOf(b[1]!);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** 0 for a letter, then the place of the prefix. */
export function prefixClass(name: string): number {
  if (name.length === 1 && !'zsx'.includes(name)) return 0;
  return prefixOrder.findIndex((prefix) => name.startsWith(prefix)) + 1;
}
