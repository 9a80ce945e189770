/**
 * The address spaces of a virtual machine, as types: a mix-up does not compile, and a debugger knows what it shows.
 * Physical addresses are JS numbers below 2^53; virtual ones are 64-bit patterns in two words, because a kernel's are sign-extended.
 */
export class Gva {
  constructor(
    readonly low: number,
    readonly high: number,
  ) {}

  /** From a 64-bit pattern; higher bits are cut off. */
  static of(value: bigint): Gva {
    return new Gva(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  get value(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** The address so many bytes further on, or back; after the last one comes the first. */
  plus(bytes: number): Gva {
    const low = (this.low >>> 0) + bytes;
    return new Gva(low | 0, (this.high + Math.floor(low / 2 ** 32)) | 0);
  }

  equals({ low, high }: Gva): boolean {
    return this.low === low && this.high === high;
  }

  toString(): string {
    return hex64(this.low, this.high);
  }
}

/** A guest-physical address. */
export class Gpa {
  constructor(readonly value: number) {}

  toString(): string {
    return `0x${this.value.toString(16)}`;
  }
}

/** A host-physical (machine) address. */
export class Hpa {
  constructor(readonly value: number) {}

  toString(): string {
    return `0x${this.value.toString(16)}`;
  }
}

/** The value of a CSR, with its name so that its fields can be shown. */
export class CsrValue {
  constructor(
    readonly csr: number,
    readonly low: number,
    readonly high: number,
  ) {}

  get value(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  toString(): string {
    return hex64(this.low, this.high);
  }
}

/** A page-table entry, of a guest's table or of a shadow table. */
export class PteValue {
  constructor(
    readonly low: number,
    readonly high: number,
  ) {}

  get value(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  toString(): string {
    return hex64(this.low, this.high);
  }
}

/** A 64-bit pattern as `0x...` without leading zeros. */
export function hex64(low: number, high: number): string {
  const upper = high >>> 0;
  const lower = (low >>> 0).toString(16);
  return upper === 0 ? `0x${lower}` : `0x${upper.toString(16)}${lower.padStart(8, '0')}`;
}

/** Bytes of a page, of an address space or of memory, and of the next larger one. */
export const FRAME = 4096;
export const SUPERPAGE = 2 * 1024 * 1024;
