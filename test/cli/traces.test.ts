import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { BuiltCli } from './built-cli';

/** Each kind of thing that an instruction writes, two traps (of an instruction, and of an interrupt), and the end. */
const GUEST = `
        .option norvc
        .globl  _start
_start: la      t0, trap
        csrw    mtvec, t0
        li      t1, 0x80100000
        li      a0, 2
1:      addi    a0, a0, -1
        bnez    a0, 1b
        sd      t0, 0(t1)
        sb      a0, 9(t1)
        lw      a1, 4(t1)
        amoadd.w a2, t0, (t1)
        lr.d    a3, (t1)
        sc.d    a4, a0, (t1)
        sc.d    a4, a0, (t1)
        csrs    mscratch, t1
        csrrs   a5, mscratch, zero
        li      t2, 0x2000
        csrs    mstatus, t2
        fmv.d.x fa0, t1
        fsd     fa0, 16(t1)
        unimp
trap:   li      a6, 0x100000
        li      a7, 0x5555
        sw      a7, 0(a6)
        j       .
`;

/** Floating-point flags and modes, and returns from M- and from S-mode. */
const CSRS = `
        .option norvc
        .globl  _start
_start: li      t0, 0x2000
        csrs    mstatus, t0
        csrw    fcsr, zero
        li      t0, 1
        fcvt.d.l f1, t0
        li      t0, 3
        fcvt.d.l f2, t0
        fdiv.d  f3, f1, f2
        csrrw   a1, fflags, zero
        la      t0, end
        csrw    mtvec, t0
        la      t0, supervisor
        csrw    mepc, t0
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t1, 0x80100000
        hsv.h   t1, (t1)
        hlv.hu  a3, (t1)
        li      t0, 1 << 11
        csrw    mstatus, t0
        mret
supervisor:
        csrw    sie, zero
        csrw    sstatus, zero
        la      t0, user
        csrw    sepc, t0
        sret
user:   nop
        .balign 4
end:    li      a6, 0x100000
        li      a7, 0x5555
        sw      a7, 0(a6)
        j       .
`;

/** Takes a timer interrupt, and a system call of its user program. The second hart stays stopped. */
const TICKS = `
        .option norvc
        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
        rdtime  a0
        addi    a0, a0, 200
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        li      t0, 1 << 5
        csrw    sie, t0
        csrsi   sstatus, 2
        j       .
        nop
user:   ecall
        .balign 4
trap:   csrr    t0, scause
        bltz    t0, tick
        li      a7, 8
        ecall
tick:   li      t0, 1 << 8
        csrc    sstatus, t0
        csrw    sie, zero
        la      t0, user
        csrw    sepc, t0
        sret
`;

/** What the boot ROM does comes before it. */
const COMMITS = `
core   0: 3 0x0000000080200000 (0x00000297) x5  0x0000000080200000
core   0: 3 0x0000000080200004 (0x05c28293) x5  0x000000008020005c
core   0: 3 0x0000000080200008 (0x30529073) c773_mtvec 0x000000008020005c
core   0: 3 0x000000008020000c (0x00001337) x6  0x0000000000001000
core   0: 3 0x0000000080200010 (0x8013031b) x6  0x0000000000000801
core   0: 3 0x0000000080200014 (0x01431313) x6  0x0000000080100000
core   0: 3 0x0000000080200018 (0x00200513) x10 0x0000000000000002
core   0: 3 0x000000008020001c (0xfff50513) x10 0x0000000000000001
core   0: 3 0x0000000080200020 (0xfe051ee3)
core   0: 3 0x000000008020001c (0xfff50513) x10 0x0000000000000000
core   0: 3 0x0000000080200020 (0xfe051ee3)
core   0: 3 0x0000000080200024 (0x00533023) mem 0x0000000080100000 0x000000008020005c
core   0: 3 0x0000000080200028 (0x00a304a3) mem 0x0000000080100009 0x00
core   0: 3 0x000000008020002c (0x00432583) x11 0x0000000000000000 mem 0x0000000080100004
core   0: 3 0x0000000080200030 (0x0053262f) x12 0xffffffff8020005c mem 0x0000000080100000 mem 0x0000000080100000 0x004000b8
core   0: 3 0x0000000080200034 (0x100336af) x13 0x00000000004000b8 mem 0x0000000080100000
core   0: 3 0x0000000080200038 (0x18a3372f) x14 0x0000000000000000 mem 0x0000000080100000 0x0000000000000000
core   0: 3 0x000000008020003c (0x18a3372f) x14 0x0000000000000001
core   0: 3 0x0000000080200040 (0x34032073) c832_mscratch 0x0000000080100000
core   0: 3 0x0000000080200044 (0x340027f3) x15 0x0000000080100000
core   0: 3 0x0000000080200048 (0x000023b7) x7  0x0000000000002000
core   0: 3 0x000000008020004c (0x3003a073) c768_mstatus 0x0000000a00002000
core   0: 3 0x0000000080200050 (0xf2030553) f10 0x0000000080100000 c768_mstatus 0x8000000a00006000
core   0: 3 0x0000000080200054 (0x00a33827) mem 0x0000000080100010 0x0000000080100000
core   0: 3 0x000000008020005c (0x00100837) x16 0x0000000000100000
core   0: 3 0x0000000080200060 (0x000058b7) x17 0x0000000000005000
core   0: 3 0x0000000080200064 (0x5558889b) x17 0x0000000000005555
core   0: 3 0x0000000080200068 (0x01182023) mem 0x0000000000100000 0x00005555
`;

const fromStart = (log: string): string => log.slice(log.indexOf('core   0: 3 0x0000000080200000'));

describe('traces', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  const bare = ['--firmware', 'none', '--max-instructions', '10000'];

  it('of commits: registers, CSRs and memory that instructions wrote', () => {
    const [file, log] = [cli.write('guest.S', GUEST), cli.path('commits.log')];
    const { status, stderr } = cli.run('run', file, ...bare, '--trace', 'commits', log);
    assert.equal(status, 0, stderr);
    assert.equal(fromStart(readFileSync(log, 'utf8')), COMMITS.trimStart());
  });

  it('of commits, with CSRs where their bits are, and by number', () => {
    const [file, log] = [cli.write('csrs.S', CSRS), cli.path('csrs.log')];
    const { status, stderr } = cli.run('run', file, ...bare, '--trace', 'commits', log);
    assert.equal(status, 0, stderr);
    const lines = fromStart(readFileSync(log, 'utf8')).split('\n');
    const accesses = lines.filter((line) => line.includes('mem 0x0000000080100000'));
    assert.match(accesses[0] ?? '', / mem 0x0000000080100000 0x0000$/);
    assert.match(accesses[1] ?? '', / x13 0x0000000000000000 mem 0x0000000080100000$/);
    const written = lines
      .filter((line) => / [cf]\d/.test(line))
      .map((line) => line.replace(/^.*?\) /, '').replaceAll(/0x[0-9a-f]+/g, 'N'));
    assert.deepEqual(written, [
      'c768_mstatus N',
      'c1_fflags N c2_frm N c768_mstatus N',
      'f1  N',
      'f2  N',
      'c1_fflags N f3  N',
      'c1_fflags N x11 N',
      'c773_mtvec N',
      'c833_mepc N',
      'c944_pmpaddr0 N',
      'c928_pmpcfg0 N',
      'c768_mstatus N',
      'c768_mstatus N',
      'c772_mie N',
      'c768_mstatus N',
      'c321_sepc N',
      'c768_mstatus N c1536_hstatus N',
    ]);
  });

  it('of instructions, with symbols, traps and repetitions; of traps alone', () => {
    const file = cli.write('loop.S', `${GUEST.replace('j       .', '1: j 1b')}`);
    const [instructions, traps] = [cli.path('instructions.log'), cli.path('traps.log')];
    cli.run('run', file, ...bare, '--trace', 'instructions', instructions, '--trace', 'traps', traps);
    const lines = readFileSync(instructions, 'utf8').split('\n');
    const start = lines.indexOf('core   0: >>>>  _start');
    assert.equal(lines[start + 1], 'core   0: 0x0000000080200000 (0x00000297) auipc   t0, 0x0');
    assert.ok(lines.includes('core   0: 0x0000000080200030 (0x0053262f) amoadd.w a2, t0, (t1)'));
    const trap = [
      'core   0: exception trap_illegal_instruction, epc 0x0000000080200058',
      'core   0:           tval 0x00000000c0001073',
    ];
    const at = lines.indexOf(trap[0] ?? '');
    assert.equal(lines[at - 1], 'core   0: 0x0000000080200058 (0xc0001073) unimp');
    assert.deepEqual(lines.slice(at, at + 2), trap);
    assert.equal(readFileSync(traps, 'utf8'), `${trap.join('\n')}\n`);
  });

  for (const engine of ['none', 'full', 'hardware'])
    it(`of interrupts and calls, without a change of the run (${engine})`, () => {
      const file = cli.write('ticks.S', TICKS);
      const [plain, traced, traps, log] = ['plain', 'traced', 'traps', 'log'].map((name) => cli.path(name));
      const words = ['run', file, '--harts', '2', '--virtualization', engine, '--report'];
      assert.equal(cli.run(...words, plain!).status, 0);
      const { status } = cli.run(...words, traced!, '--trace', 'traps', traps!, '--trace', 'commits', log!);
      assert.equal(status, 0);
      const [one, other] = [plain, traced].map((report) => JSON.parse(readFileSync(report!, 'utf8')));
      assert.equal(other.stateHash, one.stateHash);
      const lines = readFileSync(traps!, 'utf8').trimEnd().split('\n');
      assert.deepEqual(
        lines.map((line) => line.replace(/epc 0x0+802/, 'epc ...')),
        ['core   0: exception interrupt #5, epc ...00030', 'core   0: exception trap_user_ecall, epc ...00038'],
      );
      assert.ok(readFileSync(log!, 'utf8').includes('\ncore   0: 1 0x0000000080200030 (0x0000006f)\n'));
    });

  it('of a recorded run, when it is replayed, are those of the run', () => {
    const file = cli.write('ticks.S', TICKS);
    const [record, first, second] = [cli.path('ticks.rec'), cli.path('first.log'), cli.path('second.log')];
    cli.run('run', file, '--record', record, '--trace', 'commits', first);
    const replayed = cli.run('run', file, '--replay', record, '--trace', 'commits', second, '--dump', 'registers');
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.match(replayed.stderr, /cpu 0 stands at pc/);
    assert.equal(readFileSync(second, 'utf8'), readFileSync(first, 'utf8'));
    const idle = cli.run('run', file, '--replay', record, '--timeout', '1');
    assert.match(idle.stderr, /--timeout has no effect with --replay/);
    const variants = cli.run('run', file, '--legal-variants', '--dump', 'registers');
    assert.match(variants.stderr, /--dump has no effect with --legal-variants/);
  });

  it('says what it takes', () => {
    const refused = (...words: string[]) => cli.run('run', cli.path('none.S'), '--trace', ...words);
    for (const words of [['everything', cli.path('x')], ['traps'], ['commits', ''], []]) {
      const { status, stderr } = refused(...words);
      assert.equal(status, 2);
      assert.match(stderr, /--trace/);
    }
    const twice = refused('traps', cli.path('x'), '--trace', 'commits', cli.path('x'));
    assert.match(twice.stderr, /each trace has a file of its own/);
    const { status, stderr } = cli.run('run', cli.write('g.S', GUEST), ...bare, '--trace', 'traps', cli.path('no/x'));
    assert.match(stderr, /ENOENT.*no\/x/);
    assert.equal(status, 2);
  });
});
