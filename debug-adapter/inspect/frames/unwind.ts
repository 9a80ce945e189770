import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { decode, expand, RegisterNumber } from '../../../simulator/isa/index';
import type { Debuggee } from '../../debuggee';
import type { FrameRule } from './call-frames';

/** Registers of a frame that are known; the others hold what a callee left there. */
export interface KnownRegisters {
  readonly sp?: bigint;
  readonly s0?: bigint;
  readonly ra?: bigint;
}

export interface Caller {
  readonly pc: bigint;
  readonly isGuess: boolean;
  readonly registers: KnownRegisters;
}

const { ra: RA, sp: SP, s0: S0 } = RegisterNumber;

/** What the code of a function from its start to pc did to its stack: the evidence by which its caller is found. */
interface Frame {
  /** Bytes by which sp is below the caller's. */
  size: bigint;
  /** Offsets from sp at which the caller's ra and s0 were saved. */
  ra: bigint | undefined;
  s0: bigint | undefined;
  /** s0 is this far above sp, where it is the frame pointer. */
  framePointer: bigint | undefined;
  /** ra was overwritten by a call since. */
  called: boolean;
}

/**
 * The caller of the function at pc: by call frame information, by the frame that the function's prologue made, else by the return
 * address register, which is a guess. Undefined without evidence.
 * @param isOuter the frame itself is a caller, whose ra its callee has overwritten
 */
export function callerOf(
  debuggee: Debuggee,
  cpu: CpuState,
  pc: bigint,
  registers: KnownRegisters,
  isOuter: boolean,
): Caller | undefined {
  // An outer frame stands in its call, which is before the address to which it returns.
  const rule = debuggee.callFrames.at(debuggee.linked(cpu, isOuter ? pc - 1n : pc));
  if (rule) return callerByRule(debuggee, cpu, rule, registers, isOuter);
  const start = functionStart(debuggee, cpu, pc);
  if (start === undefined) return undefined;
  const frame = scanPrologue(debuggee, cpu, start, pc);
  if (frame.ra !== undefined) {
    const sp =
      frame.framePointer !== undefined && registers.s0 !== undefined ? registers.s0 - frame.framePointer : registers.sp;
    if (sp === undefined) return undefined;
    const saved = readWord(debuggee, cpu, sp + frame.ra);
    if (saved === undefined) return undefined;
    const s0 = frame.s0 === undefined ? registers.s0 : readWord(debuggee, cpu, sp + frame.s0);
    return {
      pc: saved,
      isGuess: false,
      registers: { sp: sp + frame.size, ...(s0 === undefined ? {} : { s0 }) },
    };
  }
  if (isOuter || frame.called || registers.ra === undefined) return undefined;
  const { sp, s0 } = registers;
  return {
    pc: registers.ra,
    isGuess: true,
    registers: { ...(sp === undefined ? {} : { sp: sp + frame.size }), ...(s0 === undefined ? {} : { s0 }) },
  };
}

/** The caller as the compiler has written down how to find it. */
function callerByRule(
  debuggee: Debuggee,
  cpu: CpuState,
  { cfa: { register, offset }, saved, returnRegister }: FrameRule,
  { sp, s0, ra }: KnownRegisters,
  isOuter: boolean,
): Caller | undefined {
  const base = register === SP ? sp : register === S0 ? s0 : undefined;
  if (base === undefined) return undefined;
  const cfa = BigInt.asUintN(64, base + BigInt(offset));
  const before = (number: number, now: bigint | undefined): bigint | undefined => {
    const at = saved.get(number);
    return at === undefined ? now : readWord(debuggee, cpu, cfa + BigInt(at));
  };
  const pc = before(returnRegister, isOuter || returnRegister !== RA ? undefined : ra);
  if (pc === undefined) return undefined;
  const frame = before(S0, s0);
  return { pc, isGuess: false, registers: { sp: cfa, ...(frame === undefined ? {} : { s0: frame }) } };
}

/** Where the function around pc begins: at the nearest symbol that the program's own calls could reach. */
function functionStart(debuggee: Debuggee, cpu: CpuState, pc: bigint): bigint | undefined {
  const place = debuggee.symbols.at(debuggee.linked(cpu, pc));
  return place && pc - place.offset;
}

function scanPrologue(debuggee: Debuggee, cpu: CpuState, start: bigint, pc: bigint): Frame {
  const frame: Frame = { size: 0n, ra: undefined, s0: undefined, framePointer: undefined, called: false };
  let body: Frame = frame;
  for (let at = start; at < pc; ) {
    const word = debuggee.instructionAt(cpu, at);
    const decoded = word === undefined ? undefined : decode(word);
    if (!decoded) break;
    const { instruction, fields } = expand(decoded);
    const { rd, rs1, rs2, imm = 0 } = fields;
    const offset = BigInt(imm);
    at += BigInt(decoded.instruction.length);
    if (instruction.name === 'addi' && rd === SP && rs1 === SP) {
      frame.size -= offset;
      if (frame.ra !== undefined) frame.ra -= offset;
      if (frame.s0 !== undefined) frame.s0 -= offset;
      if (frame.framePointer !== undefined) frame.framePointer -= offset;
      if (offset < 0n || frame.size > 0n) body = { ...frame };
    } else if (instruction.name === 'addi' && rd === S0 && rs1 === SP) {
      frame.framePointer = offset;
      body = { ...frame };
    } else if (instruction.name === 'sd' && rs1 === SP && rs2 === RA) {
      frame.ra = offset;
      body = { ...frame };
    } else if (instruction.name === 'sd' && rs1 === SP && rs2 === S0) {
      frame.s0 = offset;
      body = { ...frame };
    } else if (instruction.name === 'ld' && rs1 === SP && rd === RA) {
      frame.ra = undefined;
    } else if (rd === RA && instruction.jump) {
      frame.called = true;
      body.called = true;
    } else if (instruction.jump && rd === RegisterNumber.zero) {
      // Code after it is not reached by falling through.
      // What follows a return is reached from before it: with the frame as the body has it.
      Object.assign(frame, body);
    }
  }
  return frame;
}

function readWord(debuggee: Debuggee, cpu: CpuState, address: bigint): bigint | undefined {
  const bytes = debuggee.readVirtual(cpu, BigInt.asUintN(64, address), 8);
  if (bytes.length < 8) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}
