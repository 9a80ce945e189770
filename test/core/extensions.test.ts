import { strictEqual } from 'node:assert/strict';
import type { TranslationMode } from '../../simulator/core';
import { csrNamed, encode, extensionNamed, type Fields, instructionNamed, instructions } from '../../simulator/isa';
import { randomFields } from '../isa/operand-values';
import { Random } from '../support/random';
import { BareMachine, RAM_BASE } from './bare-machine';

const MCAUSE = 0x342;
const MTVAL = 0x343;
const ILLEGAL = 2n;
const [A0, A1] = [10, 11] as const;
const DATA = RAM_BASE + 0x1000;
const MEMORY = 0x89abcdef_fedcba98n;

function machineWith(words: readonly { word: number; length: number }[], translation: TranslationMode): BareMachine {
  const machine = new BareMachine(1 << 16, 1, translation);
  const bytes = words.flatMap(({ word, length }) => Array.from({ length }, (_, i) => (word >>> (8 * i)) & 0xff));
  machine.core.ram.write(RAM_BASE, Uint8Array.from(bytes));
  machine.hart.hosted.m = true;
  return machine;
}

const wordOf = (name: string, fields: Fields): { word: number; length: number } => {
  const instruction = instructionNamed(name);
  return { word: encode(instruction, fields), length: instruction.length };
};

/** Jumps to an instruction, as code is translated that is jumped to, and stays behind it. */
function runOne(instruction: { word: number; length: number }, translation: TranslationMode, registers: bigint[]) {
  const jump = { word: encode(instructionNamed('jal'), { rd: 0, target: 4 }), length: 4 };
  const stay = { word: encode(instructionNamed('jal'), { rd: 0, target: 0 }), length: 4 };
  const machine = machineWith([jump, instruction, stay], translation);
  for (const [index, value] of registers.entries()) machine.hart.setX(A0 + index, value);
  machine.core.ram.write64(DATA, MEMORY);
  machine.run(100);
  strictEqual(machine.core.translator.statistics.made > 0, translation !== false);
  strictEqual(machine.hart.pc, BigInt(RAM_BASE + 4 + instruction.length));
  return machine;
}

const low = (bits: number) => (value: bigint) => BigInt.asUintN(bits, value);
const signed = (bits: number) => (value: bigint) => BigInt.asUintN(64, BigInt.asIntN(bits, value));

describe('instructions of Zcb', () => {
  const random = Random.fromEnvironment();
  /** What a0 is afterwards, by what it was, or by what was in memory. */
  const inPlace: Readonly<Record<string, (value: bigint, other: bigint) => bigint>> = {
    'c.zext.b': low(8),
    'c.sext.b': signed(8),
    'c.zext.h': low(16),
    'c.sext.h': signed(16),
    'c.zext.w': low(32),
    'c.not': (value) => BigInt.asUintN(64, ~value),
    'c.mul': (value, other) => BigInt.asUintN(64, value * other),
  };
  const loads: Readonly<Record<string, (value: bigint) => bigint>> = {
    'c.lbu': low(8),
    'c.lhu': low(16),
    'c.lh': signed(16),
  };
  const stores: Readonly<Record<string, number>> = { 'c.sb': 8, 'c.sh': 16 };

  for (const translation of [false, 'eager'] as const) {
    const how = translation ? 'translated' : 'interpreted';

    it(`compute in a register, ${how}`, () => {
      for (const [name, result] of Object.entries(inPlace)) {
        for (let round = 0; round < 20; round++) {
          const [value, other] = [random.bits64(), random.bits64()];
          const machine = runOne(wordOf(name, { rd: A0, rs2: A1 }), translation, [value, other]);
          strictEqual(machine.hart.x(A0), result(value, other), `${name} of ${value}, seed ${random.seed}`);
        }
      }
    });

    it(`load and store at each of their offsets, ${how}`, () => {
      for (const name of [...Object.keys(loads), ...Object.keys(stores)]) {
        const { minimum, maximum, scale } = instructionNamed(name).operands[1]!;
        for (let imm = minimum; imm <= maximum; imm += scale) {
          const value = random.bits64();
          const word = wordOf(name, { rd: A0, rs2: A0, rs1: A1, imm });
          const machine = runOne(word, translation, [value, BigInt(DATA)]);
          const width = stores[name];
          const at = 8n * BigInt(imm);
          if (width === undefined) strictEqual(machine.hart.x(A0), loads[name]!(MEMORY >> at), name);
          else {
            const mask = ((1n << BigInt(width)) - 1n) << at;
            const after = (MEMORY & ~mask) | ((value << at) & mask);
            strictEqual(machine.core.ram.read64(DATA), after, `${name} at ${imm}`);
          }
        }
      }
    });
  }
});

describe('what the machine does not run', () => {
  const random = Random.fromEnvironment();

  it('is an illegal instruction, whatever its operands', () => {
    const absent = instructions.filter(
      ({ extension, name }) =>
        extensionNamed(extension).support === 'assembles' || /^([uhd]ret|sfence\.vm)$/.test(name),
    );
    for (const instruction of absent) {
      for (let round = 0; round < 5; round++) {
        const word = encode(instruction, randomFields(instruction, random));
        const machine = machineWith([{ word, length: 4 }], false);
        machine.run(1);
        strictEqual(machine.hart.csr(MCAUSE), ILLEGAL, instruction.name);
        strictEqual(machine.hart.csr(MTVAL), BigInt(word), instruction.name);
      }
    }
  });

  it('is so for CSRs of advanced interrupts and of the entropy source too', () => {
    for (const name of ['miselect', 'mtopei', 'siselect', 'stopi', 'vsireg', 'hvictl', 'seed']) {
      const machine = machineWith([wordOf('csrrw', { rd: A0, rs1: 0, csr: csrNamed(name)!.number })], false);
      machine.run(1);
      strictEqual(machine.hart.csr(MCAUSE), ILLEGAL, name);
    }
  });
});
