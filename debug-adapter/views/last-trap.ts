import type { GuestCpu } from '../../simulator/hypervisor/guest';
import { causeOf, ExceptionCode, isGuestPageFault } from '../../simulator/isa/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import type { LastTrap } from '../protocol';
import { guestPhysicalOf, trapCsrsOf } from '../trap-csrs';
import { interruptedMode, inWorld, modeName, worldName } from '../worlds';
import { translation } from './translation';

const INTERRUPT = 1n << 63n;
const accessOfCause: ReadonlyMap<number, LastTrap['access']> = new Map([
  [ExceptionCode.instructionAccessFault, 'execute'],
  [ExceptionCode.instructionPageFault, 'execute'],
  [ExceptionCode.instructionGuestPageFault, 'execute'],
  [ExceptionCode.loadAccessFault, 'read'],
  [ExceptionCode.loadPageFault, 'read'],
  [ExceptionCode.loadGuestPageFault, 'read'],
  [ExceptionCode.storeAccessFault, 'write'],
  [ExceptionCode.storePageFault, 'write'],
  [ExceptionCode.storeGuestPageFault, 'write'],
]);

/**
 * The fault that brought a CPU into the mode in which it stands, by that mode's trap CSRs, and what the same access would do now. Undefined
 * when the last trap was of no address, or there was none.
 */
export function lastTrap(debuggee: Debuggee, cpu: GuestCpu): LastTrap | undefined {
  const csrs = trapCsrsOf(cpu);
  const read = (number: number): bigint => cpu.readCsr(number) ?? 0n;
  if (!csrs || read(csrs.epc) === 0n) return undefined;
  const cause = read(csrs.cause);
  const access = cause & INTERRUPT ? undefined : accessOfCause.get(Number(cause));
  if (!access) return undefined;
  const mode = interruptedMode(debuggee, cpu, true);
  const world = inWorld(cpu, mode);
  const value = read(csrs.value);
  const shifted = isGuestPageFault(Number(cause)) && 'guestAddress' in csrs ? read(csrs.guestAddress) : 0n;
  const gpa =
    shifted !== 0n && 'instruction' in csrs ? guestPhysicalOf(shifted, read(csrs.instruction), value) : undefined;
  const { name } = causeOf(Number(cause), false);
  const place = debuggee.describe(world, read(csrs.epc)) ?? hex(read(csrs.epc));
  const reached = gpa === undefined ? '' : `, GPA ${hex(gpa)}`;
  return {
    cause: name,
    world: worldName(debuggee, cpu, mode),
    address: hex(value),
    access,
    ...(gpa === undefined ? {} : { gpa: hex(gpa) }),
    text: `${name} at ${hex(value)}${reached}, from ${modeName(debuggee, cpu, mode)} at ${place}`,
    now: translation(debuggee, world, value, access),
  };
}
