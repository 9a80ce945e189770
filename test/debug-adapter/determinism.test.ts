import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Client, guest, root } from './client';

const programs = [
  path.join(root, 'test/debug-adapter/guests/stepping.S'),
  guest('demand-paging.S'),
  guest('user-mode.S'),
  guest('timer.S'),
];
const commands = ['stepIn', 'next', 'stepOut'] as const;

/** Runs a guest to its end, with some steps before. @returns the hash of all machine state then */
async function hashAfter(
  program: string,
  virtualization: string,
  steps: readonly { command: string; granularity: string; target: number }[],
): Promise<string> {
  const client = new Client();
  await client.launch(program, { virtualization, stopOnEntry: true } as object);
  await client.stopped();
  const { system } = client.session.debugging.running.machine;
  const hasEnded = (): boolean => client.events.some(({ event }) => event === 'terminated');
  for (const { command, ...how } of steps) {
    const targets = command === 'stepIn' ? await client.stepInTargets() : [];
    const targetId = targets[how.target]?.id;
    const args = { threadId: 1, granularity: how.granularity, ...(targetId === undefined ? {} : { targetId }) };
    await client.request(command, args);
    await client.event(['stopped', 'terminated']);
    if (hasEnded()) return system.stateHash();
  }
  await client.request('continue', { threadId: 1 });
  if (!hasEnded()) await client.event('terminated');
  return system.stateHash();
}

describe('any sequence of steps', () => {
  const step = fc.record({
    command: fc.constantFrom(...commands),
    granularity: fc.constantFrom('statement', 'line', 'instruction'),
    /** Of those that there are; else the step has none. */
    target: fc.constantFrom(0, 1, 2, 3),
  });
  for (const virtualization of ['none', 'full', 'hardware']) {
    for (const program of programs) {
      it(`ends in the same state as a run: ${path.basename(program)} (${virtualization})`, async () => {
        const expected = await hashAfter(program, virtualization, []);
        const steps = fc.array(step, { maxLength: 60, size: 'max' });
        await fc.assert(
          fc.asyncProperty(steps, async (sequence) => {
            assert.equal(await hashAfter(program, virtualization, sequence), expected);
          }),
          { numRuns: 6, seed: 7 },
        );
      });
    }
  }
});
