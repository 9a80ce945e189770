import { UsageError } from './usage-error';

/** Where bytes of consoles go; a `ConsoleOutput` is one. */
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

/** Where the consoles of virtual machines lead. */
export interface ConsoleChoice {
  /** Who gets what is typed. */
  readonly input: string;
  /** The console of each; undefined where what it writes is not shown. */
  readonly outputOf: (vm: string) => ((byte: number) => void) | undefined;
}

/**
 * @param vms in their order, one at least
 * @param only the one whose console is asked for (`--console`): as it is, and nothing of the others
 * @throws UsageError where there is none of that name
 */
export function chooseConsoles(vms: readonly string[], only: string | undefined, output: ByteSink): ConsoleChoice {
  if (only !== undefined && !vms.includes(only))
    throw new UsageError(`--console takes one of ${vms.join(', ')}, not '${only}'`);
  // A virtual machine that is alone needs no name.
  const raw = only ?? (vms.length === 1 ? vms[0] : undefined);
  if (raw !== undefined)
    return { input: raw, outputOf: (vm) => (vm === raw ? (byte) => output.write(byte) : undefined) };
  const consoles = new VmConsoles(output);
  return { input: vms[0] ?? '', outputOf: (vm) => consoles.of(vm) };
}
