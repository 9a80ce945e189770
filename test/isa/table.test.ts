import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import {
  compress,
  csrNamed,
  csrs,
  decode,
  encode,
  expand,
  expansionOf,
  instructionNamed,
  instructions,
  instructionsNamed,
  operandProblem,
  operandsProblem,
  pseudoInstructions,
  registerNamed,
  registers,
} from '../../simulator/isa';
import { Random } from '../support/random';
import { randomFields } from './operand-values';

describe('instruction table', () => {
  it('has no two overlapping entries', () => {
    for (const [index, a] of instructions.entries()) {
      for (const b of instructions.slice(index + 1)) {
        if (a.length !== b.length || a.length === 2) continue;
        const distinct = ((a.match ^ b.match) & a.mask & b.mask) !== 0;
        const refined = a.refines === b.name;
        ok(distinct || refined, `${a.name} and ${b.name} overlap`);
        if (refined) strictEqual(a.mask & b.mask, b.mask | 0, `${a.name} is not a part of ${b.name}`);
      }
    }
  });

  it('gives every 16-bit word to one compressed entry at most', () => {
    const compressed = instructions.filter((instruction) => instruction.length === 2);
    for (let word = 0; word < 0x10000; word++) {
      if ((word & 3) === 3) continue;
      const owners = compressed.filter((candidate) => {
        if ((word & candidate.mask) !== candidate.match) return false;
        const found = decode(word);
        return found?.instruction === candidate && encode(candidate, found.fields) === word;
      });
      ok(owners.length <= 1, `0x${word.toString(16)}: ${owners.map((owner) => owner.name).join(', ')}`);
      const decoded = decode(word);
      strictEqual(decoded?.instruction, owners[0]);
    }
  });

  it('fixes only bits inside its mask, and no operand bits', () => {
    for (const { name, mask, match, operands } of instructions) {
      strictEqual((match & mask) >>> 0, match, name);
      for (const operand of operands) {
        for (const { wordLow, width } of operand.runs) {
          strictEqual(((2 ** width - 1) << wordLow) & mask, 0, `${name} ${operand.name}`);
        }
      }
    }
  });

  it('decodes what it encodes, for every entry over random operands', () => {
    const random = Random.fromEnvironment();
    for (const instruction of instructions) {
      for (let round = 0; round < 200; round++) {
        const fields = randomFields(instruction, random);
        const word = encode(instruction, fields);
        const decoded = decode(word);
        const note = `seed ${random.seed}: ${instruction.name} ${JSON.stringify(fields)} = 0x${word.toString(16)}`;
        if (decoded?.instruction.refines === instruction.name) continue;
        strictEqual(decoded?.instruction.name, instruction.name, note);
        deepStrictEqual({ ...decoded.fields }, { ...fields }, note);
      }
    }
  });

  it('expands every compressed entry to a base instruction with operands in range, and compresses it back', () => {
    const random = Random.fromEnvironment();
    for (const instruction of instructions.filter((candidate) => expansionOf(candidate))) {
      for (let round = 0; round < 100; round++) {
        const fields = randomFields(instruction, random);
        const expanded = expand({ instruction, fields });
        const note = `seed ${random.seed}: ${instruction.name} ${JSON.stringify(fields)}`;
        strictEqual(operandsProblem(expanded.instruction, expanded.fields), undefined, note);
        const again = compress(expanded.instruction, expanded.fields);
        if (again?.instruction === instruction && instruction.name !== 'c.nop')
          deepStrictEqual({ ...again.fields }, { ...fields }, note);
      }
    }
  });

  it('names every operand of an entry in its syntax', () => {
    for (const { name, syntax, operands } of instructions) {
      const words: readonly string[] = syntax.match(/\w+/g) ?? [];
      deepStrictEqual(
        words.filter((word) => word !== 'sp'),
        operands.map((operand) => operand.name),
        name,
      );
    }
  });

  it('says what is wrong with an operand and what would be right', () => {
    const problem = (name: string, operandName: string, value: number): string | undefined => {
      const operand = instructionNamed(name).operands.find((candidate) => candidate.name === operandName);
      ok(operand);
      return operandProblem(operand, value);
    };
    strictEqual(problem('addi', 'imm', 2047), undefined);
    strictEqual(problem('addi', 'imm', 2048), 'imm must be an integer from -2048 to 2047, not 2048');
    strictEqual(problem('slliw', 'shamt', 32), 'shamt must be an integer from 0 to 31, not 32');
    strictEqual(problem('c.lw', 'imm', 6), 'imm must be a multiple of 4 from 0 to 124, not 6');
    strictEqual(problem('c.lw', 'rd', 5), 'rd must be a register from x8 to x15 (s0, s1, a0 to a5), not x5');
    strictEqual(problem('c.mv', 'rs2', 0), 'rs2 must be a register other than zero, not x0');
    strictEqual(
      problem('beq', 'target', 4096),
      'the target is 4096 bytes away: this instruction reaches from -4096 to 4094',
    );
    strictEqual(problem('beq', 'target', 3), 'the target is at an odd distance (3 bytes)');
    strictEqual(problem('c.lui', 'imm', 0xfffff), undefined);
    strictEqual(problem('c.lui', 'imm', 0x20), 'imm must be from 1 to 31 or from 0xfffe0 to 0xfffff, not 32');
  });

  it('has pseudo-instructions whose steps are instructions of the table', () => {
    for (const { name, expansion, compressed } of pseudoInstructions) {
      for (const step of [...expansion, ...(compressed ? [compressed] : [])]) {
        ok(instructionsNamed(step.name).length > 0, `${name}: ${step.name}`);
      }
    }
  });

  it('has unique register names and CSR numbers, and CSR fields that do not overlap', () => {
    deepStrictEqual(
      registers.map((register) => registerNamed(register.abiName)?.number),
      registers.map((_, index) => index),
    );
    strictEqual(registerNamed('fp')?.name, 'x8');
    strictEqual(new Set(csrs.map((csr) => csr.number)).size, csrs.length);
    strictEqual(new Set(csrs.map((csr) => csr.name)).size, csrs.length);
    strictEqual(csrNamed('satp')?.number, 0x180);
    for (const { name, fields } of csrs) {
      const bits = new Set<number>();
      for (const { high, low } of fields) {
        for (let bit = low; bit <= high; bit++) {
          ok(!bits.has(bit), `${name} bit ${bit}`);
          bits.add(bit);
        }
      }
    }
  });
});
