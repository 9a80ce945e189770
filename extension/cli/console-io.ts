import type { Guest } from '../../simulator/hypervisor/guest';
import type { System } from '../../simulator/system/system';

const OUTPUT_BUFFER = 64 * 1024;

/** The guest's console output, in large writes. */
export class ConsoleOutput {
  private readonly bytes = new Uint8Array(OUTPUT_BUFFER);
  private length = 0;

  constructor(private readonly stream: Pick<NodeJS.WritableStream, 'write'> = process.stdout) {}

  write(byte: number): void {
    if (this.length === this.bytes.length) this.flush();
    this.bytes[this.length++] = byte;
  }

  flush(): void {
    if (this.length > 0) this.stream.write(this.bytes.slice(0, this.length));
    this.length = 0;
  }
}

/** What comes into the guest's console. */
export interface GuestInput {
  /** Gives the guest what has arrived. */
  deliver(system: System): void;
  /** Waits for input, for its end or for `wake`; not longer than so many milliseconds where they are given. */
  more(milliseconds?: number): Promise<void>;
  /** Ends a wait: something else has happened. */
  wake(): void;
  close(): void;
}

/** Where a guest's console leads. */
export interface GuestConsole {
  readonly input: GuestInput;
  readonly output: ConsoleOutput;
}

/** Somebody, or something, at the other end of an input. */
class Waiter {
  private woken: (() => void) | undefined;

  async wait(milliseconds: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.woken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.woken = undefined;
  }

  wake(): void {
    this.woken?.();
  }
}

/** A console into which nothing comes. */
export class ClosedInput implements GuestInput {
  private readonly waiter = new Waiter();

  deliver(system: System): void {
    system.closeInput();
  }

  async more(milliseconds?: number): Promise<void> {
    if (milliseconds !== undefined) await this.waiter.wait(milliseconds);
  }

  wake(): void {
    this.waiter.wake();
  }

  close(): void {
    this.wake();
  }
}

/** Standard input as the guest's console input; without waiting for it unless the guest does. */
export class ConsoleInput implements GuestInput {
  private chunks: Uint8Array[] = [];
  private ended = false;
  private readonly waiter = new Waiter();
  private readonly onData = (chunk: Uint8Array): void => {
    this.chunks.push(chunk);
    this.wake();
  };
  private readonly onEnd = (): void => {
    this.ended = true;
    this.wake();
  };

  private readonly onResize = (): void => this.wake();

  /** @param guest whose console it is; the first guest's when absent */
  constructor(private readonly guest?: Guest) {
    process.stdout.on('resize', this.onResize);
    process.stdin.on('data', this.onData).on('end', this.onEnd).on('error', this.onEnd);
  }

  deliver(system: System): void {
    // Where standard output is a terminal; one that tells no size has none.
    const { columns, rows } = process.stdout;
    const { guest = system.guest } = this;
    if (columns > 0 && rows > 0) system.resizeConsole(columns, rows, guest);
    for (const chunk of this.chunks) system.input(chunk, guest);
    this.chunks = [];
    if (this.ended) system.closeInput();
  }

  async more(milliseconds?: number): Promise<void> {
    if (this.chunks.length > 0 || (this.ended && milliseconds === undefined)) return;
    await this.waiter.wait(milliseconds);
  }

  wake(): void {
    this.waiter.wake();
  }

  close(): void {
    process.stdout.off('resize', this.onResize);
    process.stdin.off('data', this.onData).off('end', this.onEnd).off('error', this.onEnd);
    process.stdin.destroy();
  }
}
