import assert from 'node:assert/strict';
import { RunnerClient, type RunnerProcess } from '../../extension/runner/client';
import type { Job, News, Order, Told } from '../../extension/runner/protocol';

const job: Job = { kind: 'tests', file: '/w/a.s', text: '', wanted: [] };

/** A runner that does what a test has it do. */
class FakeProcess implements RunnerProcess {
  readonly orders: Order[] = [];
  isKilled = false;
  tell: (message: Told) => void = () => {};
  exit: (why: string) => void = () => {};

  send(order: Order): void {
    this.orders.push(order);
  }
  kill(): void {
    this.isKilled = true;
  }
  onMessage(receive: (message: Told) => void): void {
    this.tell = receive;
  }
  onExit(ended: (why: string) => void): void {
    this.exit = ended;
  }
}

describe('The client of the runner', () => {
  const started: FakeProcess[] = [];
  let client: RunnerClient;
  let cancel = (): void => {};
  let news: News[] = [];
  const follower = {
    tell: (each: News): void => void news.push(each),
    onCancel: (handler: () => void): void => {
      cancel = handler;
    },
  };

  beforeEach(() => {
    started.length = 0;
    news = [];
    client = new RunnerClient(
      () => {
        const process = new FakeProcess();
        started.push(process);
        return process;
      },
      async (path) => new TextEncoder().encode(path),
      { silence: 60, cancelling: 20, idle: 30 },
    );
  });
  afterEach(() => client.dispose());

  const first = (): FakeProcess => {
    const [process] = started;
    assert.ok(process);
    return process;
  };

  it('starts it for the first job, and keeps it for the next', async () => {
    assert.equal(started.length, 0);
    const one = client.run(job, follower);
    const two = client.run(job, follower);
    assert.equal(started.length, 1);
    const test = { name: 'a', engine: 'none' };
    first().tell({ kind: 'news', id: 1, news: { kind: 'began', test } });
    first().tell({ kind: 'done', id: 1 });
    first().tell({ kind: 'done', id: 2, problem: 'no tests' });
    assert.deepEqual([await one, await two, news], [undefined, 'no tests', [{ kind: 'began', test }]]);
  });

  it('ends it when it has had nothing to do for a while', async () => {
    const done = client.run(job, follower);
    first().tell({ kind: 'done', id: 1 });
    await done;
    assert.equal(first().isKilled, false);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(first().isKilled, true);
    void client.run(job, follower);
    assert.equal(started.length, 2);
  });

  it('reads files for it', async () => {
    const done = client.run(job, follower);
    first().tell({ kind: 'read', request: 7, path: 'vfs://x' });
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(first().orders[1], { kind: 'file', request: 7, bytes: new TextEncoder().encode('vfs://x') });
    first().tell({ kind: 'done', id: 1 });
    await done;
  });

  it('ends one that does not hear that its job is cancelled', async () => {
    const done = client.run(job, follower);
    cancel();
    assert.deepEqual(first().orders[1], { kind: 'cancel', id: 1 });
    assert.match((await done) ?? '', /did not hear/);
    assert.equal(first().isKilled, true);
  });

  it('ends one that gives no sign of life, and one that is at work goes on', async () => {
    const done = client.run(job, follower);
    for (let beats = 0; beats < 5; beats++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      first().tell({ kind: 'alive' });
    }
    assert.equal(first().isKilled, false);
    assert.match((await done) ?? '', /no sign of life/);
    assert.equal(first().isKilled, true);
  });

  it('tells why one is gone, to all of its jobs', async () => {
    const both = [client.run(job, follower), client.run(job, follower)];
    first().exit('the runner ended with SIGSEGV');
    assert.deepEqual(await Promise.all(both), Array(2).fill('the runner ended with SIGSEGV'));
  });
});
