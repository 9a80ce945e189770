import assert from 'node:assert/strict';
import type { InlayHint } from 'vscode-languageserver';
import type { SettingValues } from '../../extension/language-server/settings';
import { TestClient } from './client';

const off = { inlayHints: { expansions: false, values: false, encodings: false } };
const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

/** Hints as `line:column label` with one of the settings on. */
async function hints(kind: string, text: string, name = 'main.s', range: object = whole): Promise<string[]> {
  const client = await TestClient.start();
  const settings = { hyperstep: { inlayHints: { ...off.inlayHints, [kind]: true } } };
  await client.connection.sendNotification('workspace/didChangeConfiguration', { settings });
  const { uri } = await client.open(name, text);
  const found = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range });
  client.stop();
  return found.map(({ position, label }) => `${position.line}:${position.character} ${String(label)}`);
}

describe('Language server: inlay hints', () => {
  it('show what pseudo-instructions of several instructions stand for', async () => {
    const text = '_start: li a0, 0x12345678\n li a1, 5\n mv a0, a1\n call far\n.org 0x200000\nfar: ret';
    assert.deepEqual(
      await hints('expansions', text),
      ['0:25 → lui a0, 0x12345; addi a0, a0, 1656', '3:9 → auipc ra, 0x200; jalr -12(ra)'].map((hint) =>
        hint.replace('addi a0, a0', 'addiw a0, a0'),
      ),
    );
  });
  it('show what macro calls stand for', async () => {
    const text = '.macro two r\n li \\r, 1\n nop\n.endm\n two a0\n.macro one\n nop\n.endm\n one';
    assert.deepEqual(await hints('expansions', text), ['4:7 → li a0, 1; nop']);
  });
  it('show values where names are used as numbers, not where code goes', async () => {
    const text =
      '.equ size, 40\n.equ big, 0x10000\n_start: li a0, size\n li a1, big+1\n j _start\n.dword _start\n.set y, size';
    assert.deepEqual(await hints('values', text), ['2:19 = 40', '3:11 = 0x10000', '5:13 = 0x80200000']);
  });
  it('show values of #define names that are numbers', async () => {
    const text = '#define N (1 << 4)\n#define R a0\n#define T text\n li R, N\n';
    assert.deepEqual(await hints('values', text, 'main.S'), ['3:8 = 16']);
  });
  it('show addresses and bytes', async () => {
    assert.deepEqual(await hints('encodings', 'f: nop; ret # c\n# none\n .word 1\n .asciz "123456789"'), [
      '0:6 80200000: 01 00',
      '0:11 80200002: 82 80',
      '2:8 80200004: 01 00 00 00',
      '3:19 80200008: 31 32 33 34 35 36 37 38 …',
    ]);
  });
  it('stay with lines that are as they were while the program has errors', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('main.s', ' nop\n la a0, d\nd: .word 1\n');
    const hints = async (): Promise<string[]> => {
      const found = await client.request<InlayHint[]>('textDocument/inlayHint', {
        textDocument: { uri },
        range: whole,
      });
      return found.map(({ position, label }) => `${position.line}:${position.character} ${String(label)}`);
    };
    const before = ['1:9 = 0x8020000a', '1:9 → auipc a0, 0x0; addi a0, a0, 8'];
    assert.deepEqual(await hints(), before);
    const at = { line: 0, character: 4 };
    await client.change(uri, [{ range: { start: at, end: at }, text: '\n oops' }]);
    assert.deepEqual(
      await hints(),
      before.map((hint) => hint.replace('1:', '2:')),
    );
    await client.change(uri, [{ range: { start: at, end: { line: 1, character: 5 } }, text: '' }]);
    assert.deepEqual(await hints(), before);
    client.stop();
  });
  it('are of the range alone, and none when all are off', async () => {
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 4 } };
    assert.deepEqual(await hints('encodings', ' nop\n ret\n nop', 'main.s', range), ['1:4 80200002: 82 80']);
    assert.deepEqual(await hints('nothing', ' nop\n ret\n nop'), []);
  });
  it('have defaults, which a client may leave', async () => {
    const { Settings, settingTable } = await import('../../extension/language-server/settings');
    const settings = new Settings(undefined as never);
    const values: SettingValues = settings.values;
    assert.equal(values['inlayHints.encodings'], settingTable['inlayHints.encodings'].default);
    await settings.follow({ settings: { hyperstep: { inlayHints: { encodings: true, values: 'yes' }, codeLens: 5 } } });
    assert.deepEqual(
      [
        settings.values['inlayHints.encodings'],
        settings.values['inlayHints.values'],
        settings.values['codeLens.debug'],
      ],
      [true, true, true],
    );
  });
});

describe('Language server: settings', () => {
  it('are asked for where the client answers, and followed', async () => {
    const client = new TestClient();
    let encodings = true;
    const asked: unknown[] = [];
    client.connection.onRequest('workspace/configuration', (params: unknown) => {
      asked.push(params);
      return [{ inlayHints: { expansions: false, values: false, encodings } }];
    });
    await client.connection.sendRequest('initialize', {
      processId: null,
      rootUri: 'file:///w',
      capabilities: { workspace: { configuration: true } },
    });
    await client.connection.sendNotification('initialized', {});
    const { uri } = await client.open('main.s', ' nop');
    const count = async (): Promise<number> =>
      (await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range: whole })).length;
    assert.equal(await count(), 1);
    encodings = false;
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.diagnosticsOf('main.s');
    assert.equal(await count(), 0);
    assert.deepEqual(asked[0], { items: [{ section: 'hyperstep' }] });
    client.stop();
  });
});
