import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { Client, root } from './client';

const guest = path.join(root, 'test/debug-adapter/guests/shadow-mistakes.S');
const here =
  readFileSync(guest, 'utf8')
    .split('\n')
    .findIndex((line) => line.startsWith('here:')) + 1;
const PROGRAM_PAGE = '0x40000000';
const CLEAN_PAGE = '0x40001000';

describe('the views of shadow paging under a pager that is broken', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const reach = async (pager: 'right' | 'one' | 'two'): Promise<void> => {
    client = new Client();
    await client.launch(guest, { virtualization: 'full', pager, breakpoints: [here] });
    await client.stopped();
  };
  const translate = (address: string, access: 'read' | 'write') =>
    client.own('hyperstep/translate', { threadId: 1, address, access });

  it('say the truth of the right one', async () => {
    await reach('right');
    const program = await translate(PROGRAM_PAGE, 'read');
    assert.match(program.summary, /is the guest’s own fault: Load page fault/);
    const clean = await translate(CLEAN_PAGE, 'write');
    assert.equal(clean.composed?.state, 'narrower');
    assert.match(clean.summary, /enters the shadow pager: the shadow’s entry does not allow it yet\.$/);
  });

  it('say that the hardware serves what the guest’s tables forbid: SUM forgotten', async () => {
    await reach('one');
    const { summary, composed } = await translate(PROGRAM_PAGE, 'read');
    assert.match(
      summary,
      /reaches 0x[0-9a-f]+ by (the shadow table|an entry of the TLB), though the guest’s own tables/,
    );
    assert.deepEqual(composed?.state, 'stale');
    assert.match(composed?.reason ?? '', /a page of U-mode, and the guest’s kernel can use it with SUM=0/);
  });

  it('say that stores will not be noted in the guest’s leaf: W too early', async () => {
    await reach('two');
    const { composed } = await translate(CLEAN_PAGE, 'write');
    assert.equal(composed?.state, 'stale');
    assert.match(composed?.reason ?? '', /D of the guest’s leaf is 0/);
  });
});
