/** Zksed and Zksh: SM4 and SM3 (manual, volume I, "Scalar Cryptography"). The machine does not run them. */
import { entry, notRun, rd, rs1, rs2, unary } from '../formats';
import { immediate, run } from '../operands';
import type { Instruction } from '../types';

const ENCRYPT = { extension: 'zksed' } as const;
const HASH = { extension: 'zksh' } as const;
const OP = 0x33;
const OP_IMM = 0x13;

const byteSelect = immediate('bs', [run(30, 2)]);

function round(name: string, funct5: number, summary: string): Instruction {
  return entry(ENCRYPT, {
    name,
    mask: 0x3e00707f,
    match: (funct5 << 25) | OP,
    operands: [rd, rs1, rs2, byteSelect],
    syntax: 'rd, rs1, rs2, bs',
    summary,
    semantics: notRun,
  });
}

export const shangMi: readonly Instruction[] = [
  round('sm4ed', 0x18, 'rd = part of a round of SM4: rs1 with what byte bs of rs2 gives'),
  round('sm4ks', 0x1a, 'rd = part of the SM4 key schedule: rs1 with what byte bs of rs2 gives'),
  unary(HASH, 'sm3p0', [OP_IMM, 1, 0x108], 'rd = P0 of SM3 of rs1', notRun),
  unary(HASH, 'sm3p1', [OP_IMM, 1, 0x109], 'rd = P1 of SM3 of rs1', notRun),
];
