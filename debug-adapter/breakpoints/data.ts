import type { DebugProtocol } from '@vscode/debugprotocol';
import { evaluate, type Place, type Value } from '../../simulator/expression/evaluate';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { csrName, csrNumbered, registerName } from '../../simulator/isa/index';
import type { DebuggedMachine } from '../debugged-machine';
import type { Debuggee, MachineOfGuests } from '../debuggee';
import type { Debugging } from '../debugging';
import { MachineEnvironment } from '../expression/machine-environment';
import { hex, messageOf } from '../format';
import { machineAddress, memoryReference, readSpace } from '../inspect/memory';
import { environmentOf } from '../inspect/values/environment';
import { splitFormat } from '../inspect/values/number-format';
import { isClientError } from '../request-error';
import { type Located, unverified } from './locate';

const slow = 'the machine runs observed, and slower, while a register is watched';
/** Bytes of a watched range, at the most. */
const LONGEST = 4096;

type AccessType = NonNullable<DebugProtocol.DataBreakpoint['accessType']>;

/** What can be watched under a name: a variable of a scope, an expression, or bytes at an address. */
export function dataBreakpointInfo(
  debugging: Debugging,
  { name: text, variablesReference, frameId, asAddress, bytes }: DebugProtocol.DataBreakpointInfoArguments,
): DebugProtocol.DataBreakpointInfoResponse['body'] {
  const { machine } = debugging.stopped;
  const { expression: name } = splitFormat(text);
  const held = debugging.variables.get(variablesReference ?? 0);
  const { cpu, environment } = held
    ? { cpu: held.cpu, environment: new MachineEnvironment(machine.guestOf(held.cpu), held.cpu) }
    : environmentOf(debugging, frameId);
  const debuggee = machine.guestOf(cpu);
  try {
    if (asAddress) {
      const { type, bits } = evaluate(name, environment);
      const symbol = debuggee.symbols.named(name.trim());
      const size = bytes ?? (symbol?.size || 8);
      return memoryInfo(debuggee, cpu, { kind: 'memory', space: type.space ?? 'gva', address: bits, bytes: size });
    }
    const child = held?.container.children().find((each) => each.name === name);
    const value = child?.place ? undefined : evaluate(child?.evaluateName ?? name, environment);
    const place = child?.place ?? value?.place ?? (value && placeOfSymbol(debuggee, value));
    if (!place) return { dataId: null, description: `'${name}' is neither a register nor in memory` };
    if (place.kind === 'memory') return memoryInfo(debuggee, cpu, bytes ? { ...place, bytes } : place);
    if (place.kind === 'pc') return { dataId: null, description: 'pc changes with every instruction' };
    const id = `${indexOf(machine, cpu)}:${place.kind}:${place.number}`;
    return { dataId: id, description: `${nameOf(place)} (${slow})`, accessTypes: ['write'], canPersist: false };
  } catch (error) {
    if (!isClientError(error)) throw error;
    return { dataId: null, description: messageOf(error) };
  }
}

/** A symbol stands for what is at its address, as long as it is there; one of unknown size for 64 bits. */
function placeOfSymbol(debuggee: Debuggee, { type, bits }: Value): Place | undefined {
  if (type.kind !== 'integer' || type.symbol === undefined) return undefined;
  const symbol = debuggee.symbols.named(type.symbol);
  const isWhole = symbol !== undefined && BigInt.asUintN(64, symbol.value) === bits;
  return { kind: 'memory', space: 'gva', address: bits, bytes: (isWhole && symbol.size) || 8 };
}

function memoryInfo(
  debuggee: Debuggee,
  cpu: CpuState,
  { space, address, bytes }: Extract<Place, { kind: 'memory' }>,
): DebugProtocol.DataBreakpointInfoResponse['body'] {
  const hpa = machineAddress(debuggee, cpu, { space, address });
  if (hpa === undefined && readSpace(debuggee, cpu, { space, address }, 1).length > 0)
    return { dataId: null, description: `nobody has touched the memory at ${hex(address)} yet: it has no frame` };
  if (hpa === undefined || bytes < 1 || bytes > LONGEST)
    return { dataId: null, description: `there is no memory of ${bytes} bytes at ${hex(address)}` };
  return {
    dataId: `${indexOf(debuggee.machine, cpu)}:memory:${hpa}:${bytes}:${memoryReference({ space, address })}`,
    description: `${bytes} bytes at ${hex(address)}`,
    accessTypes: ['write', 'read', 'readWrite'],
    canPersist: false,
  };
}

/** Where a data breakpoint of such an id is. */
export function locateData(machine: DebuggedMachine, dataId: string, access: AccessType): Located {
  const [index, kind, number, length, ...place] = dataId.split(':');
  const cpu = machine.cpus[Number(index)];
  const value = Number(number);
  if (!cpu || !Number.isSafeInteger(value) || value < 0)
    return unverified(undefined, `'${dataId}' is nothing that can be watched`);
  if (kind === 'memory') {
    const bytes = Number(length);
    if (
      !(Number.isInteger(bytes) && bytes > 0 && bytes <= LONGEST) ||
      !machine.system.machine.core.ram.contains(value, bytes)
    )
      return unverified(undefined, `there is no memory at machine address ${hex(value)}`);
    const [read, write] = [access !== 'write', access !== 'read'];
    const name = nameOfPlace(machine.guestOf(cpu), cpu, place.join(':'));
    return { target: { kind: 'memory', hpa: value, length: bytes, read, write, name }, shown: {} };
  }
  const name = kind === 'register' ? registerName(value) : csrName(value);
  const environment = new MachineEnvironment(machine.guestOf(cpu), cpu);
  if (environment.lookUp(name, true) === undefined || (kind !== 'register' && !csrNumbered(value)))
    return unverified(undefined, `'${dataId}' is nothing that can be watched`);
  const read = (): bigint => environment.lookUp(name, true)?.bits ?? 0n;
  return { target: { kind: 'register', cpu, name, read }, shown: { message: slow } };
}

/** What a watched place is to the guest: its address, and the symbol there. */
function nameOfPlace(debuggee: Debuggee, cpu: CpuState, reference: string): string {
  const digits = /^0x[\da-f]{1,16}$/.test(reference) ? reference : undefined;
  const symbol = digits ? debuggee.describe(cpu, BigInt(digits)) : undefined;
  return symbol === undefined ? reference : `${symbol} (${reference})`;
}

/** Of a CPU among those of all guests: what is watched is one CPU's. */
const indexOf = (machine: MachineOfGuests, cpu: CpuState): number => machine.threadOf(cpu) - 1;

function nameOf(place: Extract<Place, { kind: 'register' | 'csr' }>): string {
  return place.kind === 'register' ? registerName(place.number) : csrName(place.number);
}
