import assert from 'node:assert/strict';
import type { Diagnostic } from 'vscode-languageserver';
import { TestClient } from './client';

/** What is said about a text, as `line: code`, of the codes that are asked for. */
async function said(text: string, codes: readonly string[], settings: object = {}): Promise<string[]> {
  return (await found(text, settings)).flatMap(({ code, range }) =>
    codes.includes(String(code)) ? [`${range.start.line}: ${code}`] : [],
  );
}

async function found(text: string, settings: object): Promise<readonly Diagnostic[]> {
  const client = await TestClient.start();
  try {
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { hyperstep: settings } });
    const { uri } = await client.open('main.s', text);
    const report = await client.request<{ items: Diagnostic[] }>('textDocument/diagnostic', { textDocument: { uri } });
    return report.items;
  } finally {
    client.stop();
  }
}

const flow = ['unreachable', 'runs-into-data', 'runs-off-the-end'];

describe('Lint: control flow', () => {
  const cases: readonly (readonly [name: string, text: string, wanted: readonly string[]])[] = [
    ['code behind a jump', '_start:\n j _start\n addi a0, a0, 1\n addi a0, a0, 2\n', ['2: unreachable']],
    ['but not behind a label', '_start:\n j _start\n1:\n j 1b\n', []],
    ['nor a guard', '_start:\n j .\n unimp\n nop\n', []],
    ['a jump that links to x0', '_start:\n jal x0, _start\n li a0, 1\nf: ret\n', ['2: unreachable']],
    ['a call leads on', '_start:\n jal _start\n jalr t0\n j .\n', []],
    ['code in an alternative', '_start:\n.if 1\n j .\n.else\n li a0, 1\n.endif\n j .\n', []],
    ['code of a macro call', '.macro halt\n j .\n.endm\n_start:\n halt\n li a0, 1\n j .\n', []],
    ['the end of a function', '.globl f\nf:\n li a0, 1\n', ['2: runs-off-the-end']],
    ['the end of lines that are no function', 'f:\n li a0, 1\n', []],
    ['one function that goes on as the next', '.globl f, g\nf:\n li a0, 1\ng: ret\n', []],
    [
      'an end that asks the firmware, or calls',
      '.globl _start, b\n_start:\n li a7, 8\n ecall\n.section .text.b\nb: call _start\n',
      [],
    ],
    ['a section that goes on later', '.globl _start\n_start:\n li a0, 1\n.data\nx: .word 1\n.text\n j .\n', []],
    ['text in the way', '_start:\n li a0, 1\n.asciz "no"\n', ['2: runs-into-data']],
    ['text that a jump leads around', '_start:\n j 1f\n.asciz "yes"\n.balign 4\n1: j 1b\n', []],
    ['a number that may be an instruction', '_start:\n .word 0x13\n j .\n', []],
    ['data alone', '.data\nx: .asciz "x"\n', []],
  ];
  for (const [name, text, wanted] of cases) it(name, async () => assert.deepEqual(await said(text, flow), wanted));

  it('can be switched off', async () => {
    assert.deepEqual(await said('.globl f\nf:\n li a0, 1\n', flow, { lint: { controlFlow: false } }), []);
  });
});

describe('Lint: the global pointer', () => {
  const load = ' la gp, __global_pointer$\n j .\n';
  const cases: readonly (readonly [name: string, text: string, wanted: readonly string[]])[] = [
    ['that the linker may relax', `_start:\n${load}`, ['1: gp-relaxed']],
    ['that it may not', `_start:\n.option push\n.option norelax\n${load}.option pop\n`, []],
    ['behind the end of norelax', `_start:\n.option push\n.option norelax\n.option pop\n${load}`, ['4: gp-relaxed']],
    ['another address', '_start:\n la gp, _start\n j .\n', []],
  ];
  for (const [name, text, wanted] of cases)
    it(name, async () => assert.deepEqual(await said(text, ['gp-relaxed']), wanted));
});

const convention = ['abi-saved-register', 'abi-return-address', 'abi-stack', 'abi-pointer'];

describe('Lint: the calling convention', () => {
  const on = { lint: { callingConvention: true } };
  const cases: readonly (readonly [name: string, body: string, wanted: readonly string[]])[] = [
    ['a saved register that is changed', ' li s1, 4\n ret\n', ['2: abi-saved-register']],
    ['told once', ' li s1, 4\n li s1, 5\n ret\n', ['2: abi-saved-register']],
    [
      'one that is saved before',
      ' addi sp, sp, -16\n sd s1, 0(sp)\n li s1, 4\n ld s1, 0(sp)\n addi sp, sp, 16\n ret\n',
      [],
    ],
    ['a floating-point one', ' fmv.d.x fs1, zero\n ret\n', ['2: abi-saved-register']],
    ['temporaries', ' li t0, 4\n mv a0, t0\n ret\n', []],
    ['a call without ra', ' call g\n ret\n', ['2: abi-return-address']],
    ['a call with ra saved', ' addi sp, sp, -16\n sd ra, 8(sp)\n call g\n ld ra, 8(sp)\n addi sp, sp, 16\n ret\n', []],
    ['ra kept in a register', ' mv t3, ra\n call g\n jr t3\n', []],
    ['sp that is not put back', ' addi sp, sp, -16\n ret\n', ['3: abi-stack']],
    [
      'sp that is put back from the frame pointer',
      ' sd s0, 0(sp)\n mv s0, sp\n addi sp, sp, -16\n mv sp, s0\n ret\n',
      [],
    ],
    ['the thread pointer', ' li tp, 0\n ret\n', ['2: abi-pointer']],
    ['code that never returns', ' li s1, 4\n call g\n j .\n', []],
  ];
  for (const [name, body, wanted] of cases) {
    it(name, async () => assert.deepEqual(await said(`.globl f\nf:\n${body}g: ret\n`, convention, on), wanted));
  }

  it('is not looked at unless asked for', async () => {
    assert.deepEqual(await said('.globl f\nf: li s1, 4\n ret\n', convention), []);
  });
});

describe('Lint: annotations of tests', () => {
  it('says what is wrong with them, where it is', async () => {
    const text = '#! test "a"\n#! expect exits csr-acess < 1\n_start: j _start #! expcet exit 1\n';
    const wrong = (await found(text, {})).filter(({ code }) => code === 'guest-test');
    assert.deepEqual(
      wrong.map(({ range, message }) => [range.start.line, range.start.character, message]),
      [[2, 20, "'expcet' begins no annotation: is 'expect' meant?"]],
    );
    const inner = await found(text.replace('expcet', 'expect'), {});
    assert.match(inner.find(({ code }) => code === 'guest-test')?.message ?? '', /is "csr-access" meant\?/);
    assert.deepEqual(await said('#! test "a"\n#! expect exit 1\n_start: j _start\n', ['guest-test']), []);
    assert.deepEqual(await said('#! just a comment\n_start: j _start\n', ['guest-test']), []);
  });
});
