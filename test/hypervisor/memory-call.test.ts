import assert from 'node:assert/strict';
import { anyGuestEngines, type EngineId } from '../../simulator/hypervisor/engines';
import type { Overcommit } from '../../simulator/hypervisor/memory/host-memory';
import { FRAME } from '../../simulator/mmu/address';
import { tablesFor } from '../support/host-memory';
import { CALLERS_MEMORY, type MemoryCall, type RanCalls, runCalls } from '../support/memory-calls';

const PAGE = 0x8080_0000;
const END = 0x8000_0000 + CALLERS_MEMORY;
const [FAILED, INVALID_PARAM, DENIED] = [-1n, -3n, -4n];
/** Frames of the firmware's part, which is no memory of the guest's. */
const FIRMWARE_FRAMES = 128n;
const MAXIMUM = BigInt(CALLERS_MEMORY / FRAME) - FIRMWARE_FRAMES;

const touch = (page: number): string => `li t1, ${page}\nsd t1, 16(t1)\n`;
const look = (page: number): string => `li t1, ${page}\nld a0, 16(t1)\nli a1, 7\nkeep\n`;

const modes: readonly (readonly [engine: EngineId, overcommit: Overcommit])[] = anyGuestEngines
  .filter(({ id }) => id === 'full' || id === 'hardware')
  .flatMap(({ id }) => [[id, 'refuse'] as const, [id, 'wait'] as const, [id, 'kill'] as const]);

describe('the hypercall memory', () => {
  for (const [engine, overcommit] of modes) {
    const isOnDemand = overcommit !== 'refuse';
    const run = (calls: readonly MemoryCall[], vm = {}, rest = {}): Promise<RanCalls> =>
      runCalls(calls, { engine, ...vm }, overcommit, rest);

    it(`gives frames back and gets them again, zeroed (${engine}, ${overcommit})`, async () => {
      const pages = [PAGE, PAGE + 5 * FRAME, PAGE + FRAME];
      const { results, vm } = await run([
        { op: 'DECREASE', list: pages, before: pages.map(touch).join('') },
        { op: 'INCREASE', list: pages.slice(0, 2), after: look(PAGE) + look(PAGE + 5 * FRAME) },
      ]);
      assert.deepEqual(results.slice(0, 4), [
        [0n, 3n],
        [0n, 2n],
        [0n, 7n],
        [0n, 7n],
      ]);
      assert.deepEqual(
        vm.allotment.history.map(({ kind, frames }) => [kind, frames]),
        [
          ['gave', 3],
          ['took', 2],
        ],
      );
      assert.equal(vm.p2m.toHost(PAGE + FRAME), undefined);
      if (!isOnDemand) assert.equal(vm.memory.count, Number(MAXIMUM) - 1);
    });

    it(`answers a touch of what was given back as memory or as none (${engine}, ${overcommit})`, async () => {
      const { results, vm } = await run([
        { op: 'DECREASE', list: [PAGE], before: touch(PAGE), after: look(PAGE) + touch(PAGE) + look(PAGE) },
      ]);
      const touched = isOnDemand
        ? [
            [0n, 7n],
            [BigInt(PAGE), 7n],
          ]
        : [
            [5n, BigInt(PAGE + 16)],
            // What the skipped load leaves.
            [5n, 7n],
            [7n, BigInt(PAGE + 16)],
            [5n, BigInt(PAGE + 16)],
          ];
      assert.deepEqual(results.slice(0, 1 + touched.length), [[0n, 1n], ...touched]);
      assert.equal(vm.end, undefined);
    });

    it(`refuses what is no frame of the guest's, with how many were done before (${engine}, ${overcommit})`, async () => {
      const wrong = [PAGE + 8, PAGE + 1, END, 0x8000_0000, 0x1000_0000, 0, 2n ** 63n, 2n ** 64n - 4096n];
      const { results } = await run([
        ...wrong.map((page): MemoryCall => ({ op: 'DECREASE', list: [page] })),
        ...wrong.map((page): MemoryCall => ({ op: 'INCREASE', list: [page] })),
        { op: 'DECREASE', list: [PAGE, PAGE + FRAME, PAGE], before: touch(PAGE) + touch(PAGE + FRAME) },
        { op: 'INCREASE', list: [PAGE, PAGE + FRAME, PAGE] },
        { op: 'INCREASE', list: [PAGE] },
        { op: 'DECREASE', list: [PAGE, END] },
      ]);
      const at = 2 * wrong.length;
      assert.deepEqual(
        results.slice(0, at),
        Array.from({ length: at }, () => [INVALID_PARAM, 0n]),
      );
      assert.deepEqual(results.slice(at, at + 4), [
        [INVALID_PARAM, 2n],
        [INVALID_PARAM, 2n],
        [INVALID_PARAM, 0n],
        [INVALID_PARAM, 1n],
      ]);
    });

    it(`refuses lists that are too long or not in memory, and operations that there are not (${engine}, ${overcommit})`, async () => {
      const { results } = await run([
        { op: 'DECREASE', list: [PAGE], count: 513 },
        { op: 'DECREASE', list: [PAGE], count: -1 },
        { op: 'INCREASE', at: `${END - 8}`, count: 2 },
        { op: 'INCREASE', at: `${PAGE + 4}`, count: 1 },
        { op: 'DECREASE', at: '-8', count: 1 },
        { op: 'DECREASE', at: '0x80000000', count: 1 },
        { op: 4 },
        { op: -1 },
        { op: 'DECREASE', list: [] },
      ]);
      assert.deepEqual(results.slice(0, 9), [...Array.from({ length: 8 }, () => [INVALID_PARAM, 0n]), [0n, 0n]]);
    });

    it(`denies what is shared with the hypervisor, as long as it is (${engine}, ${overcommit})`, async () => {
      const share = (address: string): string =>
        `li a0, ${address}\nli a1, ${address === '-1' ? -1 : 0}\nli a2, 0\nli a7, 0x535441\nli a6, 0\necall\nkeep\n`;
      const { results } = await run(
        [
          { op: 'DECREASE', list: [PAGE + FRAME, PAGE], before: touch(PAGE) + share(`${PAGE + 64}`) },
          { op: 'DECREASE', list: [PAGE], before: share('-1') },
        ],
        { stealTime: true },
      );
      assert.deepEqual(results.slice(0, 4), [
        [0n, 0n],
        [DENIED, 1n],
        [0n, 0n],
        [0n, 1n],
      ]);
    });

    it(`tells how much it is to have and may have (${engine}, ${overcommit})`, async () => {
      const { results } = await run([{ op: 'TARGET' }, { op: 'MAXIMUM' }]);
      assert.deepEqual(results.slice(0, 2), [
        [0n, MAXIMUM],
        [0n, MAXIMUM],
      ]);
    });

    if (isOnDemand)
      it(`fails where the host has nothing left (${engine}, ${overcommit})`, async () => {
        const pages = Array.from({ length: 40 }, (_, index) => PAGE + index * FRAME);
        const { results, vm } = await run([{ op: 'INCREASE', list: pages }], {}, { pool: 30 });
        const [error, value] = results[0] ?? [];
        assert.equal(error, FAILED);
        assert.ok(value !== undefined && value > 5n && value < 30n, `${value}`);
        const last = vm.allotment.history.at(-1);
        assert.deepEqual([last?.kind, last?.frames], ['lacked', 40 - Number(value)]);
      });

    if (isOnDemand)
      it(`fails beyond what the guest may have (${engine}, ${overcommit})`, async () => {
        const pages = Array.from({ length: 40 }, (_, index) => PAGE + index * FRAME);
        const tables = tablesFor({ engine, memory: CALLERS_MEMORY });
        const { results } = await run([{ op: 'MAXIMUM' }, { op: 'INCREASE', list: pages }], {
          memoryLimit: tables + 30 * FRAME,
        });
        assert.deepEqual(results[0], [0n, 30n]);
        const [error, value] = results[1] ?? [];
        assert.equal(error, FAILED);
        assert.ok(value !== undefined && value > 5n && value < 30n, `${value}`);
      });

    if (engine === 'hardware' && overcommit === 'refuse')
      it('tell of no exit for the other frames of a page of 2 MiB', async () => {
        const others = Array.from({ length: 16 }, (_, index) => PAGE + (index + 8) * FRAME);
        const fills = async (after: string): Promise<number> => {
          const calls = [{ op: 'DECREASE', list: [PAGE + 3 * FRAME], before: touch(PAGE + 3 * FRAME), after }] as const;
          const { vm } = await run(calls);
          return vm.ledger.counts(vm.id).find(({ reason }) => reason === 'second-stage-fill')?.count ?? 0;
        };
        assert.equal(await fills(others.map(touch).join('')), await fills(''));
      });

    it(`splits pages of 2 MiB, whose other frames stay (${engine}, ${overcommit})`, async () => {
      // A block that the machine has in one piece; in the bare guest it is one leaf of the hardware's tables.
      const others = [PAGE + FRAME, PAGE + 511 * FRAME];
      const { results, vm } = await run([
        {
          op: 'DECREASE',
          list: [PAGE + 3 * FRAME],
          before: others.map(touch).join('') + touch(PAGE + 3 * FRAME),
          after: others.map(look).join(''),
        },
        { op: 'INCREASE', list: [PAGE + 3 * FRAME], after: look(PAGE + 3 * FRAME) + others.map(look).join('') },
      ]);
      assert.deepEqual(results.slice(0, 7), [
        [0n, 1n],
        ...others.map((page) => [BigInt(page), 7n]),
        [0n, 1n],
        [0n, 7n],
        ...others.map((page) => [BigInt(page), 7n]),
      ]);
      assert.equal(vm.memory.isWholeBlock(PAGE), false);
    });
  }

  for (const engine of ['full', 'hardware'] as const)
    it(`has all of its memory again when it begins anew (${engine})`, async () => {
      const pages = [PAGE, PAGE + FRAME];
      const { system, vm } = await runCalls([{ op: 'DECREASE', list: pages }], { engine }, 'refuse');
      const { count } = vm.memory;
      assert.ok(system.operate(vm, 'reboot'));
      assert.equal(vm.memory.count, count + pages.length);
      assert.deepEqual(system.isolationBreaches(), []);
      assert.equal(vm.allotment.history.at(-1)?.kind, 'began');
    });
});
