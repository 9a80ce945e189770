import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BuiltCli } from './built-cli';

/** Ends as riscv-tests do: two writes of 32 bits, again and again. */
const ends = (code: number): string => `
1:      li      gp, ${(code << 1) | 1}
        la      t5, tohost
        sw      gp, 0(t5)
        sw      zero, 4(t5)
        j       1b
`;
const WORDS = `
        .data
        .balign 64
        .globl  tohost, fromhost, begin_signature, end_signature
tohost: .dword  0
        .balign 64
fromhost:
        .dword  0
        .balign 64
call:   .skip   64
text:   .ascii  "system call\\n"
        .balign 16
begin_signature:
        .word   0x11223344, 0xdeadbeef, 5
end_signature:
`;
/** Prints a character through the console device and a line by a system call, waiting for the answer. */
const PRINTS = `
        la      t5, tohost
        li      t0, (0x0101 << 48) | '!'
        sd      t0, (t5)
        la      a0, call
        li      t0, 64
        sd      t0, 0(a0)
        li      t0, 1
        sd      t0, 8(a0)
        la      t0, text
        sd      t0, 16(a0)
        li      t0, 12
        sd      t0, 24(a0)
        sd      a0, (t5)
        la      t6, fromhost
2:      ld      t0, (t6)
        beqz    t0, 2b
        sd      zero, (t6)
        ld      t0, (a0)
        li      t1, 12
        beq     t0, t1, 1f
        ebreak
`;

/** Waits half a second for the timer, and ends. */
const NAPS = `
        .globl _start
_start: rdtime  a0
        li      t1, 5000000
        add     a0, a0, t1
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        li      t0, 1 << 5
        csrw    sie, t0
        wfi
        li      a7, 8
        ecall
`;

/** Prints the device tree that it is given. */
const DUMPS_TREE = `
        .globl _start
_start: li      s0, 0x10000000
        lw      t0, 4(a1)
        rev8    t0, t0
        srli    t0, t0, 32
1:      lbu     t1, (a1)
        sb      t1, (s0)
        addi    a1, a1, 1
        addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 8
        ecall
`;

describe('what test suites ask of the command line', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  const guest = (name: string, text: string): string => cli.write(name, `.globl _start\n_start:\n${text}${WORDS}`);
  const engines = [['none'], ['full'], ['hardware'], ['none', '--firmware', 'none']];

  it('HTIF: exit and console, under each engine and without firmware', () => {
    const file = guest('htif.S', `${PRINTS}${ends(0)}`);
    for (const engine of engines) {
      const { status, stdout, stderr } = cli.run(
        'run',
        file,
        '--max-instructions',
        '100000',
        '--virtualization',
        ...engine,
      );
      assert.equal(stdout, '!system call\n', stderr);
      assert.equal(status, 0);
    }
  });

  it('HTIF: a run is recorded, saved and replayed with it', () => {
    const file = guest('again.S', `${PRINTS}${ends(3)}`);
    const [record, saved] = [cli.path('htif.rec'), cli.path('htif.snap')];
    assert.equal(cli.run('run', file, '--record', record).status, 1);
    assert.match(cli.run('run', file, '--replay', record).stderr, /ends in the state/);
    cli.run('run', file, '--max-instructions', '4', '--save', saved);
    const { status, stdout } = cli.run('run', '--restore', saved, '--exit-status', 'guest');
    assert.equal(status, 3);
    assert.equal(stdout, '!system call\n');
  });

  it('the exit status of the guest', () => {
    const status = (text: string, ...options: string[]) => cli.run('run', guest('status.S', text), ...options).status;
    const own = ['--exit-status', 'guest'];
    assert.equal(status(ends(5), ...own), 5);
    assert.equal(status(ends(5)), 1);
    assert.equal(status(ends(0x102), ...own), 2);
    assert.equal(status('li t0, 0x100000\n li t1, (9 << 16) | 0x3333\n sw t1, (t0)\n', ...own), 9);
    assert.equal(status('li a7, 0x53525354\n li a6, 0\n li a0, 0\n li a1, 1\n ecall\n', ...own), 1);
    assert.equal(status('1: j 1b\n', '--max-instructions', '1000', ...own), 3);
  });

  it('the signature, in lines as RISCOF reads them', () => {
    const file = guest('signature.S', ends(0));
    const [four, sixteen] = [cli.path('four.sig'), cli.path('sixteen.sig')];
    assert.equal(cli.run('run', file, '--signature', four).status, 0);
    assert.equal(readFileSync(four, 'utf8'), '11223344\ndeadbeef\n00000005\n');
    cli.run('run', file, '--virtualization', 'full', '--signature', sixteen, '--signature-granularity', '16');
    assert.equal(readFileSync(sixteen, 'utf8'), '0000000000000005deadbeef11223344\n');
    const none = cli.run('run', cli.write('none.S', '_start: j _start\n'), '--signature', four);
    assert.match(none.stderr, /no begin_signature/);
    assert.equal(none.status, 2);
  });

  it('a limit of seconds, and what stood where at it', () => {
    const file = guest('spins.S', 'li s5, 0x1234\n1: j 1b\n');
    const { status, stderr } = cli.run('run', file, '--timeout', '0.5', '--dump', 'registers', '--dump', 'memory');
    assert.equal(status, 3);
    assert.match(stderr, /the time limit of 0.5 seconds is reached/);
    assert.match(stderr, /cpu 0 stands at pc 0x000000008020000/);
    assert.match(stderr, /s5 +0x0000000000001234/);
    assert.match(stderr, / vsscratch 0x0{16}( |$)/m);
    assert.match(stderr, / hgatp {5}0x0{16}( |$)/m);
    assert.match(stderr, / 0x0000000080200000: [0-9a-f]{2} /);
    assert.equal(cli.run('run', guest('waits.S', '1: wfi\n j 1b\n'), '--timeout', 'soon').status, 2);
  });

  it('the end by the clock, of a guest too that does nothing but reset itself', () => {
    const resets = guest('resets.S', ' li a7, 0x53525354\n li a6, 0\n li a0, 1\n li a1, 0\n ecall\n');
    for (const engine of ['none', 'full']) {
      const { status, stderr } = cli.run('run', resets, '--virtualization', engine, '--timeout', '0.5');
      assert.deepEqual([status, stderr], [3, 'hyperstep: the time limit of 0.5 seconds is reached\n']);
    }
  });

  it('a pace at which waiting takes its time, and the same run', () => {
    const file = cli.write('naps.S', NAPS);
    const [fast, slow] = [cli.path('fast.json'), cli.path('slow.json')];
    assert.equal(cli.run('run', file, '--report', fast).status, 0);
    assert.equal(cli.run('run', file, '--pace', 'realtime', '--report', slow).status, 0);
    const [max, realtime] = [fast, slow].map((report) => JSON.parse(readFileSync(report, 'utf8')));
    assert.ok(realtime.wallSeconds > 0.45, `${realtime.wallSeconds} seconds of half a second's wait`);
    assert.equal(realtime.stateHash, max.stateHash);
  });

  it('many guests in one run, with options and a result line each', () => {
    const [good, bad] = [guest('good.S', `${PRINTS}${ends(0)}`), guest('bad.S', ends(7))];
    const spins = guest('spins for ever.S', '1: j 1b\n');
    const signature = cli.path('batch.sig');
    const list = cli.write(
      'list',
      [
        '# two that end, and what else can be',
        `${good} --signature ${signature}`,
        `${bad} --exit-status guest`,
        '',
        `'${spins}' --max-instructions 100`,
        cli.path('nowhere.elf'),
        `${good} --virtualization half`,
        `${good} --replay some.rec`,
        `${good} --virtualization full`,
      ].join('\n'),
    );
    const { status, stdout, stderr } = cli.run('run', '--batch', list, '--max-instructions', '100000');
    const lines = stdout.trimEnd().split('\n');
    const fields = lines.map((line) => line.split('\t'));
    assert.deepEqual(
      fields.map(([code, reason]) => [code, reason]),
      [
        ['0', 'power-off'],
        ['7', 'power-off'],
        ['3', 'limit'],
        ['2', 'not assembled'],
        ['2', 'not run'],
        ['2', 'not run'],
        ['0', 'power-off'],
      ],
    );
    assert.equal(fields[2]?.[2], '100');
    assert.equal(fields[0]?.[3], `${good} --signature ${signature}`);
    assert.equal(readFileSync(signature, 'utf8'), '11223344\ndeadbeef\n00000005\n');
    assert.equal(stderr.split('!system call\n').length, 3, 'two guests write');
    assert.ok(
      stderr.startsWith(`== ${list}:2: ${good} --signature ${signature}\n!system call\n== ${list}:3: `),
      stderr,
    );
    assert.match(stderr, /list:7: --virtualization takes full or hardware or para or none, not 'half'/);
    assert.match(stderr, /list:8: --replay is no option of a guest in a list/);
    assert.equal(status, 1);
    assert.equal(cli.run('run', '--batch', cli.write('one', good)).status, 0);
    const refused = (...words: string[]) => cli.run('run', '--batch', ...words).stderr;
    assert.match(refused(list, '--signature', signature), /--signature is of one guest/);
    assert.match(refused(cli.write('none', '# nothing\n')), /there is no guest in/);
    assert.match(refused(cli.path('missing')), /the list '.*' is not there/);
    assert.match(refused(cli.write('open', `"${good}`)), /line 1 of the list has a quote that is not closed/);
    assert.equal(cli.run('run', '--batch', cli.write('own', `${good} --no-relax`), '--relax').status, 0);
    assert.match(refused(list, good), /with --batch files are named in its list/);
  });

  it('the device tree: cache blocks, and random bits of the seed', () => {
    const file = cli.write('tree.S', DUMPS_TREE);
    const tree = (...options: string[]): string => cli.run('run', file, ...options).stdout;
    for (const name of ['riscv,cbom-block-size', 'riscv,cboz-block-size', 'rng-seed']) assert.ok(tree().includes(name));
    assert.equal(tree('--seed', '0'), tree());
    assert.notEqual(tree('--seed', '1'), tree());
    assert.equal(tree('--seed', '1', '--virtualization', 'none'), tree('--seed', '1'));
    assert.match(
      cli.run('run', file, '--seed', '-1').stderr + cli.run('run', file, '--seed', '4294967296').stderr,
      /--seed takes/,
    );
  });
});
