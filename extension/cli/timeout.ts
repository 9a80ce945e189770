const MILLISECONDS = 1000;

/** How long a run may take by the host's clock. */
export class Timeout {
  private passed = false;
  private readonly timer: NodeJS.Timeout | undefined;

  /** @param onOver wakes who waits for something else */
  constructor(
    private readonly seconds: number | undefined,
    onOver: () => void,
  ) {
    if (seconds === undefined) return;
    this.timer = setTimeout(() => {
      this.passed = true;
      onOver();
    }, seconds * MILLISECONDS);
  }

  /** The limit, once it has passed. */
  get over(): number | undefined {
    return this.passed ? this.seconds : undefined;
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
