/** Entries of a page table of any scheme. */
export const ENTRIES = 512;

/** The second stage's addresses have two more bits, which widen its root (manual, "Guest Physical Address Translation"). */
export const ROOT_ENTRIES = 4 * ENTRIES;
