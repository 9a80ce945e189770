import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { RegisterNumber } from '../../../simulator/isa/index';
import type { Debuggee } from '../../debuggee';
import { handlerCode } from '../code/handler-code';
import { callBefore, reachableCode } from '../code/reachable-code';
import { type TrapCsrs, trapCsrsOf } from '../trap-csrs';
import { interruptedMode, inWorld } from '../worlds';
import { callerOf, type KnownRegisters } from './unwind';

/** A function of the guest that is being executed, and what is known of its registers. */
export interface GuestFrame {
  /** As its function sees it: in the mode in which it runs. */
  readonly cpu: CpuState;
  /** Of the innermost frame the next instruction; of others the one that goes on when the callee or handler returns. */
  readonly pc: bigint;
  /** How it was found: it runs; it was interrupted by a trap; it called the frame above. */
  readonly kind: 'running' | 'interrupted' | 'caller';
  /** Found by what the return address register holds, which may be old. */
  readonly isGuess: boolean;
  readonly registers: KnownRegisters;
}

const MOST_FRAMES = 64;

/** The guest's stack, innermost first, as far as there is evidence for it. @param pc of its innermost function */
export function guestFrames(debuggee: Debuggee, cpu: CpuState, pc = cpu.pc): GuestFrame[] {
  const registers = {
    sp: cpu.x(RegisterNumber.sp),
    s0: cpu.x(RegisterNumber.s0),
    ra: cpu.x(RegisterNumber.ra),
  };
  const frames: GuestFrame[] = [{ cpu, pc, kind: 'running', isGuess: false, registers }];
  // A mode's trap CSRs are of its last trap: they lead on once.
  const left = new Set<number>();
  let handler = handlerOf(debuggee, cpu);
  for (let frame = frames[0]; frame && frames.length < MOST_FRAMES; ) {
    const interrupted: GuestFrame | undefined =
      handler?.code.has(frame.pc) && !left.has(handler.csrs.epc)
        ? interruptedFrame(debuggee, frame, handler)
        : undefined;
    const isHandler = handler?.code.has(frame.pc) === true;
    const next: GuestFrame | undefined = isHandler ? interrupted : calledFrom(debuggee, frame);
    if (!next || frames.some((known) => isSame(known, next))) break;
    frames.push(next);
    if (interrupted && handler) {
      left.add(handler.csrs.epc);
      handler = handlerOf(debuggee, interrupted.cpu);
    }
    // Below an interrupted frame nothing is known unless the handler has not run yet.
    frame = next;
  }
  return frames;
}

function isSame(a: GuestFrame, b: GuestFrame): boolean {
  return a.pc === b.pc && a.registers.sp === b.registers.sp && a.cpu.virtual === b.cpu.virtual;
}

interface Handler {
  readonly code: ReadonlySet<bigint>;
  readonly entries: ReadonlySet<bigint>;
  readonly csrs: TrapCsrs;
}

/** The trap handler of the mode of a CPU. */
function handlerOf(debuggee: Debuggee, cpu: CpuState): Handler | undefined {
  const csrs = trapCsrsOf(cpu);
  const vector = csrs && cpu.readCsr(csrs.vector);
  if (!csrs || !vector) return undefined;
  return { ...handlerCode(debuggee, cpu, vector), csrs };
}

/** What the trap handler interrupted: its pc is in sepc, its mode in sstatus and hstatus. */
function interruptedFrame(debuggee: Debuggee, frame: GuestFrame, { csrs, entries }: Handler): GuestFrame | undefined {
  const pc = frame.cpu.readCsr(csrs.epc);
  const cpu = inWorld(frame.cpu, interruptedMode(debuggee, frame.cpu));
  if (pc === undefined || debuggee.instructionAt(cpu, pc) === undefined) return undefined;
  // At its first instruction the handler has changed no register yet.
  const registers = frame.kind === 'running' && entries.has(frame.pc) ? frame.registers : {};
  return { cpu, pc, kind: 'interrupted', isGuess: false, registers };
}

/** What called the function of a frame: an address that follows a call, of this function where a guess can be checked. */
function calledFrom(debuggee: Debuggee, frame: GuestFrame): GuestFrame | undefined {
  const { cpu } = frame;
  const caller = callerOf(debuggee, cpu, frame.pc, frame.registers, frame.kind === 'caller');
  const call = caller && callBefore(debuggee, cpu, caller.pc);
  if (!caller || !call) return undefined;
  // The return address register may be left over from a call that has returned: then it was of another function.
  if (caller.isGuess && call.target !== undefined && !reachableCode(debuggee, cpu, [call.target]).has(frame.pc))
    return undefined;
  return { ...caller, cpu, kind: 'caller' };
}
