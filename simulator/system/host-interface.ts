import type { Program } from '../object/program';

/** Where a program speaks to its host as under Spike: guest-physical addresses of two words of 64 bits. */
export interface HostWords {
  readonly tohost: number;
  readonly fromhost: number | null;
}

/** What the interface does to the machine. */
export interface HostEffects {
  read(gpa: number, length: number): Uint8Array | undefined;
  write(gpa: number, bytes: Uint8Array): void;
  console(byte: number): void;
  exit(code: number): void;
}

/** Devices and commands in the upper 16 bits of `tohost`, as riscv-isa-sim's fesvr has them. */
const SYSTEM_CALL = 0x0000;
const PUT_CHARACTER = 0x0101;

/** System calls that test environments make, by Linux's numbers. */
const WRITE = 64n;
const EXIT = 93n;
const EBADF = -9n;
const EFAULT = -14n;
const ENOSYS = -38n;
/** The most that one call writes: it says how much it has written. */
const MOST_WRITTEN = 65536;

/** The words of a program that defines `tohost`, by its symbols and where its segments are loaded. */
export function hostWordsOf(program: Program): HostWords | null {
  const tohost = addressOf(program, 'tohost');
  return tohost === undefined ? null : { tohost, fromhost: addressOf(program, 'fromhost') ?? null };
}

/** The physical address of a symbol, as the program is loaded. */
export function addressOf({ symbols, segments }: Program, name: string): number | undefined {
  const symbol = symbols.find((candidate) => candidate.name === name);
  if (!symbol) return undefined;
  const { value } = symbol;
  const segment = segments.find(({ address, memorySize }) => value >= address && value <= address + BigInt(memorySize));
  const physical = segment ? value - segment.address + segment.loadAddress : value;
  return physical <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(physical) : undefined;
}

/**
 * The host's end of HTIF: what the program writes to `tohost` is done at the end of the instruction that wrote it, so that a run is the
 * same however often it is repeated. Input through HTIF is not there: a program that asks for it gets no answer.
 */
export class HostInterface {
  constructor(
    private readonly words: HostWords,
    private readonly effects: HostEffects,
  ) {}

  /** The program has written to `tohost`. */
  written(): void {
    const command = this.load(this.words.tohost);
    if (command === undefined || command === 0n) return;
    this.store(this.words.tohost, 0n);
    const payload = command & 0xffff_ffff_ffffn;
    switch (Number(command >> 48n)) {
      case SYSTEM_CALL:
        if (payload & 1n) this.effects.exit(Number(payload >> 1n));
        else this.call(Number(payload));
        break;
      case PUT_CHARACTER:
        // As Spike: no answer.
        this.effects.console(Number(payload & 0xffn));
        break;
      default:
    }
  }

  /** A system call: eight words in memory, number and arguments, the first of which takes the result. */
  private call(at: number): void {
    const [number, first, second, third] = [0, 8, 16, 24].map((offset) => this.load(at + offset));
    if (number === undefined || first === undefined || second === undefined || third === undefined) return;
    if (number === EXIT) {
      this.effects.exit(Number(BigInt.asUintN(32, first)));
      return;
    }
    this.store(at, number === WRITE ? this.print(first, second, third) : ENOSYS);
    if (this.words.fromhost !== null) this.store(this.words.fromhost, 1n);
  }

  private print(file: bigint, address: bigint, length: bigint): bigint {
    if (file !== 1n && file !== 2n) return EBADF;
    const count = length < BigInt(MOST_WRITTEN) ? Number(length) : MOST_WRITTEN;
    const bytes = this.effects.read(Number(address), count);
    for (const byte of bytes ?? []) this.effects.console(byte);
    return bytes ? BigInt(count) : EFAULT;
  }

  private load(gpa: number): bigint | undefined {
    const bytes = this.effects.read(gpa, 8);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }

  private store(gpa: number, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
    this.effects.write(gpa, bytes);
  }
}
