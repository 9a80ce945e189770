/** `1.25 ms`: nanoseconds in the unit in which they are read best. */
export function duration(nanoseconds: number): string {
  const units: readonly [string, number][] = [
    ['s', 1e9],
    ['ms', 1e6],
    ['µs', 1e3],
  ];
  const [unit, size] = units.find(([, each]) => nanoseconds >= each) ?? ['ns', 1];
  return `${(nanoseconds / size).toLocaleString('en', { maximumFractionDigits: 2 })} ${unit}`;
}
