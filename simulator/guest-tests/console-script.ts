import type { System } from '../system/system';

/** The most that is kept of what a guest prints, in bytes. */
export const MOST_OUTPUT = 2 ** 20;

/** What is typed, and after which text that the guest prints. */
export interface ScriptedText {
  readonly text: string;
  readonly after: string | undefined;
}

/** The script that an option `input` says: one text, or several, each after another that the guest prints. */
export function scriptOf(
  input: string | readonly { readonly type: string; readonly after?: string | undefined }[],
): ScriptedText[] {
  const typed = typeof input === 'string' ? (input === '' ? [] : [{ type: input, after: undefined }]) : input;
  return typed.map(({ type, after }) => ({ text: type, after }));
}

/** While something waits to be typed, it is at multiples of so many instructions that it may be: wherever else the run stops. */
export const TYPING_SLICE = 1000;

/** Bytes for which there is room at first: most guests print no more. */
const FIRST_OUTPUT = 4096;

/** A console whose user is a script: what is printed is kept, what is to be typed is typed when its time has come. */
export class ConsoleScript<Input extends ScriptedText = ScriptedText> {
  private bytes = new Uint8Array(FIRST_OUTPUT);
  private length = 0;
  private hasOverflowed = false;
  private readonly waiting: { readonly typed: Uint8Array; readonly after: Uint8Array; readonly input: Input }[];
  /** From where on what the next text waits for is looked for. */
  private from = 0;
  private count = 0;

  constructor(inputs: readonly Input[]) {
    const encoder = new TextEncoder();
    this.waiting = inputs.map((input) => ({
      input,
      typed: encoder.encode(input.text),
      after: encoder.encode(input.after ?? ''),
    }));
  }

  /** The guest prints a byte. */
  readonly print = (byte: number): void => {
    if (this.length === MOST_OUTPUT) {
      this.hasOverflowed = true;
      return;
    }
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = byte;
  };

  /** All that was printed. */
  get text(): string {
    return new TextDecoder().decode(this.bytes.subarray(0, this.length));
  }

  /** Whether more was printed than is kept. */
  get isFull(): boolean {
    return this.hasOverflowed;
  }

  /** What has not been typed: what it waits for was never printed. */
  get untyped(): readonly Input[] {
    return this.waiting.map(({ input }) => input);
  }

  /** How many texts have been typed. */
  get typed(): number {
    return this.count;
  }

  /** So many texts have been typed by somebody else: what they waited for has been printed. */
  skip(texts: number): void {
    while (this.count < texts && this.take());
  }

  /** Types what is due. @returns whether anything was */
  deliver(system: System): boolean {
    const before = this.count;
    for (let next = this.take(); next; next = this.take()) system.input(next);
    return this.count > before;
  }

  /** What is typed next, where what it waits for has been printed. */
  private take(): Uint8Array | undefined {
    const [next] = this.waiting;
    const at = next ? this.find(next.after) : -1;
    if (!next || at < 0) return undefined;
    this.from = at + next.after.length;
    this.waiting.shift();
    this.count++;
    return next.typed;
  }

  private find(wanted: Uint8Array): number {
    for (let at = this.from; at + wanted.length <= this.length; at++)
      if (wanted.every((byte, index) => byte === this.bytes[at + index])) return at;
    // What is behind here may be the beginning of it.
    this.from = Math.max(this.from, this.length - wanted.length + 1);
    return -1;
  }
}
