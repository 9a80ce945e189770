import type { GuestCpu } from '../../simulator/hypervisor/guest';
import { Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { handlerCode } from './handler-code';
import { callBefore, reachableCode } from './reachable-code';
import { callerOf, type KnownRegisters } from './unwind';

/** A function of the guest that is being executed, and what is known of its registers. */
export interface GuestFrame {
  /** Of the innermost frame the next instruction; of others the one that goes on when the callee or handler returns. */
  readonly pc: bigint;
  /** How it was found: it runs; it was interrupted by a trap; it called the frame above. */
  readonly kind: 'running' | 'interrupted' | 'caller';
  /** Found by what the return address register holds, which may be old. */
  readonly isGuess: boolean;
  readonly privilege: Privilege;
  readonly registers: KnownRegisters;
}

/** Trap CSRs by the privilege that handles the trap. */
const trapCsrs: { readonly [privilege: number]: { status: number; vector: number; epc: number } } = {
  [Privilege.supervisor]: { status: 0x100, vector: 0x105, epc: 0x141 },
  [Privilege.machine]: { status: 0x300, vector: 0x305, epc: 0x341 },
};
const MOST_FRAMES = 64;

/** The guest's stack, innermost first, as far as there is evidence for it. */
export function guestFrames(debuggee: Debuggee, cpu: GuestCpu): GuestFrame[] {
  const registers = { sp: cpu.hart.x(2), s0: cpu.hart.x(8), ra: cpu.hart.x(1) };
  const frames: GuestFrame[] = [{ pc: cpu.pc, kind: 'running', isGuess: false, privilege: cpu.privilege, registers }];
  const handler = currentHandler(debuggee, cpu);
  for (let frame = frames[0]; frame && frames.length < MOST_FRAMES; ) {
    const next: GuestFrame | undefined = handler?.code.has(frame.pc)
      ? interruptedFrame(debuggee, cpu, frame, handler)
      : calledFrom(debuggee, cpu, frame);
    if (!next || frames.some((known) => known.pc === next.pc && known.registers.sp === next.registers.sp)) break;
    frames.push(next);
    // Below an interrupted frame nothing is known unless the handler has not run yet.
    frame = next;
  }
  return frames;
}

interface Handler {
  readonly code: ReadonlySet<bigint>;
  readonly entries: ReadonlySet<bigint>;
  readonly csrs: { status: number; vector: number; epc: number };
}

function currentHandler(debuggee: Debuggee, cpu: GuestCpu): Handler | undefined {
  const csrs = trapCsrs[cpu.privilege];
  const vector = csrs && cpu.readCsr(csrs.vector);
  if (!csrs || !vector) return undefined;
  return { ...handlerCode(debuggee, cpu, vector), csrs };
}

/** What the trap handler interrupted: its pc is in sepc, its privilege in sstatus. */
function interruptedFrame(
  debuggee: Debuggee,
  cpu: GuestCpu,
  frame: GuestFrame,
  { csrs, entries }: Handler,
): GuestFrame | undefined {
  if (frame.kind === 'interrupted') return undefined;
  const pc = cpu.readCsr(csrs.epc);
  const status = cpu.readCsr(csrs.status);
  if (pc === undefined || status === undefined || debuggee.instructionAt(cpu, pc) === undefined) return undefined;
  const isMachine = csrs.epc === 0x341;
  const privilege = Number(isMachine ? (status >> 11n) & 3n : (status >> 8n) & 1n) as Privilege;
  // At its first instruction the handler has changed no register yet.
  const registers = frame.kind === 'running' && entries.has(frame.pc) ? frame.registers : {};
  return { pc, kind: 'interrupted', isGuess: false, privilege, registers };
}

/** What called the function of a frame: an address that follows a call, of this function where a guess can be checked. */
function calledFrom(debuggee: Debuggee, cpu: GuestCpu, frame: GuestFrame): GuestFrame | undefined {
  const caller = callerOf(debuggee, cpu, frame.pc, frame.registers, frame.kind === 'caller');
  const call = caller && callBefore(debuggee, cpu, caller.pc);
  if (!caller || !call) return undefined;
  // The return address register may be left over from a call that has returned: then it was of another function.
  if (caller.isGuess && call.target !== undefined && !reachableCode(debuggee, cpu, [call.target]).has(frame.pc))
    return undefined;
  return { ...caller, kind: 'caller', privilege: frame.privilege };
}
