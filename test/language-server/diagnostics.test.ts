import assert from 'node:assert/strict';
import type { CodeAction } from 'vscode-languageserver';
import { TestClient } from './client';

describe('Language server: diagnostics', () => {
  let client: TestClient;
  afterEach(() => client.stop());

  it('come and go as one types', async () => {
    client = await TestClient.start();
    const { uri } = await client.open('main.s', '_start:\n  adddi a0, a0, 1\n');
    const [problem] = await client.diagnosticsOf('main.s');
    assert.match(problem!.message, /unknown instruction 'adddi'; did you mean 'addi'\?/);
    assert.deepEqual(problem!.range, { start: { line: 1, character: 2 }, end: { line: 1, character: 7 } });
    await client.change(uri, [
      { range: { start: { line: 1, character: 3 }, end: { line: 1, character: 4 } }, text: '' },
    ]);
    await client.diagnosticsOf('main.s', (found) => found.length === 0);
    await client.change(uri, [{ text: 'nop nop' }]);
    await client.diagnosticsOf('main.s', (found) => found.length === 1);
  });

  it('undefined symbols: an error in a stated program, a hint in a file alone', async () => {
    client = await TestClient.start({ 'p/hyperstep.json': '{ "program": "main.s" }' });
    await client.open('alone.s', 'call nowhere\n');
    const [hint] = await client.diagnosticsOf('alone.s');
    assert.equal(hint!.severity, 4);
    await client.open('p/main.s', 'somewhere: call somewere\n');
    const [error] = await client.diagnosticsOf('p/main.s');
    assert.equal(error!.severity, 1);
    assert.match(error!.message, /'somewere' is not defined; did you mean 'somewhere'/);
  });

  it('a broken project file says so', async () => {
    client = await TestClient.start({ 'hyperstep.json': '{ "program": 5 }' });
    await client.open('main.s', 'nop\n');
    const [problem] = await client.diagnosticsOf('hyperstep.json');
    assert.match(problem!.message, /"program" must be a path or a list of paths/);
  });

  it('duplicate symbols across files, with the first place', async () => {
    client = await TestClient.start({ 'hyperstep.json': '{ "program": ["a.s", "b.s"] }', 'b.s': '.globl f\nf: ret\n' });
    await client.open('a.s', '.globl f\nf: ret\n');
    const [problem] = await client.diagnosticsOf('b.s', (found) => found.length === 1);
    assert.match(problem!.message, /'f' is already defined/);
    assert.equal(problem!.relatedInformation![0]!.location.uri, 'file:///w/a.s');
  });

  it('problems in included files, and in expansions with the call', async () => {
    client = await TestClient.start({ 'defs.h': '#define BAD bogus a0\n.macro m x\n li a0, \\x\n.endm\n' });
    await client.open('main.S', '#include "defs.h"\nBAD\nm 5\nm undefined_thing\n');
    const main = await client.diagnosticsOf('main.S', (found) => found.length === 1);
    assert.equal(main[0]!.range.start.line, 1);
    const [inside] = await client.diagnosticsOf('defs.h', (found) => found.length === 1);
    assert.equal(inside!.range.start.line, 2);
    assert.equal(inside!.relatedInformation![0]!.location.range.start.line, 3);
  });

  it('CSRs: unknown ones, read-only ones, and those of machine mode', async () => {
    client = await TestClient.start();
    await client.open(
      'main.s',
      'csrw satpp, t0\ncsrw cycle, t0\ncsrr a0, mstatus\ncsrw satp, t0\nmret_is_not_here: sret\n',
    );
    const found = await client.diagnosticsOf('main.s', (all) => all.length === 5);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      [1, 3, 3, 4, 4],
    );
    assert.match(found[3]!.message, /'csrw' is privileged: under full virtualization it traps to the VMM/);
    assert.match(found[0]!.message, /unknown CSR 'satpp'; did you mean 'satp'/);
  });

  it('CSRs by number, and those that the machine does not have', async () => {
    client = await TestClient.start();
    await client.open('main.s', 'csrr a0, 0x300\ncsrw 0xc00, a0\ncsrr a0, hgatp\ncsrr a0, 0x5c0\ncsrr a0, vl\nmret\n');
    const found = await client.diagnosticsOf('main.s', (all) => all.length === 5);
    assert.deepEqual(
      found.map(({ range, severity }) => [range.start.line, severity]),
      [
        [0, 3],
        [1, 3],
        [2, 4],
        [3, 3],
        [4, 3],
      ],
    );
  });

  it('privileged instructions are no diagnostics for a client that shows them otherwise', async () => {
    client = await TestClient.start({}, { trusted: true, notePrivileged: false });
    await client.open('main.s', 'csrw satp, t0\nbogus\n');
    assert.equal((await client.diagnosticsOf('main.s')).length, 1);
  });

  it('a misspelt word has fixes', async () => {
    client = await TestClient.start();
    const { uri } = await client.open('main.s', 'csrw sapt, t0\nadd a0, a1\n');
    const diagnostics = await client.diagnosticsOf('main.s', (all) => all.length === 2);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: diagnostics[0]!.range,
      context: { diagnostics },
    });
    assert.equal(actions[0]!.title, "Change to 'satp'");
    assert.deepEqual(actions[0]!.edit!.changes![uri], [{ range: diagnostics[0]!.range, newText: 'satp' }]);
  });

  it('a launch: counted, published, and remembered as a program', async () => {
    client = await TestClient.start({ 'a.s': '_start: call f\n bogus\n', 'b.s': '.globl f\nf: ret\n' });
    const check = await client.request<{ errors: number; warnings: number; first: { uri: string } }>(
      'hyperstep/checkProgram',
      {
        program: ['file:///w/a.s', 'file:///w/b.s'],
      },
    );
    assert.deepEqual([check.errors, check.warnings, check.first.uri], [1, 0, 'file:///w/a.s']);
    assert.equal((await client.diagnosticsOf('a.s')).length, 1);
  });

  it('a launch of one file has what hyperstep.json says, and leaves the editor as it was', async () => {
    client = await TestClient.start({
      'p/hyperstep.json': '{ "program": ["a.S", "b.S"], "includePaths": ["inc"], "defines": { "N": "4" } }',
      'p/b.S': '.globl f\nf: ret\n',
      'p/inc/n.h': '#define M N\n',
      'p/c.S': 'li a0, N\n',
      'own/n.h': '#define M 5\n',
    });
    const launch = (program: string, options: object = {}) =>
      client.request<{ errors: number; first?: { uri: string } }>('hyperstep/checkProgram', {
        program: [`file:///w/${program}`],
        ...options,
      });
    await client.open('p/a.S', '#include "n.h"\n_start: call f\n li a0, M\n');
    await client.diagnosticsOf('p/a.S', (found) => found.length === 0);
    assert.equal((await launch('p/a.S')).errors, 0);
    assert.equal((await launch('p/c.S')).errors, 0);
    assert.equal((await launch('p/c.S', { projectRoot: '/w/p/c' })).errors, 0);
    // What the launch says goes before it; relative include paths are seen from the program's folder.
    assert.equal((await launch('p/a.S', { defines: { N: '("' } })).errors, 1);
    assert.equal((await launch('p/a.S', { includePaths: ['../own'], defines: { N: '("' } })).errors, 0);
    assert.equal((await launch('p/a.S')).errors, 0);
    await client.diagnosticsOf('p/a.S', (found) => found.length === 0);
  });

  it('a file alone has the options of hyperstep.json, which may change', async () => {
    const files: Record<string, string> = { 'hyperstep.json': '{ "program": "main.S", "defines": { "N": "4" } }' };
    client = await TestClient.start(files);
    await client.open('alone.S', 'li a0, N\n li a1, K\n');
    await client.diagnosticsOf('alone.S', (found) => found.length === 1);
    files['hyperstep.json'] = '{ "defines": { "N": "4", "K": "5" } }';
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: 'file:///w/hyperstep.json', type: 2 }],
    });
    await client.diagnosticsOf('alone.S', (found) => found.length === 0);
  });

  it('an included file is told to the client, and checked with the program that includes it', async () => {
    client = await TestClient.start({ 'n.inc': 'nop\n', 'n.h': '' });
    const told: string[] = [];
    client.connection.onNotification('hyperstep/included', ({ uris }: { uris: string[] }) => told.push(...uris));
    await client.open('macros.inc', 'twice addi\n');
    await client.diagnosticsOf('macros.inc', (found) => found.length === 1);
    await client.open(
      'main.S',
      '#include "n.h"\n.macro twice what\n \\what a0, a0, 1\n.endm\n.include "macros.inc"\n.include "n.inc"\n',
    );
    await client.diagnosticsOf('macros.inc', (found) => found.length === 0);
    assert.deepEqual(told, ['file:///w/macros.inc', 'file:///w/n.inc']);
  });

  it('in Restricted Mode nothing outside of the workspace is read', async () => {
    client = await TestClient.start({}, { trusted: false });
    await client.open(
      'main.S',
      '#include "/etc/passwd"\n#include "../../secret.h"\n#include "fine.h"\n.incbin "/etc/shadow"\n',
    );
    await client.diagnosticsOf('main.S', (found) => found.length > 2);
    assert.ok(client.read.length > 0);
    for (const uri of client.read) assert.match(uri, /^file:\/\/\/w\//);
    await client.connection.sendNotification('hyperstep/trusted');
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(client.read.some((uri) => uri === 'file:///etc/passwd'));
  });

  it('end when the document is closed', async () => {
    client = await TestClient.start();
    const { uri } = await client.open('main.s', 'bogus');
    await client.diagnosticsOf('main.s', (found) => found.length === 1);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await client.diagnosticsOf('main.s', (found) => found.length === 0);
  });
});
