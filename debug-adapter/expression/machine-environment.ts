import { expandText } from '../../simulator/assembler/preprocess/macros';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { csrNamed, csrNumbered, FLOAT_REGISTERS, registerNamed } from '../../simulator/isa/index';
import { CsrValue, Gpa, Gva, Hpa, PteValue } from '../../simulator/mmu/address';
import type { Debuggee } from '../debuggee';
import { readSpace } from '../inspect/memory';
import { writePlace } from '../inspect/writes';
import { RequestError } from '../request-error';
import { type Environment, evaluate, type Place, type Value } from './evaluate';
import { sizeInRegister } from './floats';
import { type Space, signed64, unsigned64 } from './syntax';

/** The prefix of the machine's own CSRs under a VMM, where a plain name means the guest's. */
export const hardwarePrefix = 'hardware.';

export interface EnvironmentScope {
  /** Of a frame of the VMM. */
  readonly variables?: ReadonlyMap<string, unknown>;
  /** Why nothing may be assigned to. */
  readonly readOnly?: string;
}

/** Names as they are meant at a CPU: in a frame of the VMM, first its variables; then registers, CSRs, the program's symbols. */
export class MachineEnvironment implements Environment {
  /** What expressions have assigned to so far. */
  readonly written: Place[] = [];
  /** Macros that are being expanded. */
  private readonly expanding = new Set<string>();

  constructor(
    private readonly debuggee: Debuggee,
    private readonly cpu: CpuState,
    private readonly scope: EnvironmentScope = {},
  ) {}

  /** A variable of the VMM, whatever it is. */
  variable(name: string): { readonly value: unknown } | undefined {
    const { variables } = this.scope;
    return variables?.has(name) ? { value: variables.get(name) } : undefined;
  }

  variableNames(): string[] {
    return [...(this.scope.variables?.keys() ?? [])];
  }

  lookUp(name: string, isMachine: boolean): Value | undefined {
    const held = isMachine ? undefined : this.variable(name);
    const variable = held && valueOfVariable(held.value);
    // It hides whatever else has its name.
    if (held && !variable) throw new RequestError(`'${name}' is no number in the VMM: ${String(held.value)}`);
    return (
      variable ??
      this.register(name) ??
      this.csr(name) ??
      (isMachine ? undefined : (this.symbol(name) ?? this.define(name)))
    );
  }

  field(number: number, name: string): Value | undefined {
    const csr = csrNumbered(number);
    const found = csr?.fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
    const whole = this.cpu.readCsr(number);
    if (!found || whole === undefined) return undefined;
    const bits = (whole >> BigInt(found.low)) & ((1n << BigInt(found.high - found.low + 1)) - 1n);
    return { type: unsigned64, bits, place: { kind: 'csr', number, field: found.name } };
  }

  read(space: Space, address: bigint, bytes: number): bigint {
    const read = readSpace(this.debuggee, this.cpu, { space, address }, bytes);
    if (read.length < bytes) throw new RequestError(`there is no memory at 0x${address.toString(16)}`);
    return read.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  write(place: Place, bits: bigint): void {
    if (this.scope.readOnly !== undefined) throw new RequestError(this.scope.readOnly);
    writePlace(this.debuggee, this.cpu, place, bits);
    this.written.push(place);
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

  private csr(name: string): Value | undefined {
    if (name.startsWith(hardwarePrefix)) {
      const hardware = csrNamed(name.slice(hardwarePrefix.length));
      return hardware && { type: unsigned64, bits: this.debuggee.hartOf(this.cpu).csr(hardware.number) };
    }
    const csr = csrNamed(name);
    const bits = csr && this.cpu.readCsr(csr.number);
    return bits === undefined
      ? undefined
      : { type: unsigned64, bits, place: { kind: 'csr', number: csr?.number ?? 0 } };
  }

  private symbol(name: string): Value | undefined {
    const symbol = this.debuggee.symbols.named(name);
    if (!symbol) return undefined;
    // What .equ names is a number, any other symbol an address.
    const type = symbol.type === 'absolute' ? signed64 : { ...unsigned64, symbol: name };
    return { type, bits: BigInt.asUintN(64, symbol.value) };
  }

  /** What a macro of the preprocessor stands for. */
  private define(name: string): Value | undefined {
    const { defines } = this.debuggee;
    const define = defines.get(name);
    if (!define) return undefined;
    if (define.parameters) throw new RequestError(`'${name}' is a macro with arguments`);
    const { text } = expandText(name, defines, () => undefined);
    if (this.expanding.has(name)) throw new RequestError(`the macro '${name}' is defined by itself`);
    this.expanding.add(name);
    try {
      return evaluate(text, this);
    } finally {
      this.expanding.delete(name);
    }
  }
}

/** A variable of the VMM as a number, with the space that it is an address in; undefined for what is no number. */
export function valueOfVariable(variable: unknown): Value | undefined {
  if (variable instanceof Gva) return { type: { ...unsigned64, space: 'gva' }, bits: variable.value };
  if (variable instanceof Gpa) return { type: { ...unsigned64, space: 'gpa' }, bits: BigInt(variable.value) };
  if (variable instanceof Hpa) return { type: { ...unsigned64, space: 'hpa' }, bits: BigInt(variable.value) };
  if (variable instanceof CsrValue || variable instanceof PteValue) return { type: unsigned64, bits: variable.value };
  if (typeof variable === 'bigint') return { type: unsigned64, bits: BigInt.asUintN(64, variable) };
  if (typeof variable === 'boolean') return { type: unsigned64, bits: variable ? 1n : 0n };
  if (typeof variable === 'number' && Number.isSafeInteger(variable))
    return { type: unsigned64, bits: BigInt.asUintN(64, BigInt(variable)) };
  if (typeof variable === 'string' && /^(0x[0-9a-f]{1,16}|\d{1,18})$/i.test(variable))
    return { type: unsigned64, bits: BigInt(variable) };
  return undefined;
}
