/**
 * Random programs for comparison of the translator with the interpreter: control flow as bad as it can be (loops entered anywhere, calls,
 * jumps through registers and tables), arithmetic, memory, traps, clock reads and stores to code, until a counter runs out.
 *
 * Registers: s0 is the data region, s1 what is left of the counter, s2 a table of addresses of blocks, gp belongs to the trap handler;
 * all others are random.
 */

import { disassemble } from '../../simulator/explain/disassembler';
import { encode, extensionNamed, type Instruction, instructions } from '../../simulator/isa';
import { randomFields } from '../isa/operand-values';
import type { Random } from '../support/random';

const RESERVED = new Set([0, 3, 8, 9, 18]);
const FREE = Array.from({ length: 32 }, (_, index) => index).filter((index) => !RESERVED.has(index));

const base: ReadonlySet<string> = new Set(['i', 'm']);

/** What computes, of every extension that the machine runs beside the base, written as words: not every assembler knows it. */
const extended = instructions.filter(
  ({ extension, length, transfers, syntax, semantics }) =>
    length === 4 &&
    !transfers &&
    !base.has(extension) &&
    extensionNamed(extension).support === 'runs' &&
    (typeof semantics === 'function' || 'float' in semantics) &&
    !syntax.includes('('),
);

const plain = instructions.filter(
  ({ extension, length, name, transfers }) =>
    length === 4 &&
    ((extension === 'i' && !transfers && !/^(l|s)[bhwd]u?$/.test(name) && !name.startsWith('fence')) ||
      extension === 'm'),
);

export interface FlowShape {
  readonly blocks: number;
  /** Blocks executed before the program ends. */
  readonly steps: number;
  /** Whether it stores to its own code. */
  readonly modifiesCode: boolean;
  /** Pages over which the code is strewn. */
  readonly pages: number;
}

export class RandomFlow {
  private readonly lines: string[] = [];

  constructor(
    private readonly random: Random,
    private readonly shape: FlowShape,
  ) {}

  /** Source for GNU as, to be linked at 0x80000000; it ends at the finisher. */
  source(): string {
    const { random, shape } = this;
    this.lines.push(
      'la t0, handler; csrw mtvec, t0; la s0, data; la s2, table',
      `li t0, ${random.below(4) << 13}; csrs mstatus, t0`,
      `li s1, ${shape.steps}`,
      ...FREE.map((register) => `li x${register}, 0x${random.bits64().toString(16)}`),
      'j block_0',
      '.balign 4',
      'handler: csrr gp, mepc; addi gp, gp, 4; csrw mepc, gp; csrr gp, mcause; mret',
      'finish: li t0, 0x100000; li t1, 0x5555; sw t1, 0(t0); 1: j 1b',
    );
    for (let index = 0; index < shape.blocks; index++) {
      if (shape.pages > 1 && random.below(Math.ceil(shape.blocks / shape.pages)) === 0) this.lines.push('.balign 4096');
      this.block(index);
    }
    this.lines.push('.balign 8', 'table:');
    for (let index = 0; index < 16; index++) this.lines.push(`.dword ${this.label()}`);
    this.lines.push('.balign 4096', 'data: .space 8192');
    return `${this.lines.join('\n')}\n`;
  }

  private label(): string {
    return `block_${this.random.below(this.shape.blocks)}`;
  }

  private register(): string {
    return `x${this.random.pick(FREE)}`;
  }

  private block(index: number): void {
    const { random } = this;
    this.lines.push(random.below(2) ? '.option rvc' : '.option norvc');
    this.lines.push(`block_${index}: addi s1, s1, -1`, `bgtz s1, 1f; la t0, finish; jr t0; 1:`);
    const count = random.below(random.below(8) ? 8 : 150);
    for (let i = 0; i < count; i++) this.instruction();
    this.terminator(index);
  }

  private instruction(): void {
    const { random, lines } = this;
    const width = random.pick(['b', 'h', 'w', 'd']);
    const place = `${random.below(random.below(2) ? 2040 : 32)}(s0)`;
    switch (random.below(24)) {
      case 0:
      case 1:
        lines.push(`l${width} ${this.register()}, ${place}`);
        return;
      case 2:
      case 3:
        lines.push(`s${width} ${this.register()}, ${place}`);
        return;
      case 4:
        this.csr();
        return;
      case 5:
        lines.push('.option push; .option norvc', random.pick(['ecall', 'fence.i', '.word 0xffffffff']), '.option pop');
        return;
      case 6:
        this.atomic();
        return;
      case 7:
        // Far away: no RAM, or not aligned to anything.
        lines.push(`.option push; .option norvc; l${width} ${this.register()}, 0(${this.register()}); .option pop`);
        return;
      case 8:
        if (this.shape.modifiesCode) this.modifyCode();
        return;
      case 9:
      case 10:
        this.extended(random.pick(extended));
        return;
      case 11:
        lines.push(
          '.option push; .option norvc',
          `f${random.pick(['l', 's'])}${random.pick(['w', 'd'])} f${random.below(32)}, ${place}`,
          '.option pop',
        );
        return;
      default:
        this.arithmetic(random.pick(plain));
    }
  }

  private extended(instruction: Instruction): void {
    const { random } = this;
    const fields = { ...randomFields(instruction, random) };
    const writesInteger = instruction.operands.some(({ name, file }) => name === 'rd' && file === 'x');
    if (writesInteger) fields.rd = random.pick(FREE);
    this.lines.push(`.word 0x${encode(instruction, fields).toString(16)}`);
  }

  private arithmetic(instruction: Instruction): void {
    const fields = { ...randomFields(instruction, this.random), rd: this.random.pick(FREE) };
    this.lines.push(disassemble(encode(instruction, fields), 0n).text);
  }

  /** Clocks, and CSRs that only hold what is written. */
  private csr(): void {
    const { random, lines } = this;
    if (random.below(2)) {
      lines.push(`csrr ${this.register()}, ${random.pick(['cycle', 'time', 'instret', 'mstatus'])}`);
      return;
    }
    const name = random.pick(['mscratch', 'mepc', 'mcause', 'mtval', 'sscratch', 'sepc', 'scause', 'stval']);
    const operation = random.pick(['csrrw', 'csrrs', 'csrrc']);
    const operand = random.below(3) ? this.register() : 'zero';
    if (random.below(3)) lines.push(`${operation} ${this.register()}, ${name}, ${operand}`);
    else lines.push(`${operation}i ${this.register()}, ${name}, ${random.below(32)}`);
  }

  private atomic(): void {
    const { random, lines } = this;
    const address = this.register();
    const width = random.pick(['w', 'd']);
    lines.push(`addi ${address}, s0, ${random.below(64) * 8}`);
    switch (random.below(3)) {
      case 0:
        lines.push(`amo${random.pick(['add', 'swap', 'xor', 'maxu'])}.${width} ${this.register()}, ra, (${address})`);
        return;
      case 1:
        lines.push(`lr.${width} ra, (${address}); sc.${width} ${this.register()}, sp, (${address})`);
        return;
      default:
        lines.push(`sc.${width} ${this.register()}, sp, (${address})`);
    }
  }

  /** Another instruction comes into the place of one that may have been translated. */
  private modifyCode(): void {
    const { random, lines } = this;
    const word = encode(random.pick(plain.filter(({ name }) => name === 'addi' || name === 'xori')), {
      rd: random.pick(FREE),
      rs1: random.pick(FREE),
      imm: random.below(4000) - 2000,
    });
    // One of its own, which runs next, or one that other blocks have.
    const label = `patch_${lines.length}`;
    lines.push(`la t0, ${label}; li t1, 0x${word.toString(16)}; sw t1, 0(t0)`);
    lines.push('.option push; .option norvc', `${label}: nop`, '.option pop');
  }

  private terminator(index: number): void {
    const { random, lines } = this;
    const branch = random.pick(['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu']);
    const [a, b] = [this.register(), random.below(3) ? this.register() : 'zero'];
    switch (random.below(9)) {
      case 0:
      case 1:
      case 2:
        lines.push(`${branch} ${a}, ${b}, ${this.label()}`);
        break;
      case 3:
        lines.push(`j ${this.label()}`);
        break;
      case 4:
        lines.push(`jal ${random.pick(['ra', 't0'])}, ${this.label()}`);
        break;
      case 5:
        lines.push(`la ra, ${this.label()}; jr ra`);
        break;
      case 6:
        lines.push(
          `andi t0, ${a}, 15; slli t0, t0, 3; add t0, t0, s2; ld t0, 0(t0); jalr ${random.pick(['ra', 'zero'])}, t0`,
        );
        break;
      default:
        // A short loop of its own.
        lines.push(`li t2, ${random.below(20)}`, `1: addi t2, t2, -1; add a0, a0, t2; bgtz t2, 1b`);
    }
    if (index === this.shape.blocks - 1) lines.push('j block_0');
  }
}
