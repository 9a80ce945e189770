import assert from 'node:assert/strict';
import type { VirtualDocument } from '../../extension/language-server/protocol';
import { TestClient } from './client';

async function virtual(scheme: string, text: string, line = 0, name = 'main.s'): Promise<string | undefined> {
  const client = await TestClient.start({ 'inc.inc': '.macro inner\n nop\n.endm\n' });
  const { uri } = await client.open(name, text);
  const query = encodeURIComponent(JSON.stringify({ uri, line }));
  const found = await client.request<VirtualDocument | null>('hyperstep/virtualDocument', {
    uri: `${scheme}:/x.s?${query}`,
  });
  client.stop();
  return found?.text;
}

const expansion = (text: string, line: number, name?: string) => virtual('hyperstep-expansion', text, line, name);

describe('Language server: virtual documents', () => {
  it('show what a macro call stands for, inner calls too, without what is not assembled', async () => {
    const text = [
      '.include "inc.inc"',
      '.macro push r, at=0',
      '.if \\at',
      ' addi sp, sp, -\\at',
      '.else',
      ' inner',
      '.endif',
      'l\\@: sd \\r, \\at(sp)',
      '.endm',
      ' push a0, 8',
      ' push a1',
    ].join('\n');
    const spaced = (found: string | undefined) => found?.replace(/, +/g, ',').replace(/,/g, ', ');
    assert.equal(
      spaced(await expansion(text, 9)),
      '# Line 10: push a0, 8\n    addi sp, sp, -8\n    l0: sd a0, 8(sp)\n',
    );
    assert.equal(
      spaced(await expansion(text, 10)),
      '# Line 11: push a1\n    # inner\n        nop\n    l1: sd a1, 0(sp)\n',
    );
  });
  it('show each round of a repeat', async () => {
    const text = '.irp r, a0, a1\n mv \\r, zero\n.endr\n nop';
    assert.equal(await expansion(text, 0), '# Line 1: .irp r, a0, a1\n    mv a0, zero\n    mv a1, zero\n');
    assert.equal(await expansion(text, 3), '# Line 4: nop\n# Nothing comes of it.\n');
  });
  it('show what each line became', async () => {
    assert.match((await virtual('hyperstep-listing', '_start: nop\n ret'))!, /80200000 0100\s+1 {2}_start: nop\n/);
    assert.equal(await virtual('hyperstep-listing', ' oops'), '# No listing: the program has 1 error.\n');
  });
  it('are null for what there is not, and refuse what is no URI', async () => {
    assert.equal(await virtual('hyperstep-other', ' nop'), undefined);
    const client = await TestClient.start();
    for (const uri of [
      'hyperstep-listing:/x',
      'hyperstep-listing:/x?{',
      'hyperstep-listing:/x?%7B%22uri%22:%22file:///none%22%7D',
    ])
      assert.equal(await client.request('hyperstep/virtualDocument', { uri }), null);
    await assert.rejects(client.request('hyperstep/virtualDocument', {}), /"uri" must be a string/);
    client.stop();
  });
});
