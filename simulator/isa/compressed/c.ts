/**
 * C: compressed instructions of RV64 (manual, volume I, "C" extension). Every one is a base instruction with
 * fewer choices; it is described by that base instruction and by how the operands correspond, in both directions: the interpreter
 * expands it, the assembler picks it.
 */

import type { Availability } from '../extensions';
import { entry } from '../formats';
import {
  floatRegister,
  immediate,
  popularFloatRegister,
  popularRegister,
  register,
  run,
  target,
  upper,
} from '../operands';
import type { BitRun, Expansion, Instruction, Operand } from '../types';
import { compressed } from './compressed';

const C = { extension: 'c', alternatives: [['zca']] } as const;
/** Of double-precision numbers. */
const CD = { extension: 'c', beside: ['d'], alternatives: [['zcd']] } as const;

const ZERO = 0;
const RA = 1;
const SP = 2;

const rdPopularLow = popularRegister('rd', 2);
const rs2PopularLow = popularRegister('rs2', 2);
const rdPopularHigh = popularRegister('rd', 7);
const rs1PopularHigh = popularRegister('rs1', 7);

const frdPopularLow = popularFloatRegister('rd', 2);
const frs2PopularLow = popularFloatRegister('rs2', 2);
const frd = floatRegister('rd', 7);
const frs2 = floatRegister('rs2', 2);

const rd = register('rd', 7, { excluded: [ZERO] });
const rdOrHint = register('rd', 7, { hints: [ZERO] });
const rs1 = register('rs1', 7, { excluded: [ZERO] });
const rs2 = register('rs2', 2);
const rs2NotZero = register('rs2', 2, { excluded: [ZERO] });

const runs6: readonly BitRun[] = [run(2, 5), run(12, 1, 5)];
const imm6 = immediate('imm', runs6, { signed: true });
const imm6OrHint = immediate('imm', runs6, { signed: true, hints: [0] });
const shamt = immediate('shamt', runs6, { minimum: 1, excluded: [0], description: 'an integer from 1 to 63' });

const upper6: Operand = upper(runs6, {
  signed: true,
  excluded: [0],
  modulus: 0x100000,
  description: 'from 1 to 31 or from 0xfffe0 to 0xfffff',
});

const wordOffset = immediate('imm', [run(6, 1, 2), run(10, 3, 3), run(5, 1, 6)], { scale: 4 });
const doubleOffset = immediate('imm', [run(10, 3, 3), run(5, 2, 6)], { scale: 8 });
const wordFromStack = immediate('imm', [run(4, 3, 2), run(12, 1, 5), run(2, 2, 6)], { scale: 4 });
const doubleFromStack = immediate('imm', [run(5, 2, 3), run(12, 1, 5), run(2, 3, 6)], { scale: 8 });
const wordToStack = immediate('imm', [run(9, 4, 2), run(7, 2, 6)], { scale: 4 });
const doubleToStack = immediate('imm', [run(10, 3, 3), run(7, 3, 6)], { scale: 8 });
const stackOffset = immediate('imm', [run(6, 1, 2), run(5, 1, 3), run(11, 2, 4), run(7, 4, 6)], {
  scale: 4,
  minimum: 4,
  excluded: [0],
});
const stackAdjustment = immediate('imm', [run(6, 1, 4), run(2, 1, 5), run(5, 1, 6), run(3, 2, 7), run(12, 1, 9)], {
  signed: true,
  scale: 16,
  excluded: [0],
});
const jumpTarget = target([
  run(3, 3, 1),
  run(11, 1, 4),
  run(2, 1, 5),
  run(7, 1, 6),
  run(6, 1, 7),
  run(9, 2, 8),
  run(8, 1, 10),
  run(12, 1, 11),
]);
const branchTarget = target([run(3, 2, 1), run(10, 2, 3), run(2, 1, 5), run(5, 2, 6), run(12, 1, 8)]);

/** `rd = rd op rs2` over the popular registers */
function arithmetic(name: string, match: number, operator: string): Instruction {
  const semantics: Expansion = { base: name.slice(2), operands: { rd: 'rd', rs1: 'rd', rs2: 'rs2' } };
  const summary = operator.includes('sext') ? `rd = ${operator}` : `rd = rd ${operator} rs2`;
  return compressed(C, name, match, [rdPopularHigh, rs2PopularLow], 'rd, rs2', semantics, summary);
}

function shiftRight(name: string, match: number, summary: string): Instruction {
  const semantics: Expansion = { base: name.slice(2), operands: { rd: 'rd', rs1: 'rd', shamt: 'shamt' } };
  return compressed(C, name, match, [rdPopularHigh, shamt], 'rd, shamt', semantics, summary);
}

/** A shift by 64, which only RV128 has: on RV64 the amount is 0. */
function shiftHint(name: string, match: number, destination: Operand): Instruction {
  const base = name.slice(2, -2);
  const semantics: Expansion = { base, operands: { rd: 'rd', rs1: 'rd', shamt: 0 } };
  return compressed(C, name, match, [destination], 'rd', semantics, 'hint: nothing (on RV128 a shift by 64)', {
    hint: true,
  });
}

function load(
  group: Availability,
  name: string,
  match: number,
  offset: Operand,
  summary: string,
  to = rdPopularLow,
): Instruction {
  const semantics: Expansion = { base: name.slice(2), operands: { rd: 'rd', rs1: 'rs1', imm: 'imm' } };
  return compressed(group, name, match, [to, offset, rs1PopularHigh], 'rd, imm(rs1)', semantics, summary);
}

function store(
  group: Availability,
  name: string,
  match: number,
  offset: Operand,
  summary: string,
  from = rs2PopularLow,
): Instruction {
  const semantics: Expansion = { base: name.slice(2), operands: { rs2: 'rs2', rs1: 'rs1', imm: 'imm' } };
  return compressed(group, name, match, [from, offset, rs1PopularHigh], 'rs2, imm(rs1)', semantics, summary);
}

function loadFromStack(
  group: Availability,
  name: string,
  match: number,
  base: string,
  offset: Operand,
  summary: string,
  to = rd,
): Instruction {
  const semantics: Expansion = { base, operands: { rd: 'rd', rs1: SP, imm: 'imm' } };
  return compressed(group, name, match, [to, offset], 'rd, imm(sp)', semantics, summary);
}

function storeToStack(
  group: Availability,
  name: string,
  match: number,
  base: string,
  offset: Operand,
  summary: string,
  from = rs2,
): Instruction {
  const semantics: Expansion = { base, operands: { rs2: 'rs2', rs1: SP, imm: 'imm' } };
  return compressed(group, name, match, [from, offset], 'rs2, imm(sp)', semantics, summary);
}

function branch(name: string, match: number, base: string, summary: string): Instruction {
  const semantics: Expansion = { base, operands: { rs1: 'rs1', rs2: ZERO, target: 'target' } };
  const operands = [rs1PopularHigh, branchTarget];
  return compressed(C, name, match, operands, 'rs1, target', semantics, summary, { transfers: true });
}

/** In the order in which GNU tries them where several compressed forms fit one base instruction. */
export const compressedInstructions: readonly Instruction[] = [
  compressed(
    C,
    'c.addi4spn',
    0x0000,
    [rdPopularLow, stackOffset],
    'rd, sp, imm',
    { base: 'addi', operands: { rd: 'rd', rs1: SP, imm: 'imm' } },
    'rd = sp + imm',
  ),
  entry(C, {
    name: 'c.unimp',
    length: 2,
    mask: 0xffff,
    match: 0x0000,
    operands: [],
    syntax: '',
    transfers: true,
    summary: 'defined illegal: always traps',
    semantics: { system: 'illegal' },
  }),
  load(CD, 'c.fld', 0x2000, doubleOffset, 'rd = mem64[rs1 + imm]', frdPopularLow),
  load(C, 'c.lw', 0x4000, wordOffset, 'rd = sext(mem32[rs1 + imm])'),
  load(C, 'c.ld', 0x6000, doubleOffset, 'rd = mem64[rs1 + imm]'),
  store(CD, 'c.fsd', 0xa000, doubleOffset, 'mem64[rs1 + imm] = rs2', frs2PopularLow),
  store(C, 'c.sw', 0xc000, wordOffset, 'mem32[rs1 + imm] = rs2'),
  store(C, 'c.sd', 0xe000, doubleOffset, 'mem64[rs1 + imm] = rs2'),

  compressed(C, 'c.nop', 0x0001, [], '', { base: 'addi', operands: { rd: ZERO, rs1: ZERO, imm: 0 } }, 'nothing', {
    refines: 'c.addi',
  }),
  compressed(
    C,
    'c.nop',
    0x0001,
    [immediate('imm', runs6, { signed: true, excluded: [0] })],
    'imm',
    { base: 'addi', operands: { rd: ZERO, rs1: ZERO, imm: 'imm' } },
    'hint: nothing',
    { refines: 'c.addi', hint: true },
  ),
  compressed(
    C,
    'c.addi',
    0x0001,
    [rdOrHint, imm6OrHint],
    'rd, imm',
    { base: 'addi', operands: { rd: 'rd', rs1: 'rd', imm: 'imm' } },
    'rd = rd + imm',
  ),
  compressed(
    C,
    'c.addiw',
    0x2001,
    [rd, imm6],
    'rd, imm',
    { base: 'addiw', operands: { rd: 'rd', rs1: 'rd', imm: 'imm' } },
    'rd = sext32(rd + imm)',
  ),
  compressed(
    C,
    'c.addi16sp',
    0x6101,
    [stackAdjustment],
    'sp, imm',
    { base: 'addi', operands: { rd: SP, rs1: SP, imm: 'imm' } },
    'sp = sp + imm',
  ),
  compressed(
    C,
    'c.li',
    0x4001,
    [rdOrHint, imm6],
    'rd, imm',
    { base: 'addi', operands: { rd: 'rd', rs1: ZERO, imm: 'imm' } },
    'rd = imm',
  ),
  compressed(
    C,
    'c.lui',
    0x6001,
    [register('rd', 7, { excluded: [SP], hints: [ZERO] }), upper6],
    'rd, imm',
    { base: 'lui', operands: { rd: 'rd', imm: 'imm' } },
    'rd = sext(imm << 12)',
  ),
  shiftHint('c.srli64', 0x8001, rdPopularHigh),
  shiftHint('c.srai64', 0x8401, rdPopularHigh),
  shiftRight('c.srli', 0x8001, 'rd = rd >> shamt (zeros in)'),
  shiftRight('c.srai', 0x8401, 'rd = rd >> shamt (sign in)'),
  compressed(
    C,
    'c.andi',
    0x8801,
    [rdPopularHigh, imm6],
    'rd, imm',
    { base: 'andi', operands: { rd: 'rd', rs1: 'rd', imm: 'imm' } },
    'rd = rd & imm',
  ),
  arithmetic('c.sub', 0x8c01, '-'),
  arithmetic('c.xor', 0x8c21, '^'),
  arithmetic('c.or', 0x8c41, '|'),
  arithmetic('c.and', 0x8c61, '&'),
  arithmetic('c.subw', 0x9c01, 'sext32(rd - rs2)'),
  arithmetic('c.addw', 0x9c21, 'sext32(rd + rs2)'),
  compressed(
    C,
    'c.j',
    0xa001,
    [jumpTarget],
    'target',
    { base: 'jal', operands: { rd: ZERO, target: 'target' } },
    'pc = target',
    { transfers: true },
  ),
  branch('c.beqz', 0xc001, 'beq', 'if (rs1 == 0) pc = target'),
  branch('c.bnez', 0xe001, 'bne', 'if (rs1 != 0) pc = target'),

  shiftHint('c.slli64', 0x0002, rdOrHint),
  compressed(
    C,
    'c.slli',
    0x0002,
    [rdOrHint, shamt],
    'rd, shamt',
    { base: 'slli', operands: { rd: 'rd', rs1: 'rd', shamt: 'shamt' } },
    'rd = rd << shamt',
  ),
  loadFromStack(CD, 'c.fldsp', 0x2002, 'fld', doubleFromStack, 'rd = mem64[sp + imm]', frd),
  loadFromStack(C, 'c.lwsp', 0x4002, 'lw', wordFromStack, 'rd = sext(mem32[sp + imm])'),
  loadFromStack(C, 'c.ldsp', 0x6002, 'ld', doubleFromStack, 'rd = mem64[sp + imm]'),
  compressed(
    C,
    'c.jr',
    0x8002,
    [rs1],
    'rs1',
    { base: 'jalr', operands: { rd: ZERO, rs1: 'rs1', imm: 0 } },
    'pc = rs1 & ~1',
    { transfers: true },
  ),
  compressed(
    C,
    'c.mv',
    0x8002,
    [rdOrHint, rs2NotZero],
    'rd, rs2',
    { base: 'add', operands: { rd: 'rd', rs1: ZERO, rs2: 'rs2' } },
    'rd = rs2',
  ),
  compressed(C, 'c.ebreak', 0x9002, [], '', { base: 'ebreak', operands: {} }, 'breakpoint: trap with cause 3', {
    transfers: true,
  }),
  compressed(
    C,
    'c.jalr',
    0x9002,
    [rs1],
    'rs1',
    { base: 'jalr', operands: { rd: RA, rs1: 'rs1', imm: 0 } },
    'ra = pc + 2; pc = rs1 & ~1',
    { transfers: true },
  ),
  compressed(
    C,
    'c.add',
    0x9002,
    [rdOrHint, rs2NotZero],
    'rd, rs2',
    { base: 'add', operands: { rd: 'rd', rs1: 'rd', rs2: 'rs2' } },
    'rd = rd + rs2',
  ),
  storeToStack(CD, 'c.fsdsp', 0xa002, 'fsd', doubleToStack, 'mem64[sp + imm] = rs2', frs2),
  storeToStack(C, 'c.swsp', 0xc002, 'sw', wordToStack, 'mem32[sp + imm] = rs2'),
  storeToStack(C, 'c.sdsp', 0xe002, 'sd', doubleToStack, 'mem64[sp + imm] = rs2'),
];
