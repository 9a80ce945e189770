import { fillTables, SBI_MACRO } from '../support/guest-text';
import { Random } from '../support/random';
import {
  PAGES,
  PRIVILEGE_MACROS,
  REGISTERS,
  randomEntry,
  randomLeaves,
  SKIPPING_HANDLER,
  WINDOW,
  WINDOW_ACCESSES,
  windowAddress,
} from './random-window';

/** What of a machine its guest is to make use of. */
export interface HartsShape {
  readonly harts: number;
  /** Whether there is stimecmp. */
  readonly supervisorTimer: boolean;
}

/**
 * A random S-mode guest of several harts. Each has page tables of its own over memory that all share, and does what `randomKernel` does;
 * beside that harts start each other, stop, suspend, wait with a timer, send IPIs, fence remotely, read the time, and meet in shared words.
 * One hart changes the tables of another only while that is parked, and fences them there before it lets it go: nobody looks at an address
 * whose translation is open.
 */
export function randomHarts(seed: number, shape: HartsShape): string {
  const random = Random.strewn(seed);
  const harts = Array.from({ length: shape.harts }, (_, hart) => hart);
  return [
    PRELUDE,
    ...harts.map((hart) => codeOf({ ...shape, hart, random })),
    '        .data',
    ...harts.map((hart) => randomLeaves(`leaves_${hart}`, random)),
    '        .balign 64',
    `shared: .skip   ${SHARED_WORDS * 8}`,
    ...harts.map((hart) => `place_${hart}: .dword 0`),
    '        .bss',
    '        .balign 4096',
    ...harts.map((hart) => `root_${hart}: .skip 4096\nmiddle_${hart}: .skip 4096`),
    ...harts.map((hart) => `        .skip 64\nscratch_${hart}:`),
    '        .skip   8\n',
  ].join('\n');
}

const ACTIONS_EACH = 80;
const SHARED_WORDS = 4;
/** Numbers of SBI extensions. */
const TIME = 0x54494d45;
const IPI = 0x735049;
const RFENCE = 0x52464e43;
const HSM = 0x48534d;
const NON_RETENTIVE = 0x80000000;

/** Where a hart is: in `place_N`. */
const AT_WORK = 0;
const PARKED = 1;
const TABLES_CHANGE = 2;

/** A hart whose code is made. */
interface Author extends HartsShape {
  readonly hart: number;
  readonly random: Random;
}

function codeOf(author: Author): string {
  const { hart, random } = author;
  return `
entry_${hart}:
        la      sp, scratch_${hart}
        la      s11, on_trap
        csrw    stvec, s11
        li      s10, 0
${fillTables(`_${hart}`)}
body_${hart}:
${Array.from({ length: ACTIONS_EACH }, () => `        ${random.pick(ACTIONS)(author)}`).join('\n')}
        j       body_${hart}
`;
}

const shared = ({ random }: Author): string => `la t0, shared + ${8 * random.below(SHARED_WORDS)}`;
const someone = ({ random, harts }: Author): number => random.below(harts);
const register = ({ random }: Author): string => random.pick(REGISTERS);
/** Harts by a mask and its base; mostly those that there are. */
const someHarts = ({ random, harts }: Author): string =>
  random.below(12) === 0
    ? `li a0, ${random.below(32)}; li a1, ${random.pick([0, 1, 2, -1, 64])}`
    : `li a0, ${1 + random.below(2 ** harts - 1)}; li a1, 0`;

/** A timer that comes soon. Nothing takes its interrupt from whoever goes on to wait for it. */
function setTimer({ random, supervisorTimer }: Author): string {
  const ticks = random.pick([0, 1, 1, 2, 3, 5]);
  return supervisorTimer && random.below(2)
    ? `rdtime a0; addi a0, a0, ${ticks}; csrw stimecmp, a0`
    : `rdtime a0; addi a0, a0, ${ticks}; sbi ${TIME}, 0`;
}

/** Waits until the timer, or whatever else is enabled. */
const waitWith = (author: Author, waiting: string): string =>
  `to_supervisor; csrci sstatus, 2; li t1, ${author.random.pick(['0x20', '0x22', '0x222'])}; csrs sie, t1; ${setTimer(author)}; ${waiting}`;

const RETENTIVE_SUSPEND = `li a0, 0; li a1, 0; sbi ${HSM}, 3`;

/** What a parked hart does between two looks at its place. */
function parkedWait(author: Author): string {
  const { random } = author;
  return random.pick([
    () => 'nop',
    () => 'pause',
    () => `csrr ${register(author)}, time`,
    () => waitWith(author, 'wfi'),
    () => waitWith(author, RETENTIVE_SUSPEND),
  ])();
}

/** Leaves its tables to others for a while. What it has been found parked for it waits out. */
const park = (author: Author): string => `to_supervisor
        la      t2, place_${author.hart}
        li      t3, ${1 + author.random.below(8)}
        li      t4, ${PARKED}
        sd      t4, (t2)
1:      ${parkedWait(author)}
        lr.d    t5, (t2)
        beqz    t5, 2f
        addi    t3, t3, -1
        bgtz    t3, 1b
        bne     t5, t4, 1b
        sc.d    t5, zero, (t2)          # enough: at work again
        bnez    t5, 1b
2:`;

/** Changes an entry of a parked hart's tables, and has it forget what it knew of that. */
function changeTablesOf(author: Author): string {
  const { random } = author;
  const other = someone(author);
  const page = random.below(PAGES);
  const range = random.pick([
    `li a2, ${WINDOW + page * 4096}; li a3, ${random.pick([1, 4096, 4096, 70 * 4096])}`,
    `li a2, ${WINDOW}; li a3, ${PAGES * 4096}`,
    'li a2, 0; li a3, 0',
    'li a2, 0; li a3, -1',
  ]);
  const mask = `li a0, ${(1 << other) | (random.below(2) ? random.below(2 ** author.harts) : 0)}; li a1, 0`;
  return `to_supervisor
        la      t2, place_${other}
        li      t3, ${PARKED}
        lr.d    t4, (t2)
        bne     t4, t3, 3f
        li      t3, ${TABLES_CHANGE}
        sc.d    t4, t3, (t2)
        bnez    t4, 3f
        la      t3, leaves_${other}
        li      t4, ${randomEntry(random)}
        sd      t4, ${page * 8}(t3)
        ${mask}; ${range}; sbi ${RFENCE}, 1
        sd      zero, (t2)              # ${AT_WORK}
        ${random.below(2) ? `li a0, ${1 << other}; li a1, 0; sbi ${IPI}, 0` : ''}
3:`;
}

/** An entry of its own tables changes, and the fence that the manual asks for follows, of its own or by its firmware. */
function changeOwnTables({ hart, random }: Author): string {
  const page = random.below(PAGES);
  const change = random.pick([
    `li t0, ${randomEntry(random)}`,
    `ld t0, ${page * 8}(t1); andi t0, t0, ~${random.pick([64, 128, 192])}`,
  ]);
  const fence = random.pick([
    'sfence.vma',
    `li t0, ${WINDOW + page * 4096}; sfence.vma t0, zero`,
    `to_supervisor; li a0, ${1 << hart}; li a1, 0; li a2, ${WINDOW + page * 4096}; li a3, 4096; sbi ${RFENCE}, 1`,
  ]);
  return `la t1, leaves_${hart}; ${change}; sd t0, ${page * 8}(t1); ${fence}`;
}

/** Paging off, or one of three ASIDs, which share their tables: whoever changes those fences for all of them. */
const switchSpace = ({ hart, random }: Author): string =>
  `la t0, root_${hart}; srli t0, t0, 12; li t1, ${random.pick(['0x8000000000000000', '0x8000100000000000', '0x8000200000000000'])}; or t0, t0, t1; csrw satp, t0`;

const CSRS = [
  'sscratch',
  'scause',
  'stval',
  'sstatus',
  'sie',
  'sip',
  'satp',
  'stvec',
  'sepc',
  'time',
  'cycle',
  'instret',
];

/** Each makes one or a few instructions; t0 to t5 are free. */
const ACTIONS: readonly ((author: Author) => string)[] = [
  ...WINDOW_ACCESSES.map(
    (access) =>
      ({ random }: Author) =>
        access(random),
  ),
  (a) => `add ${register(a)}, ${register(a)}, ${register(a)}`,
  (a) => `li ${register(a)}, ${a.random.below(2 ** 31)}`,
  (a) => `csrr ${register(a)}, ${a.random.pick(CSRS)}`,
  (a) => `rdtime ${register(a)}`,
  (a) => `rdtime ${register(a)}`,
  (a) => `li t0, ${a.random.pick(['0x40000', '0x80000', '0xc0000'])}; csr${a.random.pick(['s', 'c'])} sstatus, t0`,
  (a) => `csr${a.random.pick(['s', 'c'])}i sip, 2`,
  (a) => `csr${a.random.pick(['s', 's', 'c'])}i sie, 2`,
  (a) => `csr${a.random.pick(['s', 's', 'c'])}i sstatus, 2`,
  (a) => `li t0, 0x20; csr${a.random.pick(['s', 'c'])} sie, t0`,
  // Shared words.
  (a) =>
    `${shared(a)}; amo${a.random.pick(['add', 'swap', 'xor', 'maxu'])}.${a.random.pick(['w', 'd'])} ${register(a)}, ${register(a)}, (t0)`,
  (a) => `${shared(a)}; amoadd.d ${register(a)}, ${register(a)}, (t0)`,
  (a) => `${shared(a)}; lr.d t2, (t0); addi t2, t2, 1; sc.d ${register(a)}, t2, (t0)`,
  (a) => `${shared(a)}; lr.d t2, (t0); rdtime t3; add t2, t2, t3; sc.d ${register(a)}, t2, (t0)`,
  (a) => `${shared(a)}; lr.d t2, (t0); nop; nop; nop; sc.d ${register(a)}, t2, (t0); lr.w t3, (t0); sc.w t4, t2, (t0)`,
  (a) => `${shared(a)}; ld ${register(a)}, (t0)`,
  (a) => `${shared(a)}; sd ${register(a)}, (t0)`,
  // Tables.
  changeOwnTables,
  changeOwnTables,
  changeTablesOf,
  changeTablesOf,
  park,
  park,
  switchSpace,
  switchSpace,
  switchSpace,
  () => 'csrw satp, zero',
  () => 'sfence.vma',
  (a) => `li t0, ${windowAddress(a.random)}; sfence.vma t0, zero`,
  (a) => `li t0, ${a.random.below(3)}; sfence.vma zero, t0`,
  (a) =>
    `${someHarts(a)}; li a2, ${windowAddress(a.random)}; li a3, ${a.random.pick([0, 1, 4096, 9000, -1])}; li a4, ${a.random.below(3)}; sbi ${RFENCE}, ${a.random.below(3)}`,
  // Harts.
  start,
  start,
  start,
  (a) => `${someHarts(a)}; sbi ${IPI}, 0`,
  (a) => `${someHarts(a)}; sbi ${IPI}, 0`,
  (a) => `li a0, ${a.random.below(a.harts + 1)}; sbi ${HSM}, 2`,
  (a) => waitWith(a, 'wfi'),
  (a) => waitWith(a, 'wfi'),
  (a) => waitWith(a, RETENTIVE_SUSPEND),
  (a) => waitWith(a, `li a0, ${NON_RETENTIVE}; la a1, entry_${a.hart}; li a2, ${a.random.below(99)}; sbi ${HSM}, 3`),
  setTimer,
  setTimer,
  (a) => (a.hart === 0 ? 'pause' : `to_supervisor; sbi ${HSM}, 1`),
  () => 'pause',
  () => 'ebreak',
  () => '.word 0xffffffff',
  () => 'to_user',
  () => 'to_supervisor',
  (a) => `li t0, ${windowAddress(a.random)}; jalr ra, t0, 0`,
];

function start(author: Author): string {
  const other = someone(author);
  return `to_supervisor; li a0, ${other}; la a1, entry_${other}; li a2, ${author.random.below(99)}; sbi ${HSM}, 0`;
}

const PRELUDE = `
        .option norvc
${SBI_MACRO}${PRIVILEGE_MACROS}        .globl  _start
_start: j       entry_0
${SKIPPING_HANDLER}`;
