import { causeOf, ExceptionCode } from '../../../simulator/isa/index';
import type { Trap } from '../../../simulator/machine/trap';
import { core, digits } from './words';

/** Environment calls carry no value, and have names by their modes. */
const calls: ReadonlyMap<number, string> = new Map([
  [ExceptionCode.userEcall, 'user_ecall'],
  [ExceptionCode.supervisorEcall, 'supervisor_ecall'],
  [ExceptionCode.virtualSupervisorEcall, 'virtual_supervisor_ecall'],
  [ExceptionCode.machineEcall, 'machine_ecall'],
]);

/** A trap into the guest's own handler as Spike logs it. @param epc where the guest was */
export function trapLines(cpu: number, { interrupt, cause, value }: Trap, epc: bigint): string[] {
  const first = `${core(cpu)}exception ${nameOf(cause, interrupt)}, epc 0x${digits(epc, 8)}`;
  if (interrupt || calls.has(cause)) return [first];
  return [first, `${core(cpu)}          tval 0x${digits(value, 8)}`];
}

function nameOf(cause: number, interrupt: boolean): string {
  if (interrupt) return `interrupt #${cause}`;
  const name = calls.get(cause) ?? causeOf(cause, false).name.replace('/AMO', '').replaceAll(/\W/g, '_').toLowerCase();
  return `trap_${name}`;
}
