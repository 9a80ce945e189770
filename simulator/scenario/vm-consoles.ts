/** Where bytes of consoles go. */
export interface ByteSink {
  write(byte: number): void;
}

const LINE_FEED = 0x0a;

/**
 * The consoles of several virtual machines in one output: each line begins with `NAME: `. Who writes inside another's line ends that line
 * first, so that each line is one virtual machine's.
 */
export class VmConsoles {
  /** Whose line has begun and not ended. */
  private open: string | undefined;

  constructor(private readonly output: ByteSink) {}

  /** The console of one of them. */
  of(vm: string): (byte: number) => void {
    const head = new TextEncoder().encode(`${vm}: `);
    return (byte) => {
      if (this.open !== vm) {
        if (this.open !== undefined) this.output.write(LINE_FEED);
        for (const each of head) this.output.write(each);
      }
      this.output.write(byte);
      this.open = byte === LINE_FEED ? undefined : vm;
    };
  }
}
