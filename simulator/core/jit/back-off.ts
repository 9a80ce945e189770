/** Pages of code that are written to while they are translated: each time it takes longer until they are translated again. */

/** Requests that are ignored after the first time; doubled each further time. */
const FIRST_WAIT = 4;
const LONGEST_WAIT = 1 << 16;

export class BackOff {
  /** By page of RAM. */
  private readonly pages = new Map<number, { wait: number; left: number }>();

  /** Translated code of the page has been written to. */
  written(ramPage: number): void {
    const wait = Math.min(LONGEST_WAIT, (this.pages.get(ramPage)?.wait ?? FIRST_WAIT / 2) * 2);
    this.pages.set(ramPage, { wait, left: wait });
  }

  /** Whether a request to translate code of the page is to be ignored, this time. */
  holds(ramPage: number): boolean {
    const page = this.pages.get(ramPage);
    if (!page || page.left === 0) return false;
    page.left -= 1;
    return true;
  }
}
