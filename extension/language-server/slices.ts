/** Milliseconds of work between which other messages are served. */
const sliceLength = 12;

/** Runs steps to their end in slices; undefined when they are no longer wanted after one. */
export async function inSlices<T>(steps: Generator<void, T>, wanted: () => boolean): Promise<T | undefined> {
  for (;;) {
    const until = performance.now() + sliceLength;
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!wanted()) return undefined;
  }
}
