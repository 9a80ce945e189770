import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { RunnerClient } from '../../extension/runner/client';
import type { News } from '../../extension/runner/protocol';
import { startRunnerProcess } from '../../extension/runner/start-process';
import { buildOptions } from '../../scripts/bundles';

const module = path.resolve('out/test-runner/runner.js');
const file = path.resolve('out/test-runner/guest.s');

const text = `#! test "ends"
#! expect console "hi\\n"
#! test "goes on"
#! limit 9000000000000000
#! engines none
#! expect exit limit
#! test "has a disk"
#! engines full
#! with disks [{"file":"gone.img"}]
.globl _start
_start: j _start
`;

describe('The runner as a process', () => {
  let client: RunnerClient;
  before(async () => {
    const bundle = buildOptions().find(({ outfile }) => outfile === 'dist/cli.js');
    assert.ok(bundle);
    await build({ ...bundle, outfile: module });
    writeFileSync(file, text.replace('j _start', 'li a7, 8\n ecall\n'));
    client = new RunnerClient(
      () => startRunnerProcess(module),
      async () => undefined,
    );
  });
  after(() => client.dispose());

  const job = (source: string, name: string, engines: readonly string[]) =>
    ({ kind: 'tests', file: source, text, wanted: [{ name, engines }] }) as const;

  it('compares what a guest costs, and says why one cannot be', async () => {
    const compare = async (program: string, more: object = {}) => {
      const news: News[] = [];
      const launch = { program, ...more };
      const follower = { tell: (each: News) => void news.push(each), onCancel: () => {} };
      const problem = await client.run({ kind: 'compare', name: 'guest', launch }, follower);
      const [found] = news;
      return { problem, comparison: found?.kind === 'compared' ? found.comparison : undefined };
    };
    const measures = path.resolve('extension/sample/measures');
    const { comparison } = await compare(path.join(measures, 'interrupt.S'), { memory: '16M' });
    assert.equal(comparison?.operations, 500);
    assert.deepEqual(
      comparison.measurements.map(({ engine, exits }) => [engine, exits.get('sbi-call')]),
      [
        ['none', undefined],
        ['full', 500],
        ['hardware', 500],
        ['para', 1000],
      ],
    );
    const block = path.join(measures, 'block-read.S');
    const disks = [{ file: path.resolve('extension/sample/disk.img') }];
    const blocks = (await compare(block, { disks })).comparison?.measurements.map(({ engine, variant }) => [
      engine,
      variant && path.basename(variant),
    ]);
    assert.deepEqual(blocks, [
      ['none', undefined],
      ['full', undefined],
      ['hardware', undefined],
      ['para', 'block-read.para.S'],
    ]);
    const failed = (await compare(block)).comparison?.problems.map(({ kind, why }) => `${kind}: ${why}`);
    assert.deepEqual(new Set(failed), new Set(['failed: the guest reported failure 1']));
    const lost = (await compare(block, { disks: [{ file: '/nowhere.img' }] })).comparison;
    assert.match(lost?.problems[0]?.why ?? '', /disk image: .*nowhere\.img/);
    assert.match((await compare('/nowhere.s')).problem ?? '', /nowhere\.s/);
    assert.match((await compare(block, { harts: 99 })).problem ?? '', /"harts" must be an integer from 1 to 8/);
  });

  it('runs the tests that are wanted, and tells what came of each', async () => {
    const news: News[] = [];
    const problem = await client.run(job(file, 'ends', ['full', 'none']), {
      tell: (each) => void news.push(each),
      onCancel: () => {},
    });
    assert.equal(problem, undefined);
    assert.deepEqual(
      news.map((each) => ('test' in each ? `${each.kind} ${each.test.name} ${each.test.engine}` : each.kind)),
      ['began ends none', 'ended ends none', 'began ends full', 'ended ends full'],
    );
    const [, ended] = news;
    assert.ok(ended?.kind === 'ended');
    assert.equal(ended.result.outcome, 'failed');
    assert.deepEqual(ended.result.failures[0]?.texts, { expected: 'hi\n', came: '' });
    assert.ok(ended.result.seconds >= 0);
  });

  it('refuses what cannot be tried, with its place', async () => {
    const news: News[] = [];
    await client.run(job(file, 'has a disk', ['full']), { tell: (each) => void news.push(each), onCancel: () => {} });
    const [, refused] = news;
    assert.ok(refused?.kind === 'refused');
    assert.match(refused.problem, /guest\.s:7:4: error: has a disk \[full\]: disk image: .*gone\.img/);
  });

  it('hears in the midst of a guest that it is cancelled', async () => {
    const endless = path.resolve('out/test-runner/endless.s');
    writeFileSync(endless, text);
    let cancel = (): void => {};
    const news: string[] = [];
    const problem = await client.run(job(endless, 'goes on', ['none']), {
      tell({ kind }) {
        news.push(kind);
        cancel();
      },
      onCancel: (handler) => {
        cancel = handler;
      },
    });
    assert.deepEqual([problem, news], [undefined, ['began']]);
  });

  it('forgets a job that waits behind another when it is cancelled, and goes on with that', async () => {
    const endless = path.resolve('out/test-runner/endless.s');
    writeFileSync(endless, text);
    const cancels: (() => void)[] = [];
    const news: string[] = [];
    const follower = {
      tell: ({ kind }: News) => void news.push(kind),
      onCancel: (each: () => void) => void cancels.push(each),
    };
    const first = client.run(job(endless, 'goes on', ['none']), follower);
    const second = client.run(job(file, 'ends', ['none']), follower);
    const [cancelFirst, cancelSecond] = cancels;
    cancelSecond?.();
    assert.equal(await second, undefined);
    cancelFirst?.();
    assert.equal(await first, undefined);
    assert.ok(!news.includes('ended'), news.join());
  });

  it('says what is wrong with a file that is none of tests', async () => {
    const wrong = { kind: 'tests', file, text: '#! expect nothing 3 <', wanted: [] } as const;
    assert.match((await client.run(wrong, { tell: () => {}, onCancel: () => {} })) ?? '', /./);
  });
});
