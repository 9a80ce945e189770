import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Client } from './client';

describe('a scenario in the debugger', () => {
  const folder = '/guests';
  const echo = `
        .globl  _start
_start: li      a7, 2
        ecall
        bltz    a0, _start
        li      a7, 1
        ecall
        j       _start
`;
  const launch = async (files: ReadonlyMap<string, string>, attributes: object): Promise<Client> => {
    const client = new Client({ files });
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const launched = client.request('launch', { console: 'debugConsole', ...attributes });
    await Promise.race([client.event('initialized'), launched]);
    await client.request('setExceptionBreakpoints', { filters: ['killed'] });
    await client.request('configurationDone');
    await launched;
    return client;
  };
  const described = (vms: object) => JSON.stringify({ hosts: { h: { vms } } });
  const failure = async (files: ReadonlyMap<string, string>, attributes: object): Promise<string> => {
    const client = new Client({ files });
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const { success, message = '' } = await client.send('launch', attributes);
    assert.equal(success, false);
    await client.request('disconnect');
    return message;
  };
  const memory = '8M';

  it('is read from a file, whose paths are seen from its folder', async () => {
    const off = '_start: li a7, 8\n ecall\n';
    const files = new Map([
      [`${folder}/two.hyperstep.json`, described({ a: { program: 'in/a.S', memory }, b: { program: 'b.S', memory } })],
      [`${folder}/in/a.S`, off],
      [`${folder}/b.S`, off],
    ]);
    const client = await launch(files, { scenario: `${folder}/two.hyperstep.json` });
    assert.equal((await client.event('hyperstep/ended')).body.how, 'a powered off. b powered off.');
    await client.request('disconnect');
  });

  it('starts nothing when something is wrong, and says what', async () => {
    const path = `${folder}/two.hyperstep.json`;
    const withText = (text: string) => new Map([[path, text]]);
    assert.match(await failure(new Map(), { scenario: path }), /the scenario '.*' cannot be read: it is not there/);
    assert.match(await failure(withText('{\n "hosts": 3 }'), { scenario: path }), /is wrong: line 2: "hosts" must be/);
    const missing = withText(described({ a: { program: 'a.S' } }));
    assert.match(await failure(missing, { scenario: path }), /the program '\/guests\/a.S' cannot be read/);
    const broken = new Map([
      [path, described({ a: { program: 'a.S' }, b: { program: 'a.S' }, c: { program: 'c.S' } })],
      [`${folder}/a.S`, '_start: addd a0, a0\n'],
      [`${folder}/c.S`, '_start: j nowhere\n'],
    ]);
    const message = await failure(broken, { scenario: path });
    assert.match(message, /^what a, b, c run has 2 errors, nothing was started; the first: \/guests\/a.S:1: /);
    const large = withText(described({ a: { program: 'a.S', memory: '64M', memoryLimit: '64M' } }));
    assert.match(
      await failure(new Map([...large, [`${folder}/a.S`, '_start: nop\n']]), { scenario: path }),
      /more than its memoryLimit of 64M/,
    );
  });

  it('gives what is typed to the first, or to the one that is named, and can be restarted', async () => {
    const files = new Map([[`${folder}/echo.S`, echo]]);
    const vm = { program: `${folder}/echo.S`, memory };
    const scenario = { hosts: { h: { harts: 2, vms: { a: vm, b: { ...vm, engine: 'hardware' } } } } };
    const client = await launch(files, { scenario, console: 'terminal' });
    const printed = async (text: string) => {
      while (!client.output.includes(text)) await client.event('output');
    };
    await client.own('hyperstep/consoleInput', { text: 'x\n' });
    await printed('a: x\n');
    await client.own('hyperstep/consoleInput', { text: 'y\n', vm: 'b' });
    await printed('b: y\n');
    await client.request('restart');
    await client.own('hyperstep/consoleInput', { text: 'z\n', vm: 'b' });
    await printed('b: z\n');
    await client.request('disconnect');
  });
});
