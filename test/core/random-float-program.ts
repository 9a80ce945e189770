/**
 * Random programs of floating-point instructions for comparison with another implementation. A program is a row of blocks, each a loop
 * over instructions whose operands the guest itself draws anew each time: special values, numbers near each other, any bits. Results
 * and flags go into a digest, which each block prints.
 *
 * Registers: f0 to f7 are double operands, f8 to f15 single ones, f16 to f31 results; a0 to a3 integer operands, a4 a result. s1 is the
 * state of the random numbers, s2 the digest, s3 the rounds left, s4 the digest's multiplier, s5 the special values.
 */
import { disassemble } from '../../simulator/explain/disassembler';
import { encode, type Fields, type Instruction, instructions, type OperandName } from '../../simulator/isa';
import type { Random } from '../support/random';

const arithmetic = instructions.filter(
  ({ extension, length, syntax }) => (extension === 'f' || extension === 'd') && length === 4 && !syntax.includes('('),
);

/** Bits of doubles with which operations tend to be at an edge: without sign. */
const doubles: readonly bigint[] = [
  0n,
  1n,
  0xfffffffffffffn,
  0x10000000000000n,
  0x10000000000001n,
  0x3690000000000000n,
  0x3800000000000000n,
  0x380fffffe0000000n,
  0x36a0000000000000n,
  0x3ca0000000000000n,
  0x3cb0000000000000n,
  0x3fe0000000000000n,
  0x3fefffffffffffffn,
  0x3ff0000000000000n,
  0x3ff0000000000001n,
  0x3ff8000000000000n,
  0x4000000000000000n,
  0x4004000000000000n,
  0x41dfffffffc00000n,
  0x41e0000000000000n,
  0x41efffffffe00000n,
  0x41efffffffffffffn,
  0x41f0000000000000n,
  0x4330000000000001n,
  0x4340000000000000n,
  0x43dfffffffffffffn,
  0x43e0000000000000n,
  0x43efffffffffffffn,
  0x43f0000000000000n,
  0x47efffffe0000000n,
  0x47effffff0000000n,
  0x7fefffffffffffffn,
  0x7ff0000000000000n,
  0x7ff0000000000001n,
  0x7ff8000000000000n,
  0x7ffc123456789abcn,
];

/** The same for singles. */
const singles: readonly bigint[] = [
  0n,
  1n,
  0x7fffffn,
  0x800000n,
  0x800001n,
  0x3f000000n,
  0x3f7fffffn,
  0x3f800000n,
  0x3f800001n,
  0x3fc00000n,
  0x40000000n,
  0x40200000n,
  0x4b000001n,
  0x4effffffn,
  0x4f000000n,
  0x4f7fffffn,
  0x4f800000n,
  0x5effffffn,
  0x5f000000n,
  0x5f7fffffn,
  0x5f800000n,
  0x7f7fffffn,
  0x7f800000n,
  0x7f800001n,
  0x7fc00000n,
  0x7fd23456n,
];

/** Both signs; as many as a mask of random bits chooses from. */
function table(values: readonly bigint[], sign: bigint, box: bigint): string {
  const signed = values.flatMap((value) => [value | box, value | sign | box]);
  const repeated = Array.from({ length: 64 }, (_, index) => signed[index % signed.length] ?? 0n);
  return repeated.map((value) => `    .dword 0x${value.toString(16)}`).join('\n');
}

const RUNTIME = `
    .balign 4
handler:
    csrr t0, mcause
    jal t6, fold
    csrr t0, mepc
    addi t1, t0, 4
    csrw mepc, t1
    jal t6, fold
    csrr t0, mtval
    jal t6, fold
    mret

# Puts t0 into the digest.
fold:
    xor s2, s2, t0
    mul s2, s2, s4
    srli t1, s2, 29
    xor s2, s2, t1
    jr t6

# A random number in t0.
draw:
    slli t0, s1, 13
    xor s1, s1, t0
    srli t0, s1, 7
    xor s1, s1, t0
    slli t0, s1, 17
    xor s1, s1, t0
    mv t0, s1
    jr t6

# A random operand in t0: t1 has the special values, t2 says how far down exponents are, t3 has a middle one in its place.
operand:
    mv t5, t6
    jal t6, draw
    srli t4, t0, 60
    andi a5, t4, 1
    beqz a5, 1f
    srli t0, t0, 40
    andi t0, t0, 63
    slli t0, t0, 3
    add t0, t0, t1
    ld t0, 0(t0)
    jr t5
1:  andi a5, t4, 6
    beqz a5, 3f
    # Exponents near the middle, and at times few bits.
    li a5, 0x807fffff
    li a6, 0x7
    beqz t2, 2f
    li a5, 0x800fffffffffffff
2:  and a5, a5, t0
    srl t0, t0, 33
    and t0, t0, a6
    bnez t2, 4f
    slli t0, t0, 23
    j 5f
4:  slli t0, t0, 52
5:  add t0, t0, t3
    or t0, t0, a5
    andi t4, t4, 8
    beqz t4, 3f
    srli t0, t0, 20
    slli t0, t0, 20
3:  bnez t2, 6f
    # A single: in its box, mostly.
    jal t6, draw_box
6:  jr t5
draw_box:
    andi a5, s1, 0x78
    beqz a5, 7f
    li a5, -1
    slli a5, a5, 32
    or t0, t0, a5
7:  jr t6

# Prints t0 in hexadecimal.
print:
    li t1, 60
    li t2, 0x10000000
1:  srl t3, t0, t1
    andi t3, t3, 15
    addi t3, t3, '0'
    li t4, '9'
    ble t3, t4, 2f
    addi t3, t3, 'a' - '0' - 10
2:  sb t3, 0(t2)
    addi t1, t1, -4
    bgez t1, 1b
    li t3, 10
    sb t3, 0(t2)
    jr t6

    .balign 8
doubles:
${table(doubles, 1n << 63n, 0n)}
singles:
${table(singles, 1n << 31n, 0xffffffff00000000n)}
`;

export class RandomFloatProgram {
  private readonly lines: string[] = [];

  constructor(
    private readonly random: Random,
    private readonly blocks: number,
    private readonly instructionsPerBlock: number,
    private readonly rounds: number,
  ) {}

  /** Source for GNU as, to be linked at 0x80000000. */
  source(): string {
    this.lines.push('    .option norvc', '    .globl _start', '_start:');
    this.emit('la t0, handler; csrw mtvec, t0; li t0, 1 << 13; csrs mstatus, t0');
    this.emit(`li s1, 0x${(this.random.bits64() | 1n).toString(16)}; li s2, 0; li s4, 0x9e3779b97f4a7c15`);
    this.emit('li a0, 0; li a1, 1; li a2, -1; li a3, 0x123456789abcdef; li a4, 0');
    for (let register = 0; register < 32; register++) this.emit(`fmv.d.x f${register}, zero`);
    for (let index = 0; index < this.blocks; index++) this.block(index);
    this.emit('li t0, 0x5555; li t1, 0x100000; sw t0, 0(t1)');
    this.lines.push('1:  j 1b', RUNTIME);
    return `${this.lines.join('\n')}\n`;
  }

  private emit(line: string): void {
    this.lines.push(`    ${line}`);
  }

  private block(index: number): void {
    const { random } = this;
    const mode = random.below(2) === 0 ? 0 : random.below(16) === 0 ? 5 + random.below(3) : random.below(5);
    this.emit(`li t0, ${mode * 32 + (random.below(2) ? 1 : random.below(32))}; fscsr t0; li s3, ${this.rounds}`);
    this.lines.push(`block_${index}:`);
    this.operands();
    // Without NX the result has to be known to be exact.
    const clears = random.below(2) === 0;
    for (let i = 0; i < this.instructionsPerBlock; i++) {
      if (clears && random.below(3) === 0) this.emit('fsflagsi 0');
      if (random.below(24) === 0) this.emit(`fsrmi ${random.below(16) === 0 ? 5 : random.below(5)}`);
      this.instruction();
    }
    this.emit('frcsr t0; jal t6, fold');
    this.emit(`addi s3, s3, -1; beqz s3, 1f; j block_${index}`);
    this.lines.push('1:');
    this.emit('mv t0, s2; jal t6, print');
  }

  private operands(): void {
    const { random } = this;
    this.emit('la t1, doubles; li t2, 1; li t3, 1020 << 52');
    for (const register of new Set([random.below(8), random.below(8), random.below(8)])) {
      this.emit(`jal t6, operand; fmv.d.x f${register}, t0`);
    }
    this.emit('la t1, singles; li t2, 0; li t3, 124 << 23');
    for (const register of new Set([random.below(8), random.below(8), random.below(8)])) {
      this.emit(`jal t6, operand; fmv.d.x f${8 + register}, t0`);
    }
    this.emit(`jal t6, draw; srai a${random.below(4)}, t0, ${random.pick([0, 0, 11, 20, 32, 33, 40, 60])}`);
  }

  private instruction(): void {
    const { random } = this;
    const instruction = random.pick(arithmetic);
    const fields: { [name in OperandName]?: number } = {};
    for (const operand of instruction.operands) {
      const { name, file } = operand;
      if (name === 'rm') fields.rm = this.roundingMode();
      else if (name === 'rd') fields.rd = file === 'f' ? 16 + random.below(16) : 14;
      else if (file === 'f')
        fields[name] = random.below(16) === 0 ? random.below(32) : this.operandRegister(instruction);
      else fields[name] = 10 + random.below(4);
    }
    this.emitWord(instruction, fields);
    const isFloat = instruction.operands.some(({ name, file }) => name === 'rd' && file === 'f');
    this.emit(isFloat ? `fmv.x.d t0, f${fields.rd}; jal t6, fold` : 'mv t0, a4; jal t6, fold');
  }

  /** A register with a number of the format that the instruction reads. */
  private operandRegister({ name }: Instruction): number {
    const isSingle = /^f.*\.s$/.test(name) && !name.startsWith('fcvt.s');
    return this.random.below(8) + (isSingle || name === 'fmv.x.w' ? 8 : 0);
  }

  private roundingMode(): number {
    const { random } = this;
    return random.below(3) > 0 ? 7 : random.below(5);
  }

  private emitWord(instruction: Instruction, fields: Fields): void {
    const word = encode(instruction, fields);
    this.emit(`.4byte 0x${word.toString(16)} # ${disassemble(word, 0n).text}`);
  }
}
