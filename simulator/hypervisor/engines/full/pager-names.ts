/** The shadow pagers that there are, and what is said of each. */
export const PAGERS = {
  right: 'The pager as it should be.',
  one: 'One that lacks a rule.',
  two: 'One that lacks another.',
  three: 'One that lacks a third.',
} as const;

export type PagerName = keyof typeof PAGERS;
/** Those that the build makes of the pager, each with a mistake in it (`scripts/broken-pagers.ts`). */
export type BrokenPager = Exclude<PagerName, 'right'>;
