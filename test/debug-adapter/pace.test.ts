import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Host } from '../../debug-adapter/transport/host';
import { Client } from './client';

/** Waits for its timer (10 ms a time, three times), and powers off. The time CSR counts 100 ns. */
const sleeper = `
        .globl  _start
_start: li      s0, 3
        li      t0, 1 << 5
        csrw    sie, t0
again:  rdtime  a0
        li      t0, 100000
        add     a0, a0, t0
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        wfi
        addi    s0, s0, -1
        bnez    s0, again
        li      a7, 0x53525354
        li      a0, 0
        li      a1, 0
        ecall
`;
const program = '/guest/sleeper.S';
const files = new Map([[program, sleeper]]);

/** A host whose time passes in its naps alone. */
class NapClock implements Pick<Host, 'now' | 'later'> {
  slept = 0;
  readonly now = () => this.slept;
  readonly later = (milliseconds: number, next: () => void) => {
    this.slept += milliseconds;
    setImmediate(next);
  };
}

/** A host that is never done with a nap. */
const sleepingBeauty: Pick<Host, 'now' | 'later'> = { now: () => 0, later: () => undefined };

describe('the time of a guest that waits', () => {
  for (const virtualization of ['none', 'full', 'hardware'] as const) {
    it(`passes as the host's does: ${virtualization}`, async () => {
      const clock = new NapClock();
      const client = new Client({ files, clock });
      await client.launch(program, { virtualization });
      await client.event('terminated');
      assert.ok(clock.slept >= 29 && clock.slept <= 33, `${clock.slept} ms for three times ten`);
    });
  }

  it('passes at once when it is asked to', async () => {
    const clock = new NapClock();
    const client = new Client({ files, clock });
    await client.launch(program, { pace: 'max' });
    await client.event('terminated');
    assert.equal(clock.slept, 0);
  });

  it('does not keep a pause waiting, nor what follows it', async () => {
    const client = new Client({ files, clock: sleepingBeauty });
    await client.launch(program, { virtualization: 'none' });
    await client.request('pause', { threadId: 1 });
    const stop = await client.event('stopped');
    assert.equal(stop.body.reason, 'pause');
    const [frame] = (await client.request<{ stackFrames: { line: number }[] }>('stackTrace', { threadId: 1 }))
      .stackFrames;
    assert.equal(frame?.line, 13, 'after the wfi, in which it waits');
    await client.request('disconnect');
  });
});
