import type { Conclusion } from '../conclusions';

/** A number with its thousands apart. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** What would turn a conclusion around: `trapEntry were half, or walkStep were double`; nothing where nothing would. @param named a cost, as it is marked */
export function turnsInWords({ flips }: Conclusion, named: (cost: string) => string): string | undefined {
  const reasons = flips.map(({ cost, factor }) => `${named(cost)} were ${factor < 1 ? 'half' : 'double'}`);
  return reasons.length === 0 ? undefined : reasons.join(', or ');
}
