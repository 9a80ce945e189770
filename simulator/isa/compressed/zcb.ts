/** Zcb: simple compressed instructions (manual, volume I, "Zc", "Zcb"). Like those of C, each is a base instruction. */

import type { Availability } from '../extensions';
import { immediate, popularRegister, run } from '../operands';
import type { Expansion, Instruction, Operand } from '../types';
import { compressed } from './compressed';

const ZCB = { extension: 'zcb' } as const;

const rdLow = popularRegister('rd', 2);
const rs2Low = popularRegister('rs2', 2);
const rd = popularRegister('rd', 7);
const rs1 = popularRegister('rs1', 7);

const byteOffset = immediate('imm', [run(6, 1, 0), run(5, 1, 1)]);
const halfOffset = immediate('imm', [run(5, 1, 1)], { scale: 2 });

function load(name: string, match: number, offset: Operand, summary: string): Instruction {
  const semantics: Expansion = { base: name.slice(2), operands: { rd: 'rd', rs1: 'rs1', imm: 'imm' } };
  return compressed(ZCB, name, match, [rdLow, offset, rs1], 'rd, imm(rs1)', semantics, summary);
}

function store(name: string, match: number, offset: Operand, summary: string): Instruction {
  const semantics: Expansion = { base: name.slice(2), operands: { rs2: 'rs2', rs1: 'rs1', imm: 'imm' } };
  return compressed(ZCB, name, match, [rs2Low, offset, rs1], 'rs2, imm(rs1)', semantics, summary);
}

/** `c.not rd`: a register from itself; `constants` are the base instruction's other operands. */
function inPlace(
  beside: Availability['beside'],
  name: string,
  match: number,
  base: string,
  constants: Expansion['operands'],
  summary: string,
): Instruction {
  const group = beside ? { ...ZCB, beside } : ZCB;
  const semantics: Expansion = { base, operands: { rd: 'rd', rs1: 'rd', ...constants } };
  return compressed(group, name, match, [rd], 'rd', semantics, summary);
}

export const codeSize: readonly Instruction[] = [
  load('c.lbu', 0x8000, byteOffset, 'rd = zext(mem8[rs1 + imm])'),
  load('c.lhu', 0x8400, halfOffset, 'rd = zext(mem16[rs1 + imm])'),
  load('c.lh', 0x8440, halfOffset, 'rd = sext(mem16[rs1 + imm])'),
  store('c.sb', 0x8800, byteOffset, 'mem8[rs1 + imm] = rs2'),
  store('c.sh', 0x8c00, halfOffset, 'mem16[rs1 + imm] = rs2'),
  inPlace(undefined, 'c.zext.b', 0x9c61, 'andi', { imm: 255 }, 'rd = rd[7:0]'),
  inPlace(['zbb'], 'c.sext.b', 0x9c65, 'sext.b', {}, 'rd = sext(rd[7:0])'),
  inPlace(['zbb'], 'c.zext.h', 0x9c69, 'zext.h', {}, 'rd = rd[15:0]'),
  inPlace(['zbb'], 'c.sext.h', 0x9c6d, 'sext.h', {}, 'rd = sext(rd[15:0])'),
  inPlace(['zba'], 'c.zext.w', 0x9c71, 'add.uw', { rs2: 0 }, 'rd = rd[31:0]'),
  inPlace(undefined, 'c.not', 0x9c75, 'xori', { imm: -1 }, 'rd = ~rd'),
  compressed(
    { ...ZCB, beside: ['m'], alternatives: [['zcb', 'zmmul']] },
    'c.mul',
    0x9c41,
    [rd, rs2Low],
    'rd, rs2',
    { base: 'mul', operands: { rd: 'rd', rs1: 'rd', rs2: 'rs2' } },
    'rd = rd * rs2',
  ),
];
