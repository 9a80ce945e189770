const ENTRIES = 4;
const WORDS = 6;

/** The contexts of the last few combinations of modes, so that a trap and the return from it look nothing up. */
export class RecentContexts {
  /** Of the combination that was found last. */
  data = 0;
  fetch = 0;
  private readonly words = new Int32Array(ENTRIES * WORDS).fill(-1);
  private next = 0;
  private generation = 0;

  /**
   * @param generation of the contexts: those of another are forgotten
   * @param modes, satp, vsatp, hgatp all that contexts depend on; modes are not negative
   */
  find(generation: number, modes: number, satp: number, vsatp: number, hgatp: number): boolean {
    const { words } = this;
    if (generation !== this.generation) {
      this.generation = generation;
      words.fill(-1);
    }
    for (let at = 0; at < words.length; at += WORDS) {
      if (words[at] !== modes || words[at + 1] !== satp || words[at + 2] !== vsatp || words[at + 3] !== hgatp) continue;
      this.data = words[at + 4] ?? 0;
      this.fetch = words[at + 5] ?? 0;
      return true;
    }
    return false;
  }

  /** In place of the oldest. */
  add(modes: number, satp: number, vsatp: number, hgatp: number, data: number, fetch: number): void {
    this.words.set([modes, satp, vsatp, hgatp, data, fetch], this.next);
    this.next = (this.next + WORDS) % this.words.length;
    this.data = data;
    this.fetch = fetch;
  }
}
