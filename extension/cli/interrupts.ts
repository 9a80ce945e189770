import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type Interrupt = (typeof SIGNALS)[number];

/** The shell's status of a command that a signal ended. */
export const statusOfSignal = (signal: Interrupt): number => 128 + constants.signals[signal];

/**
 * Ctrl-C and SIGTERM while a guest runs: the first ends the run where it stands, so that what was asked for is still written; a second
 * one ends the command at once.
 */
export class Interrupts {
  private first: Interrupt | undefined;
  private readonly heard = (signal: NodeJS.Signals): void => {
    const interrupt = SIGNALS.find((name) => name === signal) ?? 'SIGTERM';
    if (this.first !== undefined) process.exit(statusOfSignal(interrupt));
    this.first = interrupt;
    this.onFirst();
  };

  /** @param onFirst wakes who waits for something else */
  constructor(private readonly onFirst: () => void) {
    for (const signal of SIGNALS) process.on(signal, this.heard);
  }

  /** The signal that came, if any. */
  get signal(): Interrupt | undefined {
    return this.first;
  }

  /** From here on signals do what they do by default. */
  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.heard);
  }
}
