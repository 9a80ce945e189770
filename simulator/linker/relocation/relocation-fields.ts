import { instructionNamed, type Operand, type OperandName, operandBits, operandProblem } from '../../isa';
import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { RelocationType as R } from '../../object/elf/relocatable';

/** An instruction and one of its operands: where a relocation writes. */
export type Field = readonly [instruction: string, operand: OperandName];

const loadImmediate: Field = ['addi', 'imm'];
const storeImmediate: Field = ['sw', 'imm'];
const upperImmediate: Field = ['auipc', 'imm'];

const fields: Readonly<Record<number, Field>> = {
  [R.Branch]: ['beq', 'target'],
  [R.Jal]: ['jal', 'target'],
  [R.RvcBranch]: ['c.beqz', 'target'],
  [R.RvcJump]: ['c.j', 'target'],
  [R.High20]: upperImmediate,
  [R.PcrelHigh20]: upperImmediate,
  [R.TprelHigh20]: upperImmediate,
  [R.Low12I]: loadImmediate,
  [R.PcrelLow12I]: loadImmediate,
  [R.TprelLow12I]: loadImmediate,
  [R.Low12S]: storeImmediate,
  [R.PcrelLow12S]: storeImmediate,
  [R.TprelLow12S]: storeImmediate,
};

/** The field that a relocation of an instruction fills. */
export function fieldOf(type: number): Field {
  return fields[type] ?? upperImmediate;
}

const farther: Readonly<Record<number, string>> = {
  [R.Branch]: 'the opposite branch over a jump reaches 1 MiB',
  [R.RvcBranch]: "the same branch without 'c.' reaches 4 KiB",
  [R.Jal]: "'call' or 'tail' reaches 2 GiB",
  [R.RvcJump]: "'j' reaches 1 MiB",
};

/** Why a branch or jump cannot go to a target, and what can. */
export function reachProblem(type: number, distance: number): string | undefined {
  const [instruction, name] = fieldOf(type);
  const problem = operandProblem(operandNamed(instruction, name), distance);
  return problem === undefined || distance % 2 !== 0 ? problem : `${problem}; ${farther[type]}`;
}

/** Writes one operand field of an instruction in place. */
export function writeField(bytes: Uint8Array, offset: number, [name, operandName]: Field, value: number): void {
  const { length } = instructionNamed(name);
  const operand = operandNamed(name, operandName);
  const mask = operand.runs.reduce((bits, { wordLow, width }) => bits | ((2 ** width - 1) << wordLow), 0);
  const old = length === 2 ? bytes[offset]! | (bytes[offset + 1]! << 8) : readWord(bytes, offset);
  const word = (old & ~mask) | operandBits(operand, value);
  for (let i = 0; i < length; i++) bytes[offset + i] = word >>> (8 * i);
}

const operands = new Map<string, Operand>();

function operandNamed(instruction: string, name: OperandName): Operand {
  const key = `${instruction} ${name}`;
  let operand = operands.get(key);
  if (!operand) {
    operand = instructionNamed(instruction).operands.find((candidate) => candidate.name === name);
    if (!operand) throw new Error(`'${instruction}' has no operand '${name}'`);
    operands.set(key, operand);
  }
  return operand;
}

/** Makes an auipc a lui. */
export function makeLui(bytes: Uint8Array, offset: number): void {
  writeWord(bytes, offset, (readWord(bytes, offset) & ~0x7f) | 0x37);
}

/** Makes a c.lui the c.li of 0. */
export function compressedLuiToLi(bytes: Uint8Array, offset: number): void {
  const half = bytes[offset]! | (bytes[offset + 1]! << 8);
  const result = (half & 0x0f80) | 0x4001;
  bytes[offset] = result;
  bytes[offset + 1] = result >>> 8;
}

export function setBaseRegister(bytes: Uint8Array, offset: number, register: number): void {
  writeWord(bytes, offset, (readWord(bytes, offset) & ~(0x1f << 15)) | (register << 15));
}

export function clearBaseRegister(bytes: Uint8Array, offset: number): void {
  setBaseRegister(bytes, offset, 0);
}

function readWord(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[offset + i] = word >>> (8 * i);
}

export function readData(bytes: Uint8Array, offset: number, size: number): Integer {
  if (size <= 4) {
    let small = 0;
    for (let i = size - 1; i >= 0; i--) small = small * 256 + bytes[offset + i]!;
    return small;
  }
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]!);
  return integer.fromBigint(value);
}

export function writeData(bytes: Uint8Array, offset: number, value: Integer, size: number): void {
  const low = integer.lowWord(value);
  const high = integer.highWord(value);
  for (let i = 0; i < size; i++) bytes[offset + i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
}

export function readUleb(bytes: Uint8Array, offset: number): Integer {
  let value = 0n;
  for (let shift = 0n; offset < bytes.length; offset++, shift += 7n) {
    value |= BigInt(bytes[offset]! & 0x7f) << shift;
    if (bytes[offset]! < 0x80) break;
  }
  return integer.fromBigint(value);
}

/** Writes a ULEB128 number over one, in as many bytes as that has; false when it does not fit. */
export function writeUleb(bytes: Uint8Array, offset: number, value: Integer): boolean {
  let rest = integer.toUnsigned(value);
  for (; offset < bytes.length; offset++) {
    const more = bytes[offset]! >= 0x80;
    bytes[offset] = Number(rest & 0x7fn) | (more ? 0x80 : 0);
    rest >>= 7n;
    if (!more) break;
  }
  return rest === 0n || value < 0;
}
