import assert from 'node:assert/strict';
import { UnreadableFile } from '../../simulator/assembler/source/read-file';
import { TestClient } from './client';

const messages = async (client: TestClient, uri: string): Promise<string[]> => {
  const { items } = await client.request<{ items: { message: string }[] }>('textDocument/diagnostic', {
    textDocument: { uri },
  });
  return items.map(({ message }) => message);
};

const changed = (client: TestClient, name: string): Promise<void> =>
  client.connection.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: `file:///w/${name}`, type: 2 }],
  });

const entry = '.globl _start\n_start: j .\n';

describe('Language server: projects', () => {
  it('check a header in every program that includes it, opened or not', async () => {
    const files = {
      'a.S': `#define FROM 1\n#include "inc/both.h"\n${entry}`,
      'b.S': `#define FROM 2\n#include "inc/both.h"\n${entry}`,
      'inc/both.h': '',
    };
    const header = '#if FROM == 1\n#warning one\n#else\n#warning two\n#endif\n';
    const client = await TestClient.start({ ...files, 'inc/both.h': header });
    await client.open('a.S', files['a.S']);
    await client.diagnosticsOf('a.S');
    const { uri } = await client.open('inc/both.h', header);
    assert.deepEqual(await messages(client, uri), ['#warning one']);
    await client.open('b.S', files['b.S']);
    await client.diagnosticsOf('b.S');
    assert.deepEqual((await messages(client, uri)).sort(), ['#warning one', '#warning two']);
    // An edit of the header is checked in both.
    const end = { start: { line: 5, character: 0 }, end: { line: 5, character: 0 } };
    await client.change(uri, [{ range: end, text: '#error both\n' }]);
    const found = (await messages(client, uri)).filter((message) => message.startsWith('#error'));
    assert.deepEqual(found, ['#error both']);
    client.stop();
  });

  it('find the sources of a header that is opened first', async () => {
    const files = { 'a.S': `#include "only.h"\n${entry}`, 'only.h': '#error wrong\n' };
    const client = await TestClient.start(files);
    // The index is made in the background.
    for (let tries = 0; tries < 100; tries++) {
      if ((await client.request<unknown[]>('workspace/symbol', { query: '_start' })).length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { uri } = await client.open('only.h', files['only.h']);
    assert.deepEqual(await messages(client, uri), ['#error wrong']);
    client.stop();
  });

  it('state macros and include folders of single files', async () => {
    const project = {
      program: ['a.S', 'b.S'],
      defines: { COMMON: 1 },
      files: { 'b.S': { defines: { OWN: 2, COMMON: 3 }, includePaths: ['own'] } },
    };
    const a = '#if COMMON != 1 || defined(OWN)\n#error a\n#endif\n.globl _start\n_start: j other\n';
    const b =
      '#include "own.h"\n#if COMMON != 3 || OWN != 2 || HERE != 4\n#error b\n#endif\n.globl other\nother: j .\n';
    const files = { 'hyperstep.json': JSON.stringify(project), 'a.S': a, 'b.S': b, 'own/own.h': '#define HERE 4\n' };
    const client = await TestClient.start(files);
    assert.deepEqual(await messages(client, (await client.open('a.S', a)).uri), []);
    assert.deepEqual(await messages(client, (await client.open('b.S', b)).uri), []);
    client.stop();
  });

  it('say what is wrong in the options of a file', async () => {
    const project = '{ "files": { "a.s": { "defines": 1, "program": "x" } } }';
    const client = await TestClient.start({ 'hyperstep.json': project, 'a.s': entry });
    await client.open('a.s', entry);
    const found = await client.diagnosticsOf('hyperstep.json', (all) => all.length > 0);
    assert.deepEqual(
      found.map(({ message }) => message),
      [
        '"files": "a.s" has no option "program"; there are "includePaths", "defines", "march", "mabi"',
        '"files": "a.s": "defines" must be an object of names and values, not 1',
      ],
    );
    client.stop();
  });

  it('follow launch.json, with its comments, and its changes', async () => {
    const launch = (defines: string): string =>
      `{ // guests\n "configurations": [{ "type": "other" }, { "type": "hyperstep", "program": "\${workspaceFolder}/a.S", "defines": ${defines}, },] }`;
    const source = `#if LEVEL != 2\n#error level\n#endif\n${entry}`;
    const files: Record<string, string> = { '.vscode/launch.json': launch('{ "LEVEL": "1" }'), 'a.S': source };
    const client = await TestClient.start(files);
    const { uri } = await client.open('a.S', source);
    assert.deepEqual(await messages(client, uri), ['#error level']);
    files['.vscode/launch.json'] = launch('{ "LEVEL": "2" }');
    await changed(client, '.vscode/launch.json');
    assert.deepEqual(await messages(client, uri), []);
    files['.vscode/launch.json'] = '{';
    await changed(client, '.vscode/launch.json');
    assert.deepEqual(await messages(client, uri), ['#error level']);
    client.stop();
  });

  it('leave alone what a launch configuration does not say: the active file', async () => {
    const launch = '{ "configurations": [{ "type": "hyperstep", "program": "${file}", "defines": { "X": "1" } }] }';
    const source = `#ifdef X\n#error x\n#endif\n${entry}`;
    const client = await TestClient.start({ '.vscode/launch.json': launch, 'a.S': source });
    assert.deepEqual(await messages(client, (await client.open('a.S', source)).uri), []);
    client.stop();
  });

  it('know a program that starts in M-mode from reset, whose CSRs are its own', async () => {
    const source = `${entry} csrw mtvec, a0\n csrw mepc, a0\n`;
    const launch = (more: string): string =>
      `{ "configurations": [{ "type": "hyperstep", "program": "\${workspaceFolder}/a.S", ${more} }] }`;
    const files: Record<string, string> = { 'a.S': source };
    const noted = async (attributes: string): Promise<number> => {
      files['.vscode/launch.json'] = launch(attributes);
      const client = await TestClient.start(files);
      const found = await messages(client, (await client.open('a.S', source)).uri);
      client.stop();
      return found.filter((message) => message.includes('is a machine-mode CSR')).length;
    };
    assert.equal(await noted('"firmware": "sbi"'), 2);
    assert.equal(await noted('"firmware": "none"'), 0);
    // Then the firmware of the user's own has M-mode.
    assert.equal(await noted('"firmware": "none", "bios": "fw.bin"'), 2);
  });

  it('say which files a file is linked with', async () => {
    const files = { 'hyperstep.json': '{ "program": ["a.s", "b.s"] }', 'a.s': entry, 'b.s': '', 'c.s': '' };
    const client = await TestClient.start(files);
    const { uri } = await client.open('a.s', entry);
    const folder = uri.slice(0, -'a.s'.length);
    const linkedWith = async (name: string): Promise<string[]> => {
      const { files: found } = await client.request<{ files: string[] }>('hyperstep/programOf', { uri: folder + name });
      return found.map((file) => file.slice(folder.length));
    };
    assert.deepEqual(await linkedWith('b.s'), ['a.s', 'b.s']);
    assert.deepEqual(await linkedWith('c.s'), ['c.s']);
    await assert.rejects(client.request('hyperstep/programOf', { uri: 1 }), /"uri" must be a string/);
    client.stop();
  });

  it('follow hyperstep.json and its linker script', async () => {
    const script = 'SECTIONS { .text 0x80200000 : { *(.text) } ASSERT(SIZEOF(.text) > 100, "too small") }';
    const files: Record<string, string> = {
      'hyperstep.json': '{ "program": "a.s", "linkerScript": "link.ld" }',
      'link.ld': script,
      'a.s': entry,
    };
    const client = await TestClient.start(files);
    const { uri } = await client.open('a.s', entry);
    const found = await client.diagnosticsOf('link.ld', (all) => all.length > 0);
    assert.match(found[0]?.message ?? '', /too small/);
    files['link.ld'] = script.replace('> 100', '> 0');
    await changed(client, 'link.ld');
    await client.diagnosticsOf('link.ld', (all) => all.length === 0);
    files['hyperstep.json'] = '{ "program": "a.s", "linkerScript": "none.ld" }';
    await changed(client, 'hyperstep.json');
    await messages(client, uri);
    client.stop();
  });

  it('says of files that are there and not read what they are', async () => {
    const device = new UnreadableFile('is a device, not a regular file');
    const client = await TestClient.start({ 'zero.h': device, 'hyperstep.json': device });
    await client.open('main.S', '#include "zero.h"\n.incbin "zero.h"\n');
    const found = await client.diagnosticsOf('main.S');
    assert.deepEqual(
      found.map(({ message }) => message),
      [
        "the included file 'zero.h' is a device, not a regular file",
        "the file 'zero.h' is a device, not a regular file",
      ],
    );
    const [problem] = await client.diagnosticsOf('hyperstep.json');
    assert.equal(problem?.message, 'it is a device, not a regular file');
    client.stop();
  });
});
