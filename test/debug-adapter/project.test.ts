import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Client } from './client';

const files = new Map([
  [
    '/p/hyperstep.json',
    '{ "program": ["src/a.S", "src/b.S"], "includePaths": ["include"], "defines": { "SIZE": "16" } }',
  ],
  ['/p/include/more.h', '#define MORE 1\n'],
  ['/p/src/a.S', '#include "more.h"\n.globl _start\n_start: li a0, SIZE + MORE\n call other\n j .\n'],
  ['/p/src/b.S', '.globl other\nother: ret\n'],
  ['/p/src/own/more.h', '#define MORE 2\n'],
]);

describe('a launch of a program that hyperstep.json is about', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const valueOfA0 = async (attributes: object = {}): Promise<string> => {
    client = new Client({ files });
    await client.launch('/p/src/a.S', { breakpoints: [4], ...attributes });
    await client.stopped();
    return client.evaluate('$a0');
  };

  it('has its files, include paths and macros', async () => {
    assert.match(await valueOfA0(), /\b(17|0x11)\b/);
    const [top] = await client.step('stepIn');
    assert.equal(top?.source?.path, '/p/src/b.S');
  });

  it('has its own before those', async () => {
    assert.match(await valueOfA0({ includePaths: ['own'], defines: { SIZE: '32' } }), /\b(34|0x22)\b/);
  });

  it('has nothing of a file above the root of the project', async () => {
    client = new Client({ files });
    await client.request('initialize', { adapterID: 'hyperstep' });
    const { success } = await client.send('launch', { program: '/p/src/a.S', projectRoot: '/p/src' });
    assert.equal(success, false);
  });
});
