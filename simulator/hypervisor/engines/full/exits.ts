import type { ExitKind } from '../../exits/exit-kind';

/** The kinds of exits that shadow tables bring. */
export const shadowExits = {
  shadowMiss: {
    id: 'shadow-miss',
    text: 'a page that the guest maps and its shadow table does not (a hidden page fault)',
  },
} as const satisfies { readonly [name: string]: ExitKind };
