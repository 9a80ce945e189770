/** Written at build time by scripts/broken-pagers.ts: the pager of `page-fault.ts`, with a mistake in each. */
declare module 'hyperstep:pagers' {
  export const brokenPagers: Readonly<
    Record<
      import('./pager-names').BrokenPager,
      {
        readonly pager: import('./pager').ShadowPager;
        /** Its source, as the site table names it. */
        readonly source: string;
      }
    >
  >;
}
