import { encode, instructionNamed } from '../../isa';
import * as integer from '../../object/bytes/integer';
import type { Section, VariablePart } from './symbols-and-sections';

/**
 * Writes a subsection's fixed bytes and what fills its variable parts.
 * @param nops whether code is aligned by instructions; else by zeros
 */
export function fillBytes(section: Section, bytes: Uint8Array, nops: boolean): void {
  const fixed = section.bytes;
  let from = 0;
  let to = section.base;
  for (const part of section.parts) {
    bytes.set(fixed.subarray(from, part.at), to);
    to += part.at - from;
    from = part.at;
    fillPart(part, bytes.subarray(to, to + part.size), nops);
    to += part.size;
  }
  bytes.set(fixed.subarray(from), to);
}

function fillPart(part: VariablePart, bytes: Uint8Array, nops: boolean): void {
  switch (part.kind) {
    case 'align':
      if (part.fill) for (let i = 0; i < bytes.length; i++) bytes[i] = part.fill[i % part.fill.length]!;
      else if (nops) fillWithNops(bytes);
      return;
    case 'org':
      bytes.fill(part.fill);
      return;
    case 'space':
      for (let i = 0; i < bytes.length; i++) bytes[i] = part.fill[i % part.fill.length]!;
  }
}

/** Instructions that do nothing: what is odd gets a 0, two bytes a `c.nop`, the rest `nop`. */
export function fillWithNops(bytes: Uint8Array): void {
  let position = 0;
  if (bytes.length % 2 === 1) bytes[position++] = 0;
  if ((bytes.length - position) % 4 === 2) {
    bytes[position] = 0x01;
    position += 2;
  }
  for (; position < bytes.length; position += 4) bytes[position] = 0x13;
}

export function writeInteger(bytes: Uint8Array, offset: number, value: integer.Integer, size: number): void {
  const low = integer.lowWord(value);
  const high = integer.highWord(value);
  for (let i = 0; i < size; i++) bytes[offset + i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
}

/** Adds bits to the 32-bit instruction at an offset. */
export function addBits(bytes: Uint8Array, offset: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[offset + i]! |= word >>> (8 * i);
}

/** The bits of a distance in a branch or jump of this size. What does not fit is cut: the linker puts in the real one. */
export function distanceBits(jump: boolean, size: 2 | 4, distance: number): number {
  const name = size === 2 ? (jump ? 'c.j' : 'c.beqz') : jump ? 'jal' : 'beq';
  const instruction = instructionNamed(name);
  return encode(instruction, { target: distance, rs1: size === 2 ? 8 : 0 }) ^ instruction.match;
}

/** The 32-bit instruction of c.j, c.beqz or c.bnez. */
export function expandBranch(word: number): number {
  const funct3 = word >>> 13;
  if (funct3 === 5) return encode(instructionNamed('jal'), { rd: 0, target: 0 });
  return encode(instructionNamed(funct3 === 6 ? 'beq' : 'bne'), { rs1: 8 + ((word >>> 7) & 7), rs2: 0, target: 0 });
}

/** c.beqz becomes c.bnez and the other way round, with a distance of 6. */
export function invertCompressed(word: number): number {
  const name = word >>> 13 === 6 ? 'c.bnez' : 'c.beqz';
  return encode(instructionNamed(name), { rs1: 8 + ((word >>> 7) & 7), target: 6 });
}

/** The LEB128 encoding of a value. */
export function leb128Bytes(value: bigint, signed: boolean): number[] {
  const bytes: number[] = [];
  // A number without a sign is one of 64 bits: a negative one would have no last byte.
  for (let rest = signed || value >= 0n ? value : BigInt.asUintN(64, value); ; ) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = signed ? rest === (byte & 0x40 ? -1n : 0n) : rest === 0n;
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}
