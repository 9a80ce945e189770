/** Zknd, Zkne and Zknh: AES and SHA-2 (manual, volume I, "Scalar Cryptography"). The machine does not run them. */
import type { Availability } from '../extensions';
import { entry, formatR, notRun, rd, rs1, unary } from '../formats';
import { immediate, run } from '../operands';
import type { Instruction } from '../types';

const DECRYPT = { extension: 'zknd' } as const;
const ENCRYPT = { extension: 'zkne' } as const;
const EITHER = { extension: 'zknd', alternatives: [['zkne']] } as const;
const HASH = { extension: 'zknh' } as const;
const OP = 0x33;
const OP_IMM = 0x13;
const ROUND_KEY = 0x31001013;

function pair(group: Availability, name: string, funct7: number, summary: string): Instruction {
  return formatR(group, name, [OP, 0, funct7], summary, notRun);
}

function single(group: Availability, name: string, funct12: number, summary: string): Instruction {
  return unary(group, name, [OP_IMM, 1, funct12], summary, notRun);
}

const lowerHalf = 'of the state in rs1 and rs2, its lower half';

export const advancedEncryption: readonly Instruction[] = [
  pair(DECRYPT, 'aes64ds', 0x1d, `rd = last round of AES decryption ${lowerHalf}`),
  pair(DECRYPT, 'aes64dsm', 0x1f, `rd = middle round of AES decryption ${lowerHalf}`),
  single(DECRYPT, 'aes64im', 0x300, 'rd = inverse MixColumns of the two columns in rs1'),
  pair(ENCRYPT, 'aes64es', 0x19, `rd = last round of AES encryption ${lowerHalf}`),
  pair(ENCRYPT, 'aes64esm', 0x1b, `rd = middle round of AES encryption ${lowerHalf}`),
  entry(EITHER, {
    name: 'aes64ks1i',
    mask: 0xff00707f,
    match: ROUND_KEY,
    operands: [rd, rs1, immediate('rnum', [run(20, 4)], { maximum: 10, excluded: [11, 12, 13, 14, 15] })],
    syntax: 'rd, rs1, rnum',
    summary: 'rd = first step of the AES key schedule for round rnum',
    semantics: notRun,
  }),
  pair(EITHER, 'aes64ks2', 0x3f, 'rd = second step of the AES key schedule'),
];

const digests = ['sum0', 'sum1', 'sig0', 'sig1'] as const;

export const secureHash: readonly Instruction[] = [256, 512].flatMap((bits) =>
  digests.map((part, index) => {
    const what = `${part.startsWith('sum') ? 'Sum' : 'Sigma'}${part.at(-1)}`;
    return single(
      HASH,
      `sha${bits}${part}`,
      0x100 + index + (bits === 512 ? 4 : 0),
      `rd = ${what} of SHA-${bits} of rs1`,
    );
  }),
);
