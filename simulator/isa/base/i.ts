/** RV32I and RV64I: the base integer instructions (manual, volume I, "RV32I" and "RV64I"). */
import {
  entry,
  fixed,
  formatB,
  formatI,
  formatJ,
  formatLoad,
  formatOffset,
  formatR,
  formatS,
  formatShift,
  formatU,
} from '../formats';
import { run, special } from '../operands';
import type { Instruction } from '../types';

const I = { extension: 'i' } as const;

const OP = 0x33;
const OP_32 = 0x3b;
const OP_IMM = 0x13;
const OP_IMM_32 = 0x1b;
const LOAD = 0x03;
const STORE = 0x23;
const BRANCH = 0x63;

/** The letters of a fence's sets, from the highest bit down, with the accesses that they stand for. */
export const fenceAccesses: Readonly<Record<string, string>> = {
  i: 'device input',
  o: 'device output',
  r: 'memory reads',
  w: 'memory writes',
};

/** The letters of a fence's set of accesses; '' for none. */
export function fenceLetters(set: number): string {
  return Object.keys(fenceAccesses)
    .filter((_, index) => set & (8 >> index))
    .join('');
}

const fenceSets = new Map(Array.from({ length: 15 }, (_, index) => [fenceLetters(index + 1), index + 1] as const));

/** The set of accesses that letters stand for; undefined when they are no set, or not in their order. */
export function fenceSetNamed(letters: string): number | undefined {
  return fenceSets.get(letters);
}

const fenceSet = 'a set of the letters i, o, r, w';
const predecessor = special('pred', 'fence-set', [run(24, 4)], fenceSet);
const successor = special('succ', 'fence-set', [run(20, 4)], fenceSet);

export const integer: readonly Instruction[] = [
  formatU(I, 'lui', 0x37, 'rd = imm << 12', (x) => x.imm),
  formatU(I, 'auipc', 0x17, 'rd = pc + (imm << 12)', (x) => x.pc.add(x.imm)),
  formatJ(I, 'jal', 0x6f, 'rd = pc + 4; pc = target', (x) => x.jumpRelative()),
  formatOffset(I, 'jalr', [0x67, 0], 'rd = pc + 4; pc = (rs1 + imm) & ~1', (x) => x.jump(x.rs1.add(x.imm).and(-2)), {
    transfers: true,
    jump: 'indirect',
  }),

  formatB(I, 'beq', [BRANCH, 0], 'if (rs1 == rs2) pc = target', (x) => x.branch(x.rs1.equal(x.rs2))),
  formatB(I, 'bne', [BRANCH, 1], 'if (rs1 != rs2) pc = target', (x) => x.branch(x.rs1.notEqual(x.rs2))),
  formatB(I, 'blt', [BRANCH, 4], 'if (rs1 < rs2) pc = target (signed)', (x) => x.branch(x.rs1.lessSigned(x.rs2))),
  formatB(I, 'bge', [BRANCH, 5], 'if (rs1 >= rs2) pc = target (signed)', (x) =>
    x.branch(x.rs1.greaterEqualSigned(x.rs2)),
  ),
  formatB(I, 'bltu', [BRANCH, 6], 'if (rs1 < rs2) pc = target (unsigned)', (x) => x.branch(x.rs1.lessUnsigned(x.rs2))),
  formatB(I, 'bgeu', [BRANCH, 7], 'if (rs1 >= rs2) pc = target (unsigned)', (x) =>
    x.branch(x.rs1.greaterEqualUnsigned(x.rs2)),
  ),

  formatLoad(I, 'lb', [LOAD, 0], 'rd = sext(mem8[rs1 + imm])', 'b'),
  formatLoad(I, 'lh', [LOAD, 1], 'rd = sext(mem16[rs1 + imm])', 'h'),
  formatLoad(I, 'lw', [LOAD, 2], 'rd = sext(mem32[rs1 + imm])', 'w'),
  formatLoad(I, 'ld', [LOAD, 3], 'rd = mem64[rs1 + imm]', 'd'),
  formatLoad(I, 'lbu', [LOAD, 4], 'rd = zext(mem8[rs1 + imm])', 'bu'),
  formatLoad(I, 'lhu', [LOAD, 5], 'rd = zext(mem16[rs1 + imm])', 'hu'),
  formatLoad(I, 'lwu', [LOAD, 6], 'rd = zext(mem32[rs1 + imm])', 'wu'),
  formatS(I, 'sb', [STORE, 0], 'mem8[rs1 + imm] = rs2', 'b'),
  formatS(I, 'sh', [STORE, 1], 'mem16[rs1 + imm] = rs2', 'h'),
  formatS(I, 'sw', [STORE, 2], 'mem32[rs1 + imm] = rs2', 'w'),
  formatS(I, 'sd', [STORE, 3], 'mem64[rs1 + imm] = rs2', 'd'),

  formatI(I, 'addi', [OP_IMM, 0], 'rd = rs1 + imm', (x) => x.rs1.add(x.imm)),
  formatI(I, 'slti', [OP_IMM, 2], 'rd = rs1 < imm ? 1 : 0 (signed)', (x) => x.rs1.lessSigned(x.imm).value()),
  formatI(I, 'sltiu', [OP_IMM, 3], 'rd = rs1 < imm ? 1 : 0 (unsigned)', (x) => x.rs1.lessUnsigned(x.imm).value()),
  formatI(I, 'xori', [OP_IMM, 4], 'rd = rs1 ^ imm', (x) => x.rs1.xor(x.imm)),
  formatI(I, 'ori', [OP_IMM, 6], 'rd = rs1 | imm', (x) => x.rs1.or(x.imm)),
  formatI(I, 'andi', [OP_IMM, 7], 'rd = rs1 & imm', (x) => x.rs1.and(x.imm)),
  formatShift(I, 'slli', [OP_IMM, 1, 0], 6, 'rd = rs1 << shamt', (x) => x.rs1.shiftLeft(x.imm)),
  formatShift(I, 'srli', [OP_IMM, 5, 0], 6, 'rd = rs1 >> shamt (zeros in)', (x) => x.rs1.shiftRight(x.imm)),
  formatShift(I, 'srai', [OP_IMM, 5, 0x20], 6, 'rd = rs1 >> shamt (sign in)', (x) => x.rs1.shiftRightSigned(x.imm)),

  formatR(I, 'add', [OP, 0, 0], 'rd = rs1 + rs2', ({ rs1, rs2 }) => rs1.add(rs2)),
  formatR(I, 'sub', [OP, 0, 0x20], 'rd = rs1 - rs2', ({ rs1, rs2 }) => rs1.sub(rs2)),
  formatR(I, 'sll', [OP, 1, 0], 'rd = rs1 << (rs2 & 63)', ({ rs1, rs2 }) => rs1.shiftLeft(rs2)),
  formatR(I, 'slt', [OP, 2, 0], 'rd = rs1 < rs2 ? 1 : 0 (signed)', ({ rs1, rs2 }) => rs1.lessSigned(rs2).value()),
  formatR(I, 'sltu', [OP, 3, 0], 'rd = rs1 < rs2 ? 1 : 0 (unsigned)', ({ rs1, rs2 }) => rs1.lessUnsigned(rs2).value()),
  formatR(I, 'xor', [OP, 4, 0], 'rd = rs1 ^ rs2', ({ rs1, rs2 }) => rs1.xor(rs2)),
  formatR(I, 'srl', [OP, 5, 0], 'rd = rs1 >> (rs2 & 63) (zeros in)', ({ rs1, rs2 }) => rs1.shiftRight(rs2)),
  formatR(I, 'sra', [OP, 5, 0x20], 'rd = rs1 >> (rs2 & 63) (sign in)', ({ rs1, rs2 }) => rs1.shiftRightSigned(rs2)),
  formatR(I, 'or', [OP, 6, 0], 'rd = rs1 | rs2', ({ rs1, rs2 }) => rs1.or(rs2)),
  formatR(I, 'and', [OP, 7, 0], 'rd = rs1 & rs2', ({ rs1, rs2 }) => rs1.and(rs2)),

  formatI(I, 'addiw', [OP_IMM_32, 0], 'rd = sext32(rs1 + imm)', (x) => x.rs1.word().add(x.imm.word()).signExtend()),
  formatShift(I, 'slliw', [OP_IMM_32, 1, 0], 5, 'rd = sext32(rs1 << shamt)', (x) =>
    x.rs1.word().shiftLeft(x.imm.word()).signExtend(),
  ),
  formatShift(I, 'srliw', [OP_IMM_32, 5, 0], 5, 'rd = sext32(rs1[31:0] >> shamt) (zeros in)', (x) =>
    x.rs1.word().shiftRight(x.imm.word()).signExtend(),
  ),
  formatShift(I, 'sraiw', [OP_IMM_32, 5, 0x20], 5, 'rd = sext32(rs1[31:0] >> shamt) (sign in)', (x) =>
    x.rs1.word().shiftRightSigned(x.imm.word()).signExtend(),
  ),
  formatR(I, 'addw', [OP_32, 0, 0], 'rd = sext32(rs1 + rs2)', ({ rs1, rs2 }) =>
    rs1.word().add(rs2.word()).signExtend(),
  ),
  formatR(I, 'subw', [OP_32, 0, 0x20], 'rd = sext32(rs1 - rs2)', ({ rs1, rs2 }) =>
    rs1.word().sub(rs2.word()).signExtend(),
  ),
  formatR(I, 'sllw', [OP_32, 1, 0], 'rd = sext32(rs1 << (rs2 & 31))', ({ rs1, rs2 }) =>
    rs1.word().shiftLeft(rs2.word()).signExtend(),
  ),
  formatR(I, 'srlw', [OP_32, 5, 0], 'rd = sext32(rs1[31:0] >> (rs2 & 31)) (zeros in)', ({ rs1, rs2 }) =>
    rs1.word().shiftRight(rs2.word()).signExtend(),
  ),
  formatR(I, 'sraw', [OP_32, 5, 0x20], 'rd = sext32(rs1[31:0] >> (rs2 & 31)) (sign in)', ({ rs1, rs2 }) =>
    rs1.word().shiftRightSigned(rs2.word()).signExtend(),
  ),

  // Reserved fields of a fence (fm, rd, rs1) are ignored, as the manual asks of implementations.
  entry(I, {
    name: 'fence',
    mask: 0x0000707f,
    match: 0x0000000f,
    operands: [predecessor, successor],
    syntax: '[pred, succ]',
    defaults: { pred: 15, succ: 15 },
    summary: 'order memory and device accesses: those in pred before those in succ',
    semantics: (x) => x.fence(),
  }),
  fixed(I, 'fence.tso', 0x8330000f, 'order memory accesses but for stores before loads', (x) => x.fence(), {
    refines: 'fence',
  }),
  fixed(
    I,
    'ecall',
    0x00000073,
    'environment call: trap with cause 8, 9 or 11 by privilege',
    { system: 'ecall' },
    {
      transfers: true,
    },
  ),
  fixed(I, 'ebreak', 0x00100073, 'breakpoint: trap with cause 3', { system: 'ebreak' }, { transfers: true }),
];
