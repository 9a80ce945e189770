import type { Place } from '../../simulator/expression/evaluate';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { csrName, csrNumbered } from '../../simulator/isa/index';
import type { Debuggee } from '../debuggee';
import { RequestError } from '../request-error';
import { writeSpace } from './memory';
import { standing } from './worlds';

/** Writes what a client wants changed, as a logged input of the machine. @throws RequestError when it cannot be written */
export function writePlace(debuggee: Debuggee, cpu: CpuState, place: Place, bits: bigint): void {
  if (debuggee === debuggee.machine.host)
    throw new RequestError(`the VMM works on ${debuggee.machine.nameOf(cpu)}, for nobody's guest: that is to look at`);
  switch (place.kind) {
    case 'register':
      if (place.number === 0) throw new RequestError('zero is always 0');
      debuggee.system.writeRegister(standing(cpu), place.number, bits);
      return;
    case 'pc':
      if (bits & 1n) throw new RequestError('an instruction begins at an even address');
      debuggee.system.writePc(standing(cpu), bits);
      return;
    case 'csr':
      writeCsr(debuggee, cpu, place.number, withField(cpu, place, bits));
      return;
    case 'memory': {
      const bytes = Uint8Array.from({ length: place.bytes }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));
      if (writeSpace(debuggee, cpu, place, bytes) < place.bytes)
        throw new RequestError(`there is no memory of the guest at 0x${place.address.toString(16)}`);
    }
  }
}

function writeCsr(debuggee: Debuggee, cpu: CpuState, number: number, value: bigint): void {
  if (cpu.readCsr(number) === undefined) throw new RequestError(`the guest has no ${csrName(number)}`);
  if (!debuggee.system.writeCsr(standing(cpu), number, value))
    throw new RequestError(`${csrName(number)} cannot be written`);
}

/** The CSR's value with one field replaced. */
function withField(cpu: CpuState, { number, field }: { number: number; field?: string }, bits: bigint): bigint {
  const found = csrNumbered(number)?.fields.find((each) => each.name === field);
  if (!found) return bits;
  const mask = ((1n << BigInt(found.high - found.low + 1)) - 1n) << BigInt(found.low);
  const whole = cpu.readCsr(number) ?? 0n;
  return (whole & ~mask) | ((bits << BigInt(found.low)) & mask);
}
