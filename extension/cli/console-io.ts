import type { System } from '../../simulator/hypervisor/system';

const OUTPUT_BUFFER = 64 * 1024;

/** The guest's console output, in large writes. */
export class ConsoleOutput {
  private readonly bytes = new Uint8Array(OUTPUT_BUFFER);
  private length = 0;

  write(byte: number): void {
    if (this.length === this.bytes.length) this.flush();
    this.bytes[this.length++] = byte;
  }

  flush(): void {
    if (this.length > 0) process.stdout.write(this.bytes.slice(0, this.length));
    this.length = 0;
  }
}

/** Standard input as the guest's console input; without waiting for it unless the guest does. */
export class ConsoleInput {
  private chunks: Uint8Array[] = [];
  private ended = false;
  private arrived: (() => void) | undefined;
  private readonly onData = (chunk: Uint8Array): void => {
    this.chunks.push(chunk);
    this.arrived?.();
  };
  private readonly onEnd = (): void => {
    this.ended = true;
    this.arrived?.();
  };

  constructor() {
    process.stdin.on('data', this.onData).on('end', this.onEnd).on('error', this.onEnd);
  }

  deliver(system: System): void {
    for (const chunk of this.chunks) system.input(chunk);
    this.chunks = [];
    if (this.ended) system.closeInput();
  }

  /** Waits for input, for its end or for `wake`; not longer than so many milliseconds where they are given. */
  async more(milliseconds?: number): Promise<void> {
    if (this.chunks.length > 0 || (this.ended && milliseconds === undefined)) return;
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.arrived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.arrived = undefined;
  }

  /** Ends a wait: something else has happened. */
  wake(): void {
    this.arrived?.();
  }

  close(): void {
    process.stdin.off('data', this.onData).off('end', this.onEnd).off('error', this.onEnd);
    process.stdin.destroy();
  }
}
