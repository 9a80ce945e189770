import type { Place, Value } from '../../simulator/expression/evaluate';
import { GuestEnvironment, numberIn } from '../../simulator/expression/guest-environment';
import { type Space, unsigned64 } from '../../simulator/expression/syntax';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { csrNamed } from '../../simulator/isa/index';
import { CsrValue, Gpa, Gva, Hpa, PteValue } from '../../simulator/mmu/address';
import type { Debuggee } from '../debuggee';
import { readSpace } from '../inspect/memory';
import { writePlace } from '../inspect/writes';
import { RequestError } from '../request-error';

/** The prefix of the machine's own CSRs under a VMM, where a plain name means the guest's. */
export const hardwarePrefix = 'hardware.';

export interface EnvironmentScope {
  /** Of a frame of the VMM. */
  readonly variables?: ReadonlyMap<string, unknown>;
  /** Why nothing may be assigned to. */
  readonly readOnly?: string;
}

/** Names as they are meant at a CPU: in a frame of the VMM, first its variables; then registers, CSRs, the program's symbols. */
export class MachineEnvironment extends GuestEnvironment {
  /** What expressions have assigned to so far. */
  readonly written: Place[] = [];

  constructor(
    private readonly debuggee: Debuggee,
    cpu: CpuState,
    private readonly scope: EnvironmentScope = {},
  ) {
    super(debuggee, cpu);
  }

  /** A variable of the VMM, whatever it is. */
  variable(name: string): { readonly value: unknown } | undefined {
    const { variables } = this.scope;
    return variables?.has(name) ? { value: variables.get(name) } : undefined;
  }

  variableNames(): string[] {
    return [...(this.scope.variables?.keys() ?? [])];
  }

  override lookUp(name: string, isMachine: boolean): Value | undefined {
    const held = isMachine ? undefined : this.variable(name);
    const variable = held && valueOfVariable(held.value);
    // It hides whatever else has its name.
    if (held && !variable) throw new RequestError(`'${name}' is no number in the VMM: ${String(held.value)}`);
    return variable ?? super.lookUp(name, isMachine);
  }

  read(space: Space, address: bigint, bytes: number): bigint {
    const read = readSpace(this.debuggee, this.cpu, { space, address }, bytes);
    if (read.length < bytes) throw new RequestError(`there is no memory at 0x${address.toString(16)}`);
    return numberIn(read);
  }

  write(place: Place, bits: bigint): void {
    if (this.scope.readOnly !== undefined) throw new RequestError(this.scope.readOnly);
    writePlace(this.debuggee, this.cpu, place, bits);
    this.written.push(place);
  }

  protected override csr(name: string): Value | undefined {
    if (!name.startsWith(hardwarePrefix)) return super.csr(name);
    const hardware = csrNamed(name.slice(hardwarePrefix.length));
    return hardware && { type: unsigned64, bits: this.debuggee.hartOf(this.cpu).csr(hardware.number) };
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
