import assert from 'node:assert/strict';
import { ANY_GUEST_VIRTUALIZATIONS, type Virtualization } from '../../simulator/system/system';
import { runAnnotated, told } from './run-tests';

/** Adds 3, 2 and 1, prints "6" and a line break, and powers off. */
const SUM = `
        .globl  _start
_start: li      a0, 0
        li      a1, 3
loop:   add     a0, a0, a1
        addi    a1, a1, -1
        bnez    a1, loop
done:   la      t0, result
        sd      a0, 0(t0)
        addi    a0, a0, '0'
        li      a7, 1
        ecall
        li      a0, 10
        ecall
        li      a7, 8
        ecall
panic:  j       panic
        .data
        .balign 8
result: .dword  0
table:  .word   1, -2, 3
text:   .ascii  "abc"
`;

const summed = (...annotations: readonly string[]): string =>
  `${annotations.map((each) => `#! expect ${each}\n`).join('')}${SUM}`;

/** What is told of a guest with one expectation more that it powers off. */
async function of(annotation: string, engine?: Virtualization): Promise<string[]> {
  return told(await runAnnotated(summed(annotation), engine));
}

describe('what is expected of a guest', () => {
  for (const engine of ANY_GUEST_VIRTUALIZATIONS)
    it(`is so: on ${engine}`, async () => {
      const result = await runAnnotated(
        summed(
          'console "6\\n"',
          'console contains "6"',
          'console lacks "7"',
          'console matches "^\\\\d$"',
          'exit 0',
          'exits csr-access == 0',
          'a0 == 6 at done',
          'a1 <= 3 at loop every',
          'a1 == 1 at loop 3',
          'at done within 100',
          'never at panic',
          'a7 == 8',
          'memory result doublewords 6',
          'memory table words 1 -2 0x3',
          'memory text text "abc"',
          'memory text bytes 61 62 63',
          'memory 0x80200000 in gpa bytes 01 45',
          'instructions < 100',
          'time < 1us',
        ),
        engine,
      );
      assert.deepEqual(told(result), []);
      assert.equal(result.outcome, 'passed');
      assert.equal(result.console, '6\n');
    });

  it('is another text on the console: the first difference is told', async () => {
    assert.deepEqual(await of('console "5\\n"'), [
      'console: it differs in line 1, column 1',
      'expected: "5\\n"',
      'came:     "6\\n"',
    ]);
    assert.deepEqual(await of('console "6\\n7\\n"'), [
      'console: it ends in line 2, column 1, and more is expected',
      'expected: "7\\n"',
      'came:     ""',
    ]);
    assert.deepEqual(await of('console "6"'), [
      'console: more is printed than expected, from line 1, column 2 on',
      'expected: "6"',
      'came:     "6\\n"',
    ]);
    assert.deepEqual(await of('console contains "x"'), [
      'console: what it should contain is not there',
      'expected: "x"',
      'came:     "6\\n"',
    ]);
    assert.deepEqual(await of('console lacks "6"'), [
      'console: it contains in line 1 what it should not',
      'unwanted: "6"',
      'came:     "6\\n"',
    ]);
    assert.deepEqual(await of('console matches "^7"'), [
      'console: the regular expression matches nowhere',
      'expected: /^7/',
      'came:     "6\\n"',
    ]);
  });

  it('is another end', async () => {
    const [message] = await of('exit 3');
    assert.match(
      message ?? '',
      /^exit: expected that it powers off with code 3, but it powered off with code 0, at .*guest\.S:1\d\)$/,
    );
    assert.match((await of('exit killed'))[0] ?? '', /expected that it is killed, but it powered off with code 0/);
    assert.match((await of('exit limit'))[0] ?? '', /expected that it runs to its limit of instructions, but/);
  });

  it('is another number of exits: all are told', async () => {
    assert.deepEqual(await of('exits sbi-call < 3', 'full'), [
      'exits sbi-call < 3 expected, but came 3',
      'all exits: sbi-call 3, shadow-miss 1',
    ]);
    assert.deepEqual(await of('exits != 4', 'full'), [
      'exits != 4 expected, but came 4',
      'all exits: sbi-call 3, shadow-miss 1',
    ]);
    assert.deepEqual(await of('exits shadow-miss > 0', 'hardware'), [
      'exits shadow-miss > 0 expected, but came 0',
      'all exits: sbi-call 3, second-stage-fill 1',
    ]);
    assert.deepEqual(await of('exits sbi-call > 3', 'none'), [], 'there is no VMM');
  });

  it('does not hold at a place: what came is told, and where', async () => {
    const result = await runAnnotated(summed('a0 == 7 at done'));
    assert.deepEqual(told(result), ['a0 == 7 does not hold at done (guest.S:9): a0 is 6 (0x6)']);
    assert.deepEqual(result.failures[0]?.place, { file: 'guest.S', line: 8 });
    assert.deepEqual(result.failures[0]?.range, { start: { line: 0, column: 3 }, end: { line: 0, column: 25 } });
    assert.deepEqual(await of('a1 > 1 at loop every'), [
      'a1 > 1 does not hold at loop (guest.S:6), the 3rd time: a1 is 1 (0x1)',
    ]);
    assert.deepEqual(await of('a0 - 7 == a1 && a0 at done'), [
      'a0 - 7 == a1 && a0 does not hold at done (guest.S:9): the left side is -1 (0xffffffffffffffff), a1 is 0 (0x0)',
    ]);
    assert.deepEqual(await of('!a0 at guest.S:9'), ['!a0 does not hold at guest.S:9: a0 is 6 (0x6)']);
    assert.deepEqual(await of('*(int *)0 == 1 at done'), [
      '*(int *)0 == 1 does not hold at done (guest.S:9): there is no memory at 0x0',
    ]);
  });

  it('never comes to a place, or too late', async () => {
    assert.deepEqual(await of('a0 == 0 at panic'), ['expected that it comes to panic: it never came there']);
    assert.deepEqual(await of('at loop 4'), [
      'expected that it comes to loop for the 4th time: it came there 3 times only',
    ]);
    assert.deepEqual(await of('a0 == 0 at panic every'), ['expected that it comes to panic: it never came there']);
    assert.deepEqual(await of('at done within 11'), [
      'expected that it comes to done within 11 instructions: it came after 11',
    ]);
    assert.deepEqual(await of('at done within 12'), []);
  });

  it('comes where it never should: the run ends there', async () => {
    const result = await runAnnotated(summed('never at done', 'console "6\\n"'));
    assert.deepEqual(told(result), [
      'expected that it never comes to done: it came after 11 instructions, at done (guest.S:10)',
    ]);
    assert.equal(result.outcome, 'failed');
    assert.equal(result.instructions, 11);
  });

  it('is other memory: the first difference is told', async () => {
    assert.deepEqual(await of('memory table words 1 2 3'), [
      'memory at table is not as expected at the end: word 1 differs, at gva 0x8020103c',
      'expected: 0x00000001 0x00000002 0x00000003',
      'came:     0x00000001 0xfffffffe 0x00000003',
    ]);
    assert.deepEqual(await of('memory text text "abd" at done'), [
      'memory at text is not as expected at done (guest.S:9): character 2 differs, at gva 0x80201046',
      'expected: "abd"',
      'came:     "abc"',
    ]);
    assert.deepEqual(await of('memory 16 in gpa bytes 00'), [
      'memory at 16 is not as expected at the end: there is no memory at gpa 0x10',
    ]);
  });

  it('costs more than it may', async () => {
    assert.deepEqual(await of('instructions <= 20'), ['instructions <= 20 expected, but came 21']);
    assert.deepEqual(await of('time < 2ns'), ['time < 2ns expected, but came 21 ns']);
  });

  it('means what there is not: it cannot be tried', async () => {
    const result = await runAnnotated(summed('nowhere == 1', 'a0 == 1 at missing', 'at other.S:3'));
    assert.equal(result.outcome, 'not-tried');
    assert.equal(result.instructions, 0);
    assert.deepEqual(told(result), [
      "missing: nothing is called 'missing'",
      "other.S:3: the program has no code of a source 'other.S'",
      "nothing is called 'nowhere': no register, CSR or symbol of the guest",
    ]);
    const late = await runAnnotated(summed('at guest.S:400'));
    assert.deepEqual(told(late), ["guest.S:400: there is no code in line 400 of 'guest.S' or after it"]);
  });

  it('stands at its own line: here', async () => {
    const source = SUM.replace('add     a0, a0, a1', 'add     a0, a0, a1 #! expect a1 == 2 here 2');
    assert.deepEqual(told(await runAnnotated(source)), []);
    const wrong = SUM.replace('done:', '#! expect a0 == 1 here\ndone:');
    assert.deepEqual(told(await runAnnotated(wrong)), ['a0 == 1 does not hold at guest.S:8: a0 is 6 (0x6)']);
  });
});

describe('a guest that does not end', () => {
  const END_LESS = '.globl _start\n_start: j _start\n';

  it('is ended at its limit, exactly', async () => {
    const result = await runAnnotated(`#! limit 12345\n${END_LESS}`);
    assert.equal(result.outcome, 'limit');
    assert.equal(result.instructions, 12_345);
    assert.deepEqual(told(result), [
      'exit: expected that it powers off with code 0, but it still runs after 12345 instructions, at _start (guest.S:3)',
    ]);
    assert.equal((await runAnnotated(`#! limit 1000\n#! expect exit limit\n${END_LESS}`)).outcome, 'passed');
  });

  it('is judged by all else where any exit will do', async () => {
    const expecting = async (more: string) => {
      const { outcome, failures } = await runAnnotated(`#! limit 1000\n#! expect exit any\n${more}${END_LESS}`);
      return [outcome, ...failures.map(({ message }) => message)];
    };
    assert.deepEqual(await expecting('#! expect a0 == 0 at _start\n'), ['passed']);
    assert.deepEqual(await expecting('#! expect a0 == 1 at _start\n'), [
      'failed',
      'a0 == 1 does not hold at _start (guest.S:5): a0 is 0 (0x0)',
    ]);
    assert.deepEqual(await expecting('#! expect at _start+4\n'), [
      'failed',
      'expected that it comes to _start+4: it never came there',
    ]);
  });

  it('waits for ever', async () => {
    const source = '.globl _start\n_start: wfi\nj _start\n';
    for (const engine of ANY_GUEST_VIRTUALIZATIONS) {
      assert.equal((await runAnnotated(`#! expect exit waiting-forever\n${source}`, engine)).outcome, 'passed');
      assert.match(told(await runAnnotated(source, engine))[0] ?? '', /but it waits for ever, at /);
    }
  });

  it('traps for ever, on every engine', async () => {
    const source = '.globl _start\n_start: csrw stvec, zero\n.word 0\n';
    for (const engine of ANY_GUEST_VIRTUALIZATIONS)
      assert.deepEqual(told(await runAnnotated(`#! expect exit trap-loop\n${source}`, engine)), [], engine);
    const [killed] = told(await runAnnotated(source, 'full'));
    assert.match(killed ?? '', /but it was killed at .*\(trap-loop\)$/);
  });

  it('is killed, and why', async () => {
    const source = '#! with onIllegal kill\n.globl _start\n_start: ld a0, 0(zero)\n';
    const expecting = (why: string) => runAnnotated(`#! expect exit ${why}\n${source}`, 'hardware');
    assert.deepEqual(told(await expecting('killed')), []);
    assert.deepEqual(told(await expecting('killed illegal-access')), []);
    assert.match(told(await expecting('killed trap-loop'))[0] ?? '', /but it was killed at .*\(illegal-access\)$/);
  });

  it('prints without end: it is ended', async () => {
    const flood = '.globl _start\n_start: li a7, 1\n1: ecall\nj 1b\n';
    const result = await runAnnotated(`#! limit 100000000\n${flood}`);
    assert.equal(result.outcome, 'limit');
    assert.match(told(result)[0] ?? '', /it prints more than 1048576 bytes/);
    assert.equal(result.console.length, 2 ** 20);
  }).timeout(60_000);

  it('comes to a place without end: it is ended', async () => {
    const result = await runAnnotated(`#! expect a0 == a0 at _start every\n#! limit 100000000\n${END_LESS}`);
    assert.equal(result.outcome, 'limit');
    assert.match(told(result)[0] ?? '', /more than 200000 times/);
  }).timeout(60_000);

  it('asks for a reset', async () => {
    const source = '.globl _start\n_start: li a7, 0x53525354\nli a6, 0\nli a0, 1\nli a1, 0\necall\n';
    for (const engine of ANY_GUEST_VIRTUALIZATIONS)
      assert.deepEqual(told(await runAnnotated(`#! expect exit reset\n${source}`, engine)), [], engine);
  });
});

describe('what is typed at a guest', () => {
  /** Prints `> `, and what is typed from there on, up to a dot. */
  const ECHO = `
        .globl  _start
_start: li      a7, 1
        li      a0, '>'
        ecall
        li      a0, ' '
        ecall
read:   li      a7, 2
        ecall
        bltz    a0, read
typed:  mv      s0, a0
        li      a7, 1
        ecall
        li      t0, '.'
        bne     s0, t0, read
        li      a7, 8
        ecall
`;

  it('comes at the start, or after a text', async () => {
    for (const engine of ANY_GUEST_VIRTUALIZATIONS) {
      assert.equal((await runAnnotated(`#! type "ab."\n${ECHO}`, engine)).console, '> ab.');
      const after = '#! type "a" after "> "\n#! type "b" after "a"\n#! type "." after "b"\n';
      assert.equal((await runAnnotated(`${after}#! expect console "> ab."\n${ECHO}`, engine)).outcome, 'passed');
    }
  });

  it('comes at the same instruction, whatever else is looked at', async () => {
    const typed = `#! type "a" after "> "\n#! type "." after "a"\n`;
    const plain = await runAnnotated(`${typed}${ECHO}`);
    const watched = await runAnnotated(`${typed}#! expect at read every\n#! expect at typed every\n${ECHO}`);
    assert.equal(watched.outcome, 'passed');
    assert.equal(watched.instructions, plain.instructions);
  });

  it('comes when the guest waits for nothing else', async () => {
    const source = `
        .globl  _start
_start: li      t0, 0x0c000000          # the PLIC: interrupt 10, of the UART, to S-mode of hart 0
        li      t1, 1
        sw      t1, 40(t0)
        li      t2, 0x0c002080
        li      t1, 1 << 10
        sw      t1, 0(t2)
        li      t2, 0x0c201000
        sw      zero, 0(t2)
        li      t3, 0x10000000          # the UART tells of what it receives
        li      t1, 1
        sb      t1, 1(t3)
        li      t1, 1 << 9
        csrw    sie, t1
        li      a7, 1
        li      a0, '>'
        ecall
        wfi
        lbu     s0, 0(t3)
        li      a7, 8
        ecall
`;
    const typed = '#! type "x" after ">"\n#! expect s0 == \'x\'\n#! expect instructions < 50\n';
    for (const engine of ANY_GUEST_VIRTUALIZATIONS)
      assert.deepEqual(told(await runAnnotated(`${typed}${source}`, engine)), [], engine);
    assert.match(told(await runAnnotated(source))[0] ?? '', /but it waits for ever/);
  });

  it('is told when it was never typed', async () => {
    const result = await runAnnotated(`#! limit 50000\n#! type "." after "no such text"\n${ECHO}`);
    assert.equal(told(result).at(-1), '"." was never typed: the guest did not print "no such text"');
  });
});

describe('a test on several harts', () => {
  it('sees whichever hart comes to a place', async () => {
    const source = `#! with harts 2
#! expect a0 == 1 at second
#! expect a1 == 77 at second
        .globl  _start
_start: li      a7, 0x48534d
        li      a6, 0
        li      a0, 1
        la      a1, second
        li      a2, 77
        ecall
wait:   lw      t0, flag
        beqz    t0, wait
        li      a7, 8
        ecall
second: li      t0, 1
        sw      t0, flag, t1
1:      wfi
        j       1b
        .data
flag:   .word   0
`;
    for (const engine of ANY_GUEST_VIRTUALIZATIONS)
      assert.deepEqual(told(await runAnnotated(source, engine)), [], engine);
  });
});
