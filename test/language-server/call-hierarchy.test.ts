import assert from 'node:assert/strict';
import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall } from 'vscode-languageserver';
import { TestClient } from './client';

const text = [
  '.globl main',
  'main: call leaf',
  ' call leaf',
  'again: bnez a0, again',
  ' j again',
  ' tail far',
  'leaf: jal t0, deep',
  ' ret',
  'deep: ret',
].join('\n');
const files = {
  'hyperstep.json': '{ "program": ["main.s", "far.s"] }',
  'far.s': '.globl far\nfar: call main\n ret\n',
};

describe('Language server: call hierarchy', () => {
  let client: TestClient;
  let uri: string;
  before(async () => {
    client = await TestClient.start(files);
    ({ uri } = await client.open('main.s', text));
  });
  after(() => client.stop());

  const prepare = async (line: number, character: number): Promise<CallHierarchyItem[] | null> =>
    client.request('textDocument/prepareCallHierarchy', { textDocument: { uri }, position: { line, character } });
  const incoming = async (item: CallHierarchyItem): Promise<string[]> =>
    (await client.request<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item })).map(
      ({ from, fromRanges }) => `${from.name} ${fromRanges.length}`,
    );
  const outgoing = async (item: CallHierarchyItem): Promise<string[]> =>
    (await client.request<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item })).map(
      ({ to, fromRanges }) => `${to.name} ${fromRanges.length}`,
    );

  it('knows the callers of a function', async () => {
    const [leaf] = (await prepare(1, 12))!;
    assert.equal(leaf!.name, 'leaf');
    assert.deepEqual(await incoming(leaf!), ['main 2']);
  });
  it('knows whom a function calls, in other files too; jumps inside are none of it', async () => {
    const [main] = (await prepare(1, 1))!;
    assert.deepEqual(await outgoing(main!), ['leaf 2', 'far 1']);
    assert.deepEqual(await incoming(main!), ['far 1']);
  });
  it('goes on in a file that is not open', async () => {
    const [far] = (await prepare(5, 7))!;
    assert.match(far!.uri, /far\.s$/);
    assert.deepEqual(await outgoing(far!), ['main 1']);
    assert.deepEqual(await incoming(far!), ['main 1']);
  });
  it('takes jal with a link register for a call', async () => {
    const [deep] = (await prepare(8, 1))!;
    assert.deepEqual(await incoming(deep!), ['leaf 1']);
  });
  it('has nothing for a register, and answers an item that is gone', async () => {
    assert.equal(await prepare(3, 13), null);
    const [leaf] = (await prepare(1, 12))!;
    assert.equal(await client.request('callHierarchy/incomingCalls', { item: { ...leaf, name: 'gone' } }), null);
    await assert.rejects(client.request('callHierarchy/incomingCalls', { item: { name: 1 } }), /item/);
  });
});
