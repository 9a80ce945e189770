import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brokenPagers } from '../../scripts/broken-pagers';
import type { PagerName } from '../../simulator/hypervisor/engines/full/pager-names';
import { Client, root } from './client';

const lab = path.join(root, 'labs/11-broken-pagers/checks');
const watch = path.join(lab, 'watch.S');
const ORIGIN = 'simulator/hypervisor/engines/full/page-fault.ts';

/** The line of the first load from the page that nobody has written to. */
const readsClean =
  readFileSync(watch, 'utf8')
    .split('\n')
    .findIndex((line) => line.startsWith('was_read:')) - 1;

describe('a broken pager, in the debugger', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  /** Into the pager, at the load. */
  const inPager = async (pager: PagerName) => {
    client = new Client();
    const program = [watch, path.join(lab, 'kernel.S')];
    await client.launch(program, { pager, virtualization: 'full', memory: '6M', stopOnEntry: true });
    await client.stopped();
    await client.breakAt(watch, [readsClean + 1]);
    await client.go('continue');
    await client.step('stepIn');
    for (;;) {
      const [top] = await client.step('stepIn');
      if (top?.name.startsWith('handlePageFault')) return top;
    }
  };
  const text = (source: string): string =>
    source === ORIGIN
      ? readFileSync(source, 'utf8')
      : (brokenPagers(root).find((each) => each.source === source)?.text ?? '');

  for (const { name, source } of [{ name: 'right', source: ORIGIN }, ...brokenPagers(root)])
    it(`is stepped through in its own source, and no step of another one may come: ${name}`, async () => {
      const top = await inPager(name as PagerName);
      assert.ok(top.source?.path?.endsWith(`/${source}`), top.source?.path);
      const line = text(source).split('\n')[top.line - 1] ?? '';
      assert.match(line, /yield step`/);
      const { handled } = await client.own('hyperstep/narration', { threadId: 1 });
      const coming = handled?.coming.flatMap((each) => ('source' in each && each.source ? [each.source.path] : []));
      assert.ok(coming && coming.length > 0);
      const others = [ORIGIN, ...brokenPagers(root).map((each) => each.source)].filter((each) => each !== source);
      for (const file of coming) for (const other of others) assert.notEqual(file, path.join(root, other));
    });

  it('fills the entry that its source says: W, though nobody has written to the page', async () => {
    const filled = async (pager: PagerName): Promise<string> => {
      await inPager(pager);
      for (;;) {
        const [top] = await client.step('stepIn');
        const said = top?.name ?? '';
        const { handled } = await client.own('hyperstep/narration', { threadId: 1 });
        const all = JSON.stringify(handled?.narrated);
        if (all.includes('fill the shadow entry')) return all;
        assert.ok(said !== '');
      }
    };
    assert.match(await filled('right'), /no W until the guest's D is set/);
    await client.request('disconnect');
    assert.doesNotMatch(await filled('two'), /no W until the guest's D is set/);
  });

  it('steps over the return into the program, which runs elsewhere than where it lies', async () => {
    client = new Client();
    const kernel = path.join(lab, 'kernel.S');
    const program = [watch, kernel];
    await client.launch(program, { pager: 'three', virtualization: 'full', memory: '6M', stopOnEntry: true });
    await client.stopped();
    const lines = readFileSync(kernel, 'utf8').split('\n');
    const load = lines.findIndex((line) => line.startsWith('load_as_program:'));
    const returns = lines.findIndex((line, index) => index > load && line.trim() === 'sret') + 1;
    await client.breakAt(kernel, [returns]);
    await client.go('continue');
    const [top] = await client.step('next');
    assert.match(top?.name ?? '', /^program\b.*U-mode/);
  });

  it('is refused by another name, with those that there are', async () => {
    client = new Client();
    const launched = client.launch(watch, { pager: 'four', virtualization: 'full' } as object);
    await assert.rejects(launched, /"pager" must be "right" or "one" or "two" or "three", not "four"/);
  });
});

describe('the broken pagers', () => {
  it('are the pager with one place edited each', () => {
    const lines = readFileSync(ORIGIN, 'utf8').split('\n');
    for (const { source, text } of brokenPagers(root)) {
      const other = text.split('\n');
      assert.equal(other.length, lines.length, source);
      assert.equal(other.filter((line, index) => line !== lines[index]).length, 1, source);
    }
  });
});
