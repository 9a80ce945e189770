/**
 * Random programs for comparison with another implementation. A program is a row of blocks, each executed in some mode with some
 * translation; every trap and, after each block, every register goes into a log, which is printed at the end with a digest of memory.
 *
 * Registers: sp points to the end of the log; gp and tp belong to the handlers; s10 is where to go on after a faulting fetch;
 * s0 and s1 are the data region's physical and virtual address; t3 to t5 are addresses inside it. All others are random.
 */

import { disassemble } from '../../simulator/explain/disassembler';
import { encode, type Instruction, instructions } from '../../simulator/isa';
import { randomFields } from '../isa/operand-values';
import type { Random } from '../support/random';
import { EPILOGUE, HANDLERS, PROLOGUE } from './random-program-runtime';

/** Bits of mstatus that a block may start with: all but those that the machine has not, MIE and MPP. */
const maskedStatus = 0x7e01a2;

type Mode = 'm' | 's-bare' | 's-paged' | 'u-bare' | 'u-paged';
const MODES: readonly Mode[] = ['m', 's-bare', 's-paged', 'u-bare', 'u-paged'];

const RESERVED = new Set([0, 2, 3, 4, 8, 9, 26, 28, 29, 30]);
const FREE = Array.from({ length: 32 }, (_, index) => index).filter((index) => !RESERVED.has(index));
const ADDRESSES = [28, 29, 30];
const ATOMIC_ADDRESS = 28;
const DATA_PAGES = 16;
const WINDOW = 0x40000000;

const plain = instructions.filter(({ extension, length, name, transfers }) => {
  const isBase = extension === 'i' && !transfers && !/^(l|s)[bhwd]u?$/.test(name);
  const isArithmetic = isBase || extension === 'm' || extension.startsWith('zb') || extension === 'zicbop';
  // QEMU before 8.0 counts into the upper half.
  if (name === 'ctzw') return false;
  return isArithmetic && length === 4 && !name.startsWith('fence');
});
const loads = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'];
const stores = ['sb', 'sh', 'sw', 'sd'];
const atomics = instructions.filter(({ extension, name }) => extension === 'a' && name.startsWith('amo'));
const branches = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'];

/** Stands for the interrupts that the program enables. */
const ENABLED = -1;

/** CSRs that any value may be written to without losing the program. */
const scratchCsrs = ['mscratch', 'sscratch', 'scause', 'stval', 'mtval', 'mcause'];
const maskedCsrs: Readonly<Record<string, number>> = {
  mstatus: 0x7e01a2,
  sstatus: 0xc0122,
  mie: ENABLED,
  sie: ENABLED,
  // Of 32 bits; QEMU keeps more.
  scounteren: 0x7,
  mcounteren: 0x7,
  mip: 0x222,
  sip: 0x222,
};
const readOnlyUse = ['satp', 'mhartid', 'medeleg', 'hideleg', 'stvec', 'mepc', 'misa', 'pmpcfg0', 'pmpaddr0'];

export class RandomProgram {
  private readonly lines: string[] = [];
  private labels = 0;
  /** Only one interrupt of a program is enabled: QEMU's order of priority is not the manual's. */
  private readonly enabled: number;

  constructor(
    private readonly random: Random,
    private readonly blocks: number,
    private readonly instructionsPerBlock: number,
  ) {
    this.enabled = random.pick([0x2, 0x20, 0x200]);
  }

  /** Source for GNU as, to be linked at 0x80000000. */
  source(): string {
    this.lines.push(PROLOGUE, ...this.setUpTables(), HANDLERS);
    for (let index = 0; index < this.blocks; index++) this.block(index);
    this.lines.push('    j finish', EPILOGUE);
    return `${this.lines.join('\n')}\n`;
  }

  private emit(line: string): void {
    this.lines.push(`    ${line}`);
  }

  private register(): string {
    return `x${this.random.pick(FREE)}`;
  }

  private source32(): string {
    return `x${this.random.below(8) === 0 ? 0 : this.random.pick([...FREE, 8, 9])}`;
  }

  private block(index: number): void {
    const { random } = this;
    const mode = random.pick(MODES);
    const isPaged = mode.endsWith('paged');
    // Sv39, or Sv48 by a root that leads to Sv39's.
    const isWide = random.below(3) === 0;
    const root = `${isWide ? 'wide' : 'root'}_${mode.startsWith('u') ? 'u' : 's'}`;
    this.lines.push('    .option norvc', `block_${index}:`);
    if (isPaged) {
      this.emit(
        `la gp, ${root}; srli gp, gp, 12; li tp, ${isWide ? 9 : 8} << 60 | ${random.below(4)} << 44; or gp, gp, tp; csrw satp, gp`,
      );
      // The roots are for the same address spaces, and have global pages.
      this.emit('sfence.vma');
    } else {
      this.emit('csrw satp, zero');
    }
    const interrupts = random.below(2) * 2;
    const delegated = random.below(2) ? 0 : random.next() & 0xb0ff;
    this.emit(`li gp, ${delegated}; csrw medeleg, gp; csrwi mideleg, ${interrupts}`);
    // The handler in S-mode returns with sret: TSR must not trap that.
    const status = random.next() & maskedStatus & ~(delegated || interrupts ? 1 << 22 : 0);
    const privilege = { m: 3, s: 1, u: 0 }[mode.charAt(0)] ?? 3;
    this.emit(`li gp, ${(status & ~0x21808) | (privilege << 11)}; csrw mstatus, gp`);
    this.emit(`la s10, end_${index}; la gp, start_${index}; csrw mepc, gp`);
    for (const register of FREE) this.emit(`li x${register}, 0x${random.bits64().toString(16)}`);
    this.emit(`la s0, data; li s1, ${isPaged ? WINDOW : 0x4000000}`);
    // Atomics keep to where they do not fault: QEMU without threads does them as a load and a store, with faults of loads.
    for (const register of ADDRESSES) this.address(register, isPaged && register !== ATOMIC_ADDRESS);
    this.emit('mret');
    if (random.below(2)) this.lines.push('    .option rvc');
    this.lines.push('    .balign 4', `start_${index}:`);
    for (let i = 0; i < this.instructionsPerBlock; i++) this.instruction(mode);
    this.lines.push('    .option norvc', `end_${index}:`, '    li a7, 0x777', '    ecall', `    j end_${index}`);
    this.lines.push(`after_${index}:`);
  }

  private address(register: number, isPaged: boolean): void {
    const { random } = this;
    const offset = random.below(DATA_PAGES * 4096 - 128) & -(random.below(4) ? 8 : 1);
    const base = isPaged && random.below(4) > 0 ? random.pick(['s1', 's1', 's1', 'large', 'huge']) : 's0';
    const distance = base === 'large' ? WINDOW + 0x200000 * (1 + random.below(2)) - 0x80000000 : 0x40000000;
    if (base === 'large' || base === 'huge') {
      this.emit(`la x${register}, data + ${offset}; li gp, ${distance}; add x${register}, x${register}, gp`);
    } else {
      this.emit(`li gp, ${offset}; add x${register}, ${base}, gp`);
    }
  }

  private instruction(mode: Mode): void {
    const { random } = this;
    const address = `x${random.pick(ADDRESSES)}`;
    switch (random.below(20)) {
      case 0:
      case 1:
      case 2:
        this.emit(`${random.pick(loads)} ${this.register()}, ${random.below(128) - 64}(${address})`);
        return;
      case 3:
      case 4:
        this.emit(`${random.pick(stores)} ${this.source32()}, ${random.below(128) - 64}(${address})`);
        return;
      case 5:
      case 6:
        this.atomic(`x${ATOMIC_ADDRESS}`);
        return;
      case 7:
      case 8:
        this.csr(mode);
        return;
      case 9:
        this.branch();
        return;
      case 10:
        this.rare(mode);
        return;
      default:
        this.arithmetic(random.pick(plain));
        return;
    }
  }

  private arithmetic(instruction: Instruction): void {
    const fields = { ...randomFields(instruction, this.random), rd: this.random.pick(FREE) };
    const legal = (value: number | undefined): number => (value === undefined || RESERVED.has(value) ? 8 : value);
    if (fields.rs1 !== undefined) fields.rs1 = legal(fields.rs1);
    if (fields.rs2 !== undefined) fields.rs2 = legal(fields.rs2);
    this.emit(disassemble(encode(instruction, fields), 0n).text);
  }

  private atomic(address: string): void {
    const { random } = this;
    this.emit(`andi ${address}, ${address}, -8`);
    if (random.below(3) === 0) {
      const width = random.pick(['w', 'd']);
      // No store between the two: QEMU compares values and fails where the manual leaves the choice. Nor does it check what an sc
      // may do that has no reservation, as after a load-reserved that trapped: such a one changes nothing in its register.
      const label = `unreserved_${this.labels++}`;
      this.emit(`li ra, 0x5a5a5a5; lr.${width} ra, (${address})`);
      this.emit(`li t0, 0x5a5a5a5; beq ra, t0, ${label}`);
      if (random.below(2)) this.arithmetic(random.pick(plain));
      this.emit(`sc.${width} ${this.register()}, ${this.source32()}, (${address})`);
      this.emit(`${label}:`);
      return;
    }
    const instruction = random.pick(atomics);
    const ordering = random.pick(['', '.aq', '.rl', '.aqrl']);
    this.emit(`${instruction.name}${ordering} ${this.register()}, ${this.source32()}, (${address})`);
  }

  private csr(mode: Mode): void {
    const { random } = this;
    const operation = random.pick(['csrrw', 'csrrs', 'csrrc']);
    const choice = random.below(4);
    if (choice === 0) {
      this.emit(`csrrs ${this.register()}, ${random.pick(readOnlyUse)}, zero`);
      return;
    }
    if (choice === 1 && mode.startsWith('u')) {
      this.emit(`csrrw ${this.register()}, ${random.pick(readOnlyUse)}, zero`);
      return;
    }
    if (choice === 2) {
      const name = random.pick(Object.keys(maskedCsrs));
      const mask = maskedCsrs[name] ?? 0;
      const value = random.next() & (mask === ENABLED ? this.enabled : mask);
      const register = this.register();
      this.emit(`li ${register}, ${value}`);
      this.emit(`${operation === 'csrrw' ? 'csrrs' : operation} ${this.register()}, ${name}, ${register}`);
      return;
    }
    const name = random.pick(scratchCsrs);
    if (random.below(3) === 0) {
      this.emit(`${operation}i ${this.register()}, ${name}, ${random.below(32)}`);
      return;
    }
    this.emit(`${operation} ${this.register()}, ${name}, ${this.source32()}`);
  }

  private branch(): void {
    const { random } = this;
    const label = `skip_${this.labels++}`;
    const skipped = random.below(4);
    switch (random.below(4)) {
      case 0:
        this.emit(`jal ${this.register()}, ${label}`);
        break;
      case 1: {
        const register = this.register();
        this.emit(`la ${register}, ${label}`);
        this.emit(`jalr ${this.register()}, ${random.below(2)}(${register})`);
        break;
      }
      default:
        this.emit(`${random.pick(branches)} ${this.source32()}, ${this.source32()}, ${label}`);
    }
    for (let i = 0; i < skipped; i++) this.arithmetic(random.pick(plain));
    this.lines.push(`${label}:`);
  }

  private rare(mode: Mode): void {
    const { random } = this;
    switch (random.below(10)) {
      case 0:
        this.emit('ecall');
        return;
      case 1:
        this.emit('ebreak');
        return;
      case 2:
        this.emit(random.pick(['fence', 'fence rw, w', 'fence.i', 'fence.tso', 'pause']));
        return;
      case 3:
        this.emit(
          `sfence.vma ${random.pick(['zero', 's1', `x${random.pick(ADDRESSES)}`])}, ${random.pick(['zero', 'a0'])}`,
        );
        return;
      case 4:
        this.emit(mode === 'm' ? 'nop' : 'mret');
        return;
      case 5:
        this.emit(mode.startsWith('u') ? random.pick(['wfi', 'sret']) : 'nop');
        return;
      case 6:
        this.emit(`.word ${random.pick(['0x00000000', '0xffffffff', '0x00002057', '0x40001033', '0x0400003b'])}`);
        return;
      case 7:
        this.jumpNowhere(mode);
        return;
      case 8:
        this.modifyCode();
        return;
      default: {
        // An unsupported scheme: the write has no effect, or traps.
        const register = this.register();
        this.emit(`li ${register}, 15 << 60; csrw satp, ${register}`);
        return;
      }
    }
  }

  /** A fetch that faults; the handler goes on at s10. */
  private jumpNowhere(mode: Mode): void {
    const { random } = this;
    const label = `resume_${this.labels++}`;
    this.emit(`la s10, ${label}`);
    this.emit(
      `li a0, ${random.pick(['0x4000000', '0x4000002', '0', mode.endsWith('paged') ? '0x50000000' : '2', '1 << 40', '-4096'])}`,
    );
    this.emit('jr a0');
    this.lines.push(`${label}:`);
  }

  /** Writes an instruction ahead of itself and executes it after fence.i. */
  private modifyCode(): void {
    const { random } = this;
    const label = `modified_${this.labels++}`;
    const word = encode(random.pick(plain.filter(({ name }) => name === 'addi' || name === 'xori')), {
      rd: random.pick(FREE),
      rs1: random.pick(FREE),
      imm: random.below(4000) - 2000,
    });
    this.emit(`la a0, ${label}; li a1, 0x${word.toString(16)}; sw a1, 0(a0); fence.i`);
    this.lines.push('    .option push', '    .option norvc', `${label}:`, '    nop', '    .option pop');
  }

  /** Page tables: code and log by identity, data in a window with random permissions, and large pages. */
  private setUpTables(): string[] {
    const { random } = this;
    const leaf = (): number => {
      if (random.below(12) === 0) {
        const any = random.next() & 0xff;
        // No pointer into the program: code read as a table leads to where nothing is, and QEMU reports another address of a
        // misaligned access there.
        return (any & 0xf) === 1 ? any | 2 : any;
      }
      const permissions = random.pick([0x2, 0x6, 0x6, 0xe, 0x8, 0xa, 0x6]);
      return 1 | permissions | (random.below(2) * 0x10) | (random.below(4) ? 0 : 0x20) | (random.next() & 0xc0);
    };
    const set = (table: string, index: number, target: string, flags: number): string =>
      `    la gp, ${target}; srli gp, gp, 2; ori gp, gp, ${flags}; la tp, ${table}; sd gp, ${index * 8}(tp)`;
    return ['s', 'u'].flatMap((root) => [
      set(`wide_${root}`, 0, `root_${root}`, 1),
      set(`root_${root}`, 1, `middle_${root}`, 1),
      set(`root_${root}`, 2, `code_${root}`, 1),
      set(`root_${root}`, 3, '_start', leaf()),
      set(`code_${root}`, 0, `pages_${root}`, 1),
      set(`middle_${root}`, 0, `window_${root}`, 1),
      set(`middle_${root}`, 1, '_start', leaf()),
      set(`middle_${root}`, 2, '_start + 4096', leaf()),
      ...Array.from({ length: DATA_PAGES }, (_, page) => set(`window_${root}`, page, `data + ${page * 4096}`, leaf())),
      // Identity: handlers, log and tables for S-mode; blocks and data for the mode whose root it is.
      `    la t0, pages_${root}; la t1, _start; li t2, 512; la t3, blocks; la t4, data_end`,
      `1:  li t5, 0xcf; bltu t1, t3, 2f; bgeu t1, t4, 2f; li t5, ${root === 'u' ? 0xdf : 0xcf}`,
      '2:  srli t6, t1, 2; or t6, t6, t5; sd t6, 0(t0)',
      '    addi t0, t0, 8; li t6, 4096; add t1, t1, t6; addi t2, t2, -1; bnez t2, 1b',
    ]);
  }
}
