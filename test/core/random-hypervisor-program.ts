/**
 * Random programs for the H extension: blocks in M-, HS-, U-, VS- and VU-mode with random tables of both stages, delegation, loads and
 * stores as though in the guest, fences, CSRs. Registers are used as in `random-program.ts`.
 *
 * Addresses of a guest: code, log and tables by identity in both stages; data in a window of guest virtual addresses, whose first-stage
 * leaves lead to a window of guest physical ones, of which the second stage maps some. The first stage's last table is reached through
 * a guest physical alias with random permissions, so that implicit accesses fault.
 */
import { disassemble } from '../../simulator/explain/disassembler';
import { encode, instructions } from '../../simulator/isa';
import { randomFields } from '../isa/operand-values';
import type { Random } from '../support/random';
import { GUEST_TABLES, HYPERVISOR_HANDLERS, HYPERVISOR_PROLOGUE, HYPERVISOR_TABLES } from './random-hypervisor-runtime';
import { EPILOGUE } from './random-program-runtime';

type Mode = 'm' | 's' | 'u' | 'vs' | 'vu';
const MODES: readonly Mode[] = ['m', 's', 'u', 'vs', 'vs', 'vs', 'vu', 'vu'];

const RESERVED = new Set([0, 2, 3, 4, 8, 9, 26, 28, 29, 30]);
const FREE = Array.from({ length: 32 }, (_, index) => index).filter((index) => !RESERVED.has(index));
const ADDRESSES = [28, 29, 30];
const ATOMIC_ADDRESS = 28;
const DATA_PAGES = 16;
/** Guest virtual, and guest physical; at neither physical address is there anything. */
const WINDOW = 0x140000000;
const GUEST_WINDOW = 0xc0000000;
const ALIAS = 0xc0600000;
/** Guest physical addresses at which large pages map the program. */
const HUGE_PAGES = [GUEST_WINDOW + 0x200000, GUEST_WINDOW + 0x400000, GUEST_WINDOW + 0x800000, 0x100000000];

const plain = instructions.filter(({ extension, length, name, transfers }) => {
  const isArithmetic = (extension === 'i' && !transfers && !/^(l|s)[bhwd]u?$/.test(name)) || extension === 'm';
  return isArithmetic && length === 4 && !name.startsWith('fence');
});
const loads = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'];
const stores = ['sb', 'sh', 'sw', 'sd'];
const guestLoads = ['hlv.b', 'hlv.bu', 'hlv.h', 'hlv.hu', 'hlv.w', 'hlv.wu', 'hlv.d'];
const guestStores = ['hsv.b', 'hsv.h', 'hsv.w', 'hsv.d'];
const fences = ['hfence.vvma', 'hfence.gvma', 'sfence.vma'];
const atomics = ['amoadd.w', 'amoadd.d', 'amoswap.d', 'amoor.w', 'amomaxu.d'];

/** Of two stages, QEMU looks at vsstatus.MXR for both: it stays 0. */
const MXR = 1 << 19;

/** CSRs that any value may be written to without losing the program, and those of which some bits may. */
const scratch = ['mscratch', 'sscratch', 'vsscratch', 'vscause', 'vstval'];
const masked: Readonly<Record<string, number>> = {
  mstatus: 0x7c01a2 & ~((1 << 22) | MXR),
  sstatus: 0x40122,
  vsstatus: 0x40120,
  // SPV, HU, VTW; with VTVM sfence.vma is illegal for QEMU, and what was cached with another SPVP serves hlv there.
  hstatus: 0x200280,
  hvip: 0x444,
  hideleg: 0x444,
  mcounteren: 0x7,
  scounteren: 0x7,
  hcounteren: 0x7,
};
/** Not hip, vsip, and in VS-mode sie, sip and satp: QEMU leaves out bits, and has satp with VTVM illegal; nor
 * hgatp, which TVM does not keep from HS-mode there. */
const readOnlyUse = ['vsatp', 'hedeleg', 'hideleg', 'vstvec', 'vsepc', 'hie', 'vsie', 'hgeie'];
/** For hlv and hsv QEMU looks at the SUM of HS-mode, not of VS-mode: where V = 0 both are set. */
const SUM = 1 << 18;
const counters = ['cycle', 'instret'];

export class RandomHypervisorProgram {
  private readonly lines: string[] = [];
  private labels = 0;

  constructor(
    private readonly random: Random,
    private readonly blocks: number,
    private readonly instructionsPerBlock: number,
  ) {}

  /** Source for GNU as, to be linked at 0x80000000. */
  source(): string {
    this.lines.push(HYPERVISOR_PROLOGUE, ...this.setUpTables(), HYPERVISOR_HANDLERS);
    for (let index = 0; index < this.blocks; index++) this.block(index);
    this.lines.push('    j finish', this.epilogue());
    return `${this.lines.join('\n')}\n`;
  }

  private epilogue(): string {
    const [before = ''] = EPILOGUE.split('tables:');
    const tables = [...HYPERVISOR_TABLES, '    .balign 16384', ...GUEST_TABLES].join('\n');
    return `${before.replace('csrw satp, zero', 'csrw satp, zero; csrw hvip, zero')}tables:\n${tables}\ntables_end:\n`;
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
    const isVirtual = mode.startsWith('v');
    const isPaged = random.below(4) > 0;
    this.lines.push('    .option norvc', `block_${index}:`);
    this.roots(mode, isPaged);
    // Environment calls end blocks: they stay in M-mode.
    // Guest-page faults go one way, as QEMU takes some for others.
    const guestFaults = random.below(2) * 0xb00000;
    const delegated = random.below(3) === 0 ? 0 : (random.next() & 0x40b0ff) | guestFaults;
    // QEMU takes 1 from the causes 2 and 6 on the way to VS-mode, as if they were interrupts.
    const toGuest = random.below(2) ? 0 : random.next() & 0xb0ba;
    const interrupt = random.pick([0x4, 0x40, 0x400]);
    this.emit(`li gp, ${delegated}; csrw medeleg, gp; li gp, ${toGuest}; csrw hedeleg, gp`);
    this.emit(
      `li gp, ${random.pick([0, interrupt])}; csrw hideleg, gp; li gp, ${random.pick([0, 0, interrupt])}; csrw mie, gp`,
    );
    this.emit(`li gp, ${random.pick([0, 0, interrupt])}; csrw hvip, gp`);
    // HU: QEMU has another value for a hypervisor load that is illegal.
    const hstatus = (random.next() & 0x200300) | (mode === 'u' ? 1 << 9 : 0);
    const sum = isVirtual ? 0 : SUM;
    this.emit(`li gp, ${hstatus}; csrw hstatus, gp; li gp, ${(random.next() & 0x40120) | sum}; csrw vsstatus, gp`);
    this.emit(`li gp, ${random.next() & 7}; csrw hcounteren, gp; li gp, ${random.next() & 7}; csrw mcounteren, gp`);
    // The handlers return with sret: TSR must not trap that. In VS-mode QEMU looks at TVM, in VU-mode not at TW.
    const trapped = { m: 0, s: 0, u: 0, vs: 1 << 20, vu: 3 << 20 }[mode];
    const status = random.next() & 0x7c01a2 & ~((1 << 22) | MXR | 0x21808 | trapped);
    const privilege = mode === 'm' ? 3 : mode.endsWith('s') ? 1 : 0;
    const high = isVirtual ? '| 1 << 39' : '';
    this.emit(`li gp, ${status | sum | (privilege << 11)} ${high}; csrw mstatus, gp`);
    this.emit(`la s10, end_${index}; la gp, start_${index}; csrw mepc, gp`);
    for (const register of FREE) this.emit(`li x${register}, 0x${random.bits64().toString(16)}`);
    this.emit(`la s0, data; li s1, ${isPaged ? WINDOW : GUEST_WINDOW}`);
    for (const register of ADDRESSES) this.address(register, isPaged);
    this.emit('mret');
    if (random.below(2)) this.lines.push('    .option rvc');
    this.lines.push('    .balign 4', `start_${index}:`);
    for (let i = 0; i < this.instructionsPerBlock; i++) this.instruction(mode);
    this.lines.push('    .option norvc', `end_${index}:`, '    li a7, 0x777', '    ecall', `    j end_${index}`);
  }

  /** vsatp and hgatp; everything is forgotten that the TLB knew of others. */
  private roots(mode: Mode, isPaged: boolean): void {
    const { random } = this;
    const root = mode.endsWith('u') ? 'u' : 's';
    const wide = random.below(3) === 0;
    const guestWide = random.below(3) === 0;
    if (isPaged) {
      const mode64 = `${wide ? 9 : 8} << 60 | ${random.below(4)} << 44`;
      this.emit(
        `la gp, ${wide ? 'wide' : 'root'}_${root}; srli gp, gp, 12; li tp, ${mode64}; or gp, gp, tp; csrw vsatp, gp`,
      );
    } else {
      this.emit('csrw vsatp, zero');
    }
    const guestMode = `${guestWide ? 9 : 8} << 60 | ${random.below(4)} << 44`;
    this.emit(
      `la gp, ${guestWide ? 'wide' : 'root'}_g; srli gp, gp, 12; li tp, ${guestMode}; or gp, gp, tp; csrw hgatp, gp`,
    );
    // HS-mode has the same identity; with satp = Bare QEMU makes access faults of the page faults of hlv and hsv.
    this.emit(`la gp, host_${root}; srli gp, gp, 12; li tp, 8 << 60; or gp, gp, tp; csrw satp, gp`);
    this.emit('hfence.vvma; hfence.gvma; sfence.vma');
  }

  private address(register: number, isPaged: boolean): void {
    const { random } = this;
    // Atomics keep to where they do not fault: QEMU without threads does them as a load and a store, with faults of loads.
    if (register === ATOMIC_ADDRESS) {
      this.emit(`la x${register}, data + ${random.below(DATA_PAGES * 512 - 16) * 8}`);
      return;
    }
    const offset = random.below(DATA_PAGES * 4096 - 128) & -(random.below(4) ? 8 : 1);
    // Where pages are small, or mapped from the start of the data; and where a large page maps the whole program.
    const toData = isPaged ? [WINDOW, WINDOW, WINDOW, WINDOW + 0x200000, GUEST_WINDOW] : [GUEST_WINDOW, GUEST_WINDOW];
    const toProgram = isPaged ? [WINDOW + 0x400000, GUEST_WINDOW + 0x200000] : HUGE_PAGES;
    if (random.below(4)) {
      this.emit(`li x${register}, ${random.pick(toData) + offset}`);
    } else {
      const distance = random.pick(toProgram) - 0x80000000;
      this.emit(`la x${register}, data + ${offset}; li gp, ${distance}; add x${register}, x${register}, gp`);
    }
  }

  private instruction(mode: Mode): void {
    const { random } = this;
    const address = `x${random.pick(ADDRESSES)}`;
    // With V = 0 there is nothing at most addresses: of a misaligned access QEMU reports another address.
    const isVirtual = mode.startsWith('v');
    switch (random.below(22)) {
      case 0:
      case 1:
      case 2:
        this.emit(
          `${random.pick(isVirtual ? loads : loads.slice(0, 1))} ${this.register()}, ${random.below(128) - 64}(${address})`,
        );
        return;
      case 3:
      case 4:
        this.emit(
          `${random.pick(isVirtual ? stores : stores.slice(0, 1))} ${this.source32()}, ${random.below(128) - 64}(${address})`,
        );
        return;
      case 5:
      case 6:
        this.emit(`${random.pick(guestLoads)} ${this.register()}, (${address})`);
        return;
      case 7:
        this.emit(`${random.pick(guestStores)} ${this.source32()}, (${address})`);
        return;
      case 8:
        this.emit(`${random.pick(atomics)} ${this.register()}, ${this.source32()}, (x${ATOMIC_ADDRESS})`);
        return;
      case 9:
      case 10:
      case 11:
        this.csr(mode);
        return;
      case 12:
        this.rare(mode);
        return;
      default:
        this.arithmetic();
        return;
    }
  }

  private arithmetic(): void {
    const instruction = this.random.pick(plain);
    const fields = { ...randomFields(instruction, this.random), rd: this.random.pick(FREE) };
    const legal = (value: number | undefined): number => (value === undefined || RESERVED.has(value) ? 8 : value);
    if (fields.rs1 !== undefined) fields.rs1 = legal(fields.rs1);
    if (fields.rs2 !== undefined) fields.rs2 = legal(fields.rs2);
    this.emit(disassemble(encode(instruction, fields), 0n).text);
  }

  private csr(mode: Mode): void {
    const { random } = this;
    if (mode === 'vu') {
      // Supervisor CSRs are illegal for QEMU there, where they are virtual instructions.
      const name = random.pick(['hstatus', 'hgatp', 'vsatp', 'vsscratch', 'htval', 'mscratch', 'mideleg', ...counters]);
      this.emit(`csrrs zero, ${name}, zero`);
      return;
    }
    const operation = random.pick(['csrrw', 'csrrs', 'csrrc']);
    switch (random.below(5)) {
      case 0:
        this.emit(`csrrs ${this.register()}, ${random.pick(readOnlyUse)}, zero`);
        return;
      case 1:
        this.emit(`csrrs zero, ${random.pick(counters)}, zero`);
        return;
      case 2:
        // Refused, or a guest's own: what it reads there is logged at the end of the block.
        if (mode === 'vs')
          this.emit(`csrrs ${this.register()}, ${random.pick(['stvec', 'hstatus', 'mideleg', 'senvcfg'])}, zero`);
        else this.emit(`${operation} ${this.register()}, ${random.pick(scratch)}, ${this.source32()}`);
        return;
      case 3: {
        const name = random.pick(Object.keys(masked));
        const register = this.register();
        const kept = mode.startsWith('v') ? 0 : SUM;
        this.emit(`li ${register}, ${random.next() & (masked[name] ?? 0) & ~kept}`);
        // What was in GVA is not compared.
        const old = name === 'mstatus' || name === 'hstatus' ? 'zero' : this.register();
        this.emit(`${operation === 'csrrw' ? 'csrrs' : operation} ${old}, ${name}, ${register}`);
        return;
      }
      default:
        this.emit(`${operation} ${this.register()}, ${random.pick(scratch)}, ${this.source32()}`);
    }
  }

  private rare(mode: Mode): void {
    const { random } = this;
    const isUser = mode.endsWith('u');
    switch (random.below(8)) {
      case 0:
        this.emit('ecall');
        return;
      case 1:
        this.emit('ebreak');
        return;
      case 2:
        // In VU-mode fences are illegal for QEMU.
        if (mode === 'vu') this.emit('nop');
        else this.emit(`${random.pick(fences)} ${random.pick(['zero', 's1'])}, ${random.pick(['zero', 'a0'])}`);
        return;
      case 3:
        this.emit(mode === 'm' ? 'nop' : 'mret');
        return;
      case 4:
        // In VU-mode sret is illegal for QEMU.
        this.emit(isUser ? random.pick(['wfi', mode === 'vu' ? 'wfi' : 'sret']) : 'nop');
        return;
      case 5:
        // QEMU lets them through in U- and VU-mode.
        if (!isUser) this.emit(random.pick(['sfence.w.inval', 'sfence.inval.ir']));
        return;
      case 6:
        this.emit(`.word ${random.pick(['0x00000000', '0xffffffff', '0x60554073', '0x62004073'])}`);
        return;
      default:
        this.jumpNowhere();
    }
  }

  /** A fetch that faults, mostly; the handler goes on at s10. */
  private jumpNowhere(): void {
    const label = `resume_${this.labels++}`;
    this.emit(`la s10, ${label}`);
    this.emit(
      `li a0, ${this.random.pick([0x4000000, 0, WINDOW + 0x10000000, GUEST_WINDOW + 0x100000, '1 << 45', '-4096'])}`,
    );
    this.emit('jr a0');
    this.lines.push(`${label}:`);
  }

  private setUpTables(): string[] {
    const { random } = this;
    const leaf = (user: number): number => {
      if (random.below(12) === 0) {
        const any = random.next() & 0xff;
        // No pointer into the program, where what is found would be written to without asking the second stage.
        return (any & 0xf) === 1 ? any | 2 : any;
      }
      const permissions = random.pick([0x2, 0x6, 0x6, 0xe, 0x8, 0xa, 0x6]);
      return 1 | permissions | user | (random.below(4) ? 0 : 0x20) | (random.next() & 0xc0);
    };
    const first = (): number => leaf(random.below(2) * 0x10);
    const second = (): number => leaf(random.below(8) ? 0x10 : 0);
    // QEMU writes A and D of the first stage wherever it can read them: what is readable is writable.
    const alias = (): number => random.pick([0xdf, 0xdf, 0x9f, 0xd9, 0xcf, 0, 0xdb & ~0x10]);
    const point = (table: string, index: number, target: string, flags: number): string =>
      `    la gp, ${target}; srli gp, gp, 2; ori gp, gp, ${flags}; la tp, ${table}; li t0, ${index * 8}; add tp, tp, t0; sd gp, 0(tp)`;
    const set = (table: string, index: number, target: number, flags: number): string =>
      `    li gp, ${target / 4 + flags}; la tp, ${table}; sd gp, ${index * 8}(tp)`;
    const guestPage = (): number => GUEST_WINDOW + random.below(DATA_PAGES + 2) * 4096;
    const firstStage = ['s', 'u'].flatMap((root) => [
      point(`wide_${root}`, 0, `root_${root}`, 1),
      point(`root_${root}`, 5, `middle_${root}`, 1),
      point(`root_${root}`, 2, `code_${root}`, 1),
      point(`host_${root}`, 2, `code_${root}`, 1),
      set(`root_${root}`, 3, GUEST_WINDOW, first()),
      point(`code_${root}`, 0, `pages_${root}`, 1),
      // The last table by its alias, or directly.
      random.below(3)
        ? set(`middle_${root}`, 0, ALIAS + (root === 's' ? 0 : 4096), 1)
        : point(`middle_${root}`, 0, `window_${root}`, 1),
      set(`middle_${root}`, 1, GUEST_WINDOW, first()),
      set(`middle_${root}`, 2, GUEST_WINDOW + 0x200000, first()),
      ...Array.from({ length: DATA_PAGES }, (_, page) => set(`window_${root}`, page, guestPage(), first())),
      ...this.identity(root, root === 'u'),
    ]);
    const secondStage = [
      point('wide_g', 0, 'root_g', 1),
      point('root_g', 2, 'code_g', 1),
      point('root_g', 3, 'middle_g', 1),
      point('root_g', 4, '_start', second()),
      point('code_g', 0, 'pages_g', 1),
      point('middle_g', 0, 'window_g', 1),
      point('middle_g', 1, '_start', second()),
      point('middle_g', 2, '_start', second()),
      point('middle_g', 3, 'alias_g', 1),
      point('middle_g', 4, '_start', second()),
      ...Array.from({ length: DATA_PAGES }, (_, page) => point('window_g', page, `data + ${page * 4096}`, second())),
      point('alias_g', 0, 'window_s', alias()),
      point('alias_g', 1, 'window_u', alias()),
      ...this.identity('g', true),
    ];
    return [...firstStage, ...secondStage];
  }

  /** Handlers, log and tables for supervisors; blocks and data for the mode whose tables they are; the second stage's are all U. */
  private identity(root: string, isUser: boolean): string[] {
    const flags = root === 'g' ? 0xdf : 0xcf;
    return [
      `    la t0, pages_${root}; la t1, _start; li t2, 512; la t3, blocks; la t4, data_end`,
      `1:  li t5, ${flags}; bltu t1, t3, 2f; bgeu t1, t4, 2f; li t5, ${isUser ? 0xdf : 0xcf}`,
      '2:  srli t6, t1, 2; or t6, t6, t5; sd t6, 0(t0)',
      '    addi t0, t0, 8; li t6, 4096; add t1, t1, t6; addi t2, t2, -1; bnez t2, 1b',
    ];
  }
}
