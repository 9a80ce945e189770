/** Work in steps of a few milliseconds, between which it may be given up or others may work. */
export type Steps<T> = Generator<void, T>;

/** Does all of it at once. */
export function complete<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
