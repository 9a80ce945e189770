/** Milliseconds of work between which other messages are served. */
const sliceLength = 12;

/** Milliseconds in which an answer leaves: it is written in several turns of the event loop. */
const answerTime = 8;
let quietUntil = 0;

/** Work in slices waits a moment: an answer is about to leave, or an edit has come, which questions follow. */
export function giveWay(): void {
  quietUntil = performance.now() + answerTime;
}

/** Runs steps to their end in slices; undefined when they are no longer wanted after one. */
export async function inSlices<T>(steps: Generator<void, T>, wanted: () => boolean): Promise<T | undefined> {
  for (;;) {
    while (performance.now() < quietUntil) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (!wanted()) return undefined;
    }
    const until = performance.now() + sliceLength;
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!wanted()) return undefined;
  }
}
