import { type Defines, expandText } from '../assembler/preprocess/macros';
import type { CpuState } from '../hypervisor/cpu';
import { csrNamed, csrNumbered, FLOAT_REGISTERS, registerNamed } from '../isa/index';
import type { Symbols } from '../object/symbols';
import { type Environment, evaluate, type Place, type Value } from './evaluate';
import { ExpressionError } from './expression-error';
import { sizeInRegister } from './floats';
import { type Space, signed64, unsigned64 } from './syntax';

/** What a guest's program names. */
export interface NamedProgram {
  readonly symbols: Symbols;
  /** Macros of the preprocessor. */
  readonly defines: Defines;
}

/** Names as they are meant at a CPU of a guest: registers, CSRs, the program's symbols and macros. */
export abstract class GuestEnvironment implements Environment {
  /** Macros that are being expanded. */
  private readonly expanding = new Set<string>();

  constructor(
    private readonly program: NamedProgram,
    protected readonly cpu: CpuState,
  ) {}

  abstract read(space: Space, address: bigint, bytes: number): bigint;
  abstract write(place: Place, bits: bigint): void;

  lookUp(name: string, isMachine: boolean): Value | undefined {
    return this.register(name) ?? this.csr(name) ?? (isMachine ? undefined : (this.symbol(name) ?? this.define(name)));
  }

  field(number: number, name: string): Value | undefined {
    const csr = csrNumbered(number);
    const found = csr?.fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
    const whole = this.cpu.readCsr(number);
    if (!found || whole === undefined) return undefined;
    const bits = (whole >> BigInt(found.low)) & ((1n << BigInt(found.high - found.low + 1)) - 1n);
    return { type: unsigned64, bits, place: { kind: 'csr', number, field: found.name } };
  }

  protected csr(name: string): Value | undefined {
    const csr = csrNamed(name);
    const bits = csr && this.cpu.readCsr(csr.number);
    return bits === undefined
      ? undefined
      : { type: unsigned64, bits, place: { kind: 'csr', number: csr?.number ?? 0 } };
  }

  private register(name: string): Value | undefined {
    if (name === 'pc') return { type: unsigned64, bits: this.cpu.pc, place: { kind: 'pc' } };
    const register = registerNamed(name);
    if (!register) return undefined;
    const number = register.file === 'f' ? FLOAT_REGISTERS + register.number : register.number;
    const bits = this.cpu.x(number);
    const place: Place = { kind: 'register', number };
    if (register.file !== 'f') return { type: unsigned64, bits, place };
    const bytes = sizeInRegister(bits);
    return { type: { kind: 'float', bytes }, bits: BigInt.asUintN(bytes * 8, bits), place };
  }

  private symbol(name: string): Value | undefined {
    const symbol = this.program.symbols.named(name);
    if (!symbol) return undefined;
    // What .equ names is a number, any other symbol an address.
    const type = symbol.type === 'absolute' ? signed64 : { ...unsigned64, symbol: name };
    return { type, bits: BigInt.asUintN(64, symbol.value) };
  }

  /** What a macro of the preprocessor stands for. */
  private define(name: string): Value | undefined {
    const { defines } = this.program;
    const define = defines.get(name);
    if (!define) return undefined;
    if (define.parameters) throw new ExpressionError(`'${name}' is a macro with arguments`);
    const { text } = expandText(name, defines, () => undefined);
    if (this.expanding.has(name)) throw new ExpressionError(`the macro '${name}' is defined by itself`);
    this.expanding.add(name);
    try {
      return evaluate(text, this);
    } finally {
      this.expanding.delete(name);
    }
  }
}

/** Bytes of memory, least significant first, as a number. */
export function numberIn(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
