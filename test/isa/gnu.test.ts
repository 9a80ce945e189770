import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { patternOfPseudo, type Slot } from '../../simulator/assembler/encode/patterns';
import { disassemble } from '../../simulator/explain/disassembler';
import type { Decoded, Instruction, Pseudo } from '../../simulator/isa';
import { compress, csrs, decode, encode, expansionOf, instructions, pseudoInstructions } from '../../simulator/isa';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { gnuAssemble, gnuDisassemble, gnuTools, llvmAssemble, llvmDisassemble, newerThanGnu } from './gnu';
import { randomFields } from './operand-values';

/** GNU as's spelling of an instruction at address 0, with a pc-relative target as `. + distance`. */
function source({ instruction, fields }: Decoded): string {
  const { text, target } = disassemble(encode(instruction, fields), 0n);
  const written = text.replace('unknown', '0');
  return target === undefined ? written : written.replace(/0x[0-9a-f]+$/, `. + ${fields.target}`);
}

/** As GNU as is told of Zicond. */
const ZICOND = ['eqz', 'nez']
  .map((name, index) => {
    const funct3 = 5 + 2 * index;
    return `.macro czero.${name} rd, rs1, rs2\n.insn r 0x33, ${funct3}, 7, \\rd, \\rs1, \\rs2\n.endm\n`;
  })
  .join('');

/** What GNU as knows, or is told above. */
const assembled = instructions.filter(({ extension }) => newerThanGnu[extension] !== 'unknown');
/** What objdump knows. */
const shown = assembled.filter(({ extension }) => newerThanGnu[extension] === undefined);

/** Conversions that round nothing: binutils before 2.41 neither take nor print a rounding mode. */
const unrounded: ReadonlySet<string> = new Set(['fcvt.d.s', 'fcvt.d.w', 'fcvt.d.wu', 'fcvt.s.h', 'fcvt.d.h']);

function append(bytes: number[], word: number, length: number): void {
  for (let i = 0; i < length; i++) bytes.push((word >>> (8 * i)) & 0xff);
}

/** Words with operands that both sides can write: fence sets are not empty, CSRs have names, and there are no hints. */
function randomDecoded(instruction: Instruction, random: Random): Decoded {
  const fields = { ...randomFields(instruction, random) };
  // `sfence.vm` without a register is a form of its own to objdump.
  if (instruction.name === 'sfence.vm') fields.rs1 ||= 1;
  if (fields.pred !== undefined) fields.pred = fields.pred || 15;
  if (fields.succ !== undefined) fields.succ = fields.succ || 15;
  if (unrounded.has(instruction.name)) fields.rm = 0;
  if (fields.csr !== undefined) fields.csr = random.pick(csrs.filter(({ group }) => group === 'machine')).number;
  const hint = instruction.operands.some(({ name, hints }) => hints.includes(fields[name] ?? 0));
  return hint ? randomDecoded(instruction, random) : { instruction, fields };
}

const shiftInOurWords = (_: string, name: string, operands: string): string =>
  `${name === 'rorw' ? 'roriw' : `${name}i`} ${operands}`;

/** Where objdump has other words: we print addi for addi, and the hints by their names. */
function inOurWords(text: string): string {
  return text
    .replace(/^add (\w+),\1,0$/, 'c.addi $1,0')
    .replace(/^(add|and|or|xor|sll|srl|sra|slt)(w?) (\w+,\w+,(-?\d+|0x[0-9a-f]+))$/, '$1i$2 $3')
    .replace(/^(ror|rorw|bclr|bext|binv|bset) (\w+,\w+,0x[0-9a-f]+)$/, shiftInOurWords)
    .replace(/^sltu (\w+,\w+,-?\d+)$/, 'sltiu $1')
    .replace(/^(csrr?[wsc]) ((?:\w+,)?\w+,\d+)$/, '$1i $2')
    .replace(/^c.addi zero,0$/, 'c.nop')
    .replace(/^c.addi zero,/, 'c.nop ')
    .replace('fence w,unknown', 'pause');
}

const floatWord = (slot: Slot): string[] => (slot.kind === 'register' && slot.file === 'f' ? [slot.word] : []);

describe('instruction table against GNU as and objdump', () => {
  for (const tool of gnuTools) requireTool(tool);
  const random = Random.fromEnvironment();

  it('encodes every entry as GNU as does', () => {
    const lines: string[] = [ZICOND, '.option norvc'];
    const expected: number[] = [];
    for (const instruction of assembled) {
      for (let round = 0; round < 60; round++) {
        const decoded = randomDecoded(instruction, random);
        lines.push(source(decoded));
        append(expected, encode(decoded.instruction, decoded.fields), instruction.length);
      }
    }
    const text = lines.map((line) => (line.startsWith('c.') ? `.option rvc; ${line}; .option norvc` : line)).join('\n');
    const actual = gnuAssemble(`${text}\n`);
    const at = expected.findIndex((byte, index) => byte !== actual[index]);
    strictEqual(at, -1, `seed ${random.seed}: bytes differ at ${at}`);
    strictEqual(actual.length, expected.length);
  }).timeout(60000);

  for (const aliases of [false, true]) {
    it(`disassembles every entry as objdump does ${aliases ? 'with' : 'without'} aliases`, () => {
      const words: { word: number; length: 2 | 4 }[] = [];
      const code: number[] = [];
      for (const instruction of shown) {
        for (let round = 0; round < 60; round++) {
          const { fields } = randomDecoded(instruction, random);
          const word = encode(instruction, fields);
          words.push({ word, length: instruction.length });
          append(code, word, instruction.length);
        }
      }
      const lines = gnuDisassemble(new Uint8Array(code), aliases ? [] : ['-M', 'no-aliases']);
      let address = 0;
      const differences: string[] = [];
      for (const [index, { word, length }] of words.entries()) {
        const ours = disassemble(word, BigInt(address), { aliases }).text;
        const theirs = lines[index];
        strictEqual(theirs?.address, address);
        const known = inOurWords(theirs.text);
        if (known !== ours) differences.push(`0x${word.toString(16)}: ${ours} | ${theirs.text}`);
        address += length;
      }
      deepStrictEqual([...new Set(differences)].slice(0, 20), [], `seed ${random.seed}`);
    }).timeout(60000);
  }

  for (const aliases of [false, true]) {
    it(`knows of every 16-bit word what objdump knows ${aliases ? 'with' : 'without'} aliases`, () => {
      const words = Array.from({ length: 0x10000 }, (_, word) => word).filter((word) => (word & 3) !== 3);
      const code = new Uint8Array(new Uint16Array(words).buffer);
      const lines = gnuDisassemble(code, aliases ? [] : ['-M', 'no-aliases']);
      const differences: string[] = [];
      for (const [index, word] of words.entries()) {
        const theirs = lines[index]?.text ?? '';
        // c.addi16sp with 0 is reserved, whatever objdump prints.
        const isUnknown = theirs.startsWith('.2byte') || word === 0x6101;
        const extension = decode(word)?.instruction.extension;
        if (isUnknown && extension && newerThanGnu[extension]) continue;
        const ours = disassemble(word, BigInt(index * 2), { aliases }).text;
        if (ours.startsWith('.2byte') !== isUnknown || !(isUnknown || inOurWords(theirs) === ours))
          differences.push(`0x${word.toString(16)}: ${ours} | ${theirs}`);
      }
      deepStrictEqual(differences.slice(0, 20), []);
    }).timeout(60000);
  }

  it('picks the compressed forms that GNU as picks', () => {
    const bases = new Set(instructions.map((instruction) => expansionOf(instruction)?.base));
    const lines: string[] = [];
    const expected: number[] = [];
    const notes: string[] = [];
    for (const instruction of assembled.filter((candidate) => bases.has(candidate.name))) {
      for (let round = 0; round < 1500; round++) {
        const fields = { ...randomFields(instruction, random) };
        const registers = [0, 1, 2, 8, 9, 10, 15, 16];
        if (fields.rd !== undefined) fields.rd = random.pick(registers);
        if (fields.rs1 !== undefined) fields.rs1 = random.below(2) ? random.pick(registers) : (fields.rd ?? 2);
        if (fields.rs2 !== undefined) fields.rs2 = random.below(2) ? random.pick(registers) : (fields.rd ?? 8);
        if (fields.imm !== undefined && random.below(4) > 0) {
          const small = random.below(2) ? random.below(600) : random.below(80) - 40;
          fields.imm = instruction.name === 'lui' ? (small & 0x3f) + (random.below(2) ? 0xfffc0 : 0) : small;
        }
        // GNU chooses the length of a branch to an absolute distance by its target alone; the assembler's own test covers these.
        if (fields.target !== undefined) continue;
        const decoded = { instruction, fields };
        const compressed = compress(instruction, fields, { has: (extension) => extension !== 'zcb' });
        lines.push(source(decoded));
        const chosen = compressed ?? decoded;
        append(expected, encode(chosen.instruction, chosen.fields), chosen.instruction.length);
        for (let i = 0; i < chosen.instruction.length; i++) notes.push(`${source(decoded)} -> ${source(chosen)}`);
      }
    }
    const actual = gnuAssemble(`.option rvc\n${lines.join('\n')}\n`);
    const at = expected.findIndex((byte, index) => byte !== actual[index]);
    strictEqual(at < 0 ? '' : notes[at], '', `seed ${random.seed}: GNU differs`);
    strictEqual(actual.length, expected.length);
  }).timeout(60000);

  it('knows the CSR numbers that GNU as knows', () => {
    const source = csrs.map(({ number }) => `csrrw zero, 0x${number.toString(16)}, zero`).join('\n');
    const named = csrs.map(({ name, number }) => {
      const known =
        !/^(mstateen|sstateen|hstateen|mconfigptr|seed$|scountovf|stimecmp|vstimecmp|mcounterinhibit|tcontrol|pmpaddr)/.test(
          name,
        );
      return `csrrw zero, ${known ? name : `0x${number.toString(16)}`}, zero`;
    });
    deepStrictEqual(gnuAssemble(`${named.join('\n')}\n`, 'rv64gc_zicsr'), gnuAssemble(`${source}\n`, 'rv64gc_zicsr'));
  }).timeout(60000);

  it('expands one-instruction pseudo-instructions as GNU as does', () => {
    const samples: Readonly<Record<string, string>> = {
      rd: 'a0',
      rs: 'a1',
      rs1: 'a1',
      rs2: 'a2',
      imm: '5',
      uimm: '7',
      csr: 'mscratch',
      target: '. + 16',
    };
    const simple = pseudoInstructions.filter(({ special }) => special === undefined || special === 'li');
    const fill = (pseudo: Pseudo, text: string): string => {
      const floats = new Set(patternOfPseudo(pseudo).slots.flatMap((slot) => floatWord(slot)));
      const sample = (word: string): string => (floats.has(word) ? `f${samples[word]}` : (samples[word] ?? word));
      return text.replace(/\b(rd|rs1|rs2|rs|imm|uimm|csr|target)\b/g, sample);
    };
    // What Zba and Zbb have an instruction for stands for several where they are not there.
    const inArchitecture = ({ extension }: Pseudo, text: string): string =>
      `.option push; .option arch, ${extension.startsWith('z') ? '+' : '-'}zba\n` +
      `.option arch, ${extension.startsWith('z') ? '+' : '-'}zbb; ${text}; .option pop`;
    const pseudos = simple.map((pseudo) => inArchitecture(pseudo, `${pseudo.name} ${fill(pseudo, pseudo.syntax)}`));
    const bases = simple.map((pseudo) =>
      pseudo.expansion.map((step) => `${step.name} ${fill(pseudo, step.operands.join(', '))}`).join('; '),
    );
    for (const [index, pseudo] of pseudos.entries()) ok(bases[index], pseudo);
    const compiled = gnuAssemble(`.option norvc\n${pseudos.join('\n')}\n`);
    deepStrictEqual(compiled, gnuAssemble(`.option norvc\n${bases.join('\n')}\n`));
  }).timeout(60000);
});

describe('Zcb against the assembler of LLVM', () => {
  requireTool('llvm-mc-19');
  const random = Random.fromEnvironment();
  const features = ['m', 'zba', 'zbb', 'c', 'zcb'];
  const codeSize = instructions.filter(({ extension }) => extension === 'zcb');

  it('encodes and shows every entry', () => {
    const decoded = codeSize.flatMap((instruction) =>
      Array.from({ length: 100 }, () => ({ instruction, fields: randomFields(instruction, random) })),
    );
    const words = decoded.map(({ instruction, fields }) => encode(instruction, fields));
    const code = new Uint8Array(new Uint16Array(words).buffer);
    const lines = decoded.map((entry) => source(entry));
    deepStrictEqual(llvmAssemble(`${lines.join('\n')}\n`, features), code, `seed ${random.seed}`);
    deepStrictEqual(llvmDisassemble(code, features), lines, `seed ${random.seed}`);
  });

  it('picks the forms that LLVM picks', () => {
    const bases = new Set(codeSize.map((instruction) => expansionOf(instruction)?.base));
    const registers = [0, 1, 2, 8, 9, 10, 15, 16];
    const decoded = instructions
      .filter(({ name }) => bases.has(name))
      .flatMap((instruction) =>
        Array.from({ length: 500 }, () => {
          const fields = { ...randomFields(instruction, random) };
          fields.rd &&= random.pick(registers);
          fields.rs1 &&= random.below(2) ? random.pick(registers) : (fields.rd ?? 8);
          fields.rs2 &&= random.below(2) ? random.pick(registers) : (fields.rd ?? 8);
          if (fields.imm !== undefined) fields.imm = random.pick([0, 1, 2, 3, 4, 255, -1]);
          return { instruction, fields };
        }),
      );
    const words = decoded.map((entry) => compress(entry.instruction, entry.fields) ?? entry);
    const code = words.flatMap(({ instruction, fields }) => {
      const bytes: number[] = [];
      append(bytes, encode(instruction, fields), instruction.length);
      return bytes;
    });
    const text = decoded.map((entry) => source(entry)).join('\n');
    const theirs = llvmAssemble(`${text}\n`, features);
    deepStrictEqual(llvmDisassemble(new Uint8Array(code), features), llvmDisassemble(theirs, features));
    deepStrictEqual(new Uint8Array(code), theirs, `seed ${random.seed}`);
  });
});
