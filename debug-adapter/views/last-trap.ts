import { Status } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { causeOf, decode, INTERRUPT_CAUSE, isGuestPageFault } from '../../simulator/isa/index';
import { Access, Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { guestPhysicalOf, trapCsrsOf } from '../inspect/trap-csrs';
import { interruptedMode, inWorld, modeName, worldName } from '../inspect/worlds';
import type { LastTrap } from '../protocol';
import { translation } from './translation';

/** The access that an exception is about, as far as it tells of a translation: what is misaligned was not translated. */
function accessOfFault(code: number): LastTrap['access'] | undefined {
  const { kind, access } = causeOf(code, false);
  return kind === 'misaligned' ? undefined : access;
}

/** Whether the instruction is one of a hypervisor that reads what its guest may execute: a load by its cause, a fetch by its permission. */
function isHlvx(debuggee: Debuggee, cpu: CpuState, address: bigint): boolean {
  const word = debuggee.instructionAt(cpu, address);
  return word !== undefined && decode(word)?.instruction.memory?.executable === true;
}

/**
 * Whether a CPU has returned from its mode's last trap: a return sets SPIE (MPIE) and leaves user mode, without V, as the mode before. A trap
 * from user mode may look so too, but then its instruction is one that user mode may execute.
 * @param before the CPU in the mode that the status tells of, in which the instruction at epc was executed if the trap is not over
 */
function isOver({ privilege }: CpuState, status: bigint, before: CpuState, epc: bigint): boolean {
  const isMachine = privilege === Privilege.machine;
  const enabled = isMachine ? Status.MPIE : Status.SPIE;
  const looksReturned = before.privilege === Privilege.user && !before.virtual && (status & BigInt(enabled)) !== 0n;
  return looksReturned && 'fault' in before.peek(epc, Access.execute, before, true);
}

/**
 * The fault that brought a CPU into the mode in which it stands, by that mode's trap CSRs, and what the same access would do now. Undefined
 * when the last trap was of no address, when there was none, or when the CPU has returned from it.
 */
export function lastTrap(debuggee: Debuggee, cpu: CpuState): LastTrap | undefined {
  const csrs = trapCsrsOf(cpu);
  const read = (number: number): bigint => cpu.readCsr(number) ?? 0n;
  if (!csrs || read(csrs.epc) === 0n) return undefined;
  const cause = read(csrs.cause);
  const told = cause & INTERRUPT_CAUSE ? undefined : accessOfFault(Number(cause));
  if (!told) return undefined;
  const mode = interruptedMode(debuggee, cpu, true);
  const by = inWorld(cpu, interruptedMode(debuggee, cpu));
  const access = told === 'read' && isHlvx(debuggee, by, read(csrs.epc)) ? 'execute' : told;
  const world = inWorld(cpu, mode);
  if (access !== 'execute' && isOver(cpu, read(csrs.status), by, read(csrs.epc))) return undefined;
  const value = read(csrs.value);
  const shifted = isGuestPageFault(Number(cause)) && 'guestAddress' in csrs ? read(csrs.guestAddress) : 0n;
  const gpa =
    shifted !== 0n && 'instruction' in csrs ? guestPhysicalOf(shifted, read(csrs.instruction), value) : undefined;
  const { name } = causeOf(Number(cause), false);
  const place = debuggee.describe(by, read(csrs.epc)) ?? hex(read(csrs.epc));
  const reached = gpa === undefined ? '' : `, GPA ${hex(gpa)}`;
  return {
    cause: name,
    world: worldName(debuggee, cpu, mode),
    address: hex(value),
    access,
    ...(gpa === undefined ? {} : { gpa: hex(gpa) }),
    text: `${name} at ${hex(value)}${reached}, from ${modeName(debuggee, cpu, by)} at ${place}`,
    now: translation(debuggee, world, value, access),
  };
}
