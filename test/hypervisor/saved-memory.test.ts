import assert from 'node:assert/strict';
import { FRAME, SUPERPAGE } from '../../simulator/mmu/address';
import type { SavedComponent } from '../../simulator/schema/state/component';
import type { Snapshot } from '../../simulator/system/snapshot';
import type { System } from '../../simulator/system/system';
import { makeHost, type TestVm } from '../support/host';
import { CALLERS_MEMORY, runCalls } from '../support/memory-calls';

const PAGE = 0x8080_0000;
const BLOCK = SUPERPAGE / FRAME;

interface SavedMemory {
  readonly vms: { guest: Uint32Array; machine: Uint32Array; peak: number }[];
  readonly draining: { frames: Uint32Array; harts: number[] }[];
}

/** A VM that had all of its memory from the start, and has given some back: how it was saved, and others like it. */
async function saved(): Promise<{ readonly snapshot: Snapshot; readonly like: () => System }> {
  const engine = 'hardware';
  const gone = [PAGE, PAGE + 3 * FRAME, PAGE + SUPERPAGE];
  const { system } = await runCalls(
    [
      { op: 'DECREASE', list: gone },
      { op: 'INCREASE', list: [PAGE] },
    ],
    { engine },
    'refuse',
  );
  const [program] = system.programs ?? [];
  assert.ok(program && 'symbols' in program);
  const vms = [{ name: 'vm', memory: CALLERS_MEMORY, engine, program } as TestVm];
  return { snapshot: system.save(), like: () => makeHost(vms).system };
}

/** The state with a part of the VMM's changed. */
function changed(snapshot: Snapshot, way: readonly string[], change: (state: never) => void): Snapshot {
  const state = structuredClone(snapshot.state) as SavedComponent;
  let part: SavedComponent | undefined = state.parts['machine']?.parts['vmm'];
  for (const name of way) part = part?.parts[name];
  assert.ok(part);
  change(part.state as never);
  return { ...snapshot, state };
}

describe('saved memory of a VM that has given some back', () => {
  let snapshot: Snapshot;
  let like: () => System;
  /** A machine frame of another block. */
  let asAtFirst = 0;
  before(async () => {
    ({ snapshot, like } = await saved());
    asAtFirst = (like().vm?.p2m.toHost(PAGE + 3 * SUPERPAGE) ?? 0) / FRAME;
  });

  it('is taken up as it was, and by one that has other holes', () => {
    const system = like();
    const { vm } = system;
    assert.ok(vm);
    const { count } = vm.memory;
    vm.balloon.give([PAGE + FRAME, PAGE + 3 * FRAME, PAGE + 2 * SUPERPAGE]);
    system.restore(snapshot);
    assert.equal(vm.memory.count, count - 2);
    const has = [PAGE, PAGE + FRAME, PAGE + 3 * FRAME, PAGE + SUPERPAGE, PAGE + 2 * SUPERPAGE];
    assert.deepEqual(
      has.map((gpa) => vm.p2m.toHost(gpa) !== undefined),
      [true, true, false, false, true],
    );
    assert.deepEqual([vm.memory.isWholeBlock(PAGE), vm.memory.isWholeBlock(PAGE + SUPERPAGE)], [false, false]);
    assert.equal(system.stateHash(), system.stateHash());
    const again = like();
    again.restore(system.save());
    assert.equal(again.stateHash(), system.stateHash());
    assert.deepEqual(system.isolationBreaches(), []);
  });

  const memory: readonly (readonly [what: string, change: (saved: SavedMemory) => void, problem: RegExp])[] = [
    [
      'has no whole blocks',
      ({ vms: [vm] }) => vm && Object.assign(vm, { guest: vm.guest.slice(1), machine: vm.machine.slice(1) }),
      /vms\[0\]\.guest\[0\].*all frames of blocks of 512/,
    ],
    [
      'has frames in another order',
      ({ vms: [vm] }) => vm?.guest.copyWithin(5, 6, 7),
      /vms\[0\]\.guest\[5\].*one after the other/,
    ],
    ['has a block twice', ({ vms: [vm] }) => vm?.guest.copyWithin(BLOCK, 0, BLOCK), /vms\[0\]\.guest\[512\]/],
    [
      'has a frame twice',
      ({ vms: [vm] }) => vm?.machine.copyWithin(7, 8, 9),
      /vms\[0\]\.machine\[8\].*is used already/,
    ],
    [
      'has a frame of a block that is as at first',
      ({ vms: [vm] }) => vm?.machine.set([asAtFirst], 3),
      /vms\[0\]\.machine\[3\].*is used already/,
    ],
    ['has a frame of the VMM', ({ vms: [vm] }) => vm?.machine.set([5], 3), /vms\[0\]\.machine\[3\].*memory for VMs/],
    [
      'has no memory where the firmware is',
      ({ vms: [vm] }) =>
        vm &&
        Object.assign(vm, {
          guest: Uint32Array.from({ length: BLOCK }, (_, at) => at),
          machine: new Uint32Array(BLOCK),
        }),
      /vms\[0\]\.machine\[0\].*the firmware's memory/,
    ],
    ['has had less than it has', ({ vms: [vm] }) => vm && Object.assign(vm, { peak: 12 }), /vms\[0\]\.peak/],
    [
      'has given back what it has',
      ({ vms: [vm], draining }) => vm && draining.push({ frames: vm.machine.slice(1, 2), harts: [0] }),
      /draining\[0\].*is used already/,
    ],
    [
      'has given back no frame',
      ({ draining }) => draining.push({ frames: new Uint32Array([0]), harts: [0] }),
      /draining\[0\].*memory for VMs/,
    ],
  ];
  for (const [what, change, problem] of memory)
    it(`is refused where it ${what}`, () => {
      const wrong = changed(snapshot, ['memory'], change);
      assert.throws(() => like().restore(wrong), problem);
    });

  const allotment: readonly (readonly [change: (saved: Record<string, unknown>) => void, problem: RegExp])[] = [
    [(saved) => Object.assign(saved, { target: 1 }), /target.*must be from \d+ to \d+ frames/],
    [(saved) => Object.assign(saved, { target: 4096 }), /target.*must be from \d+ to \d+ frames/],
    [
      (saved) =>
        Object.assign(saved, {
          history: [
            { at: 9, kind: 'gave', frames: 1, has: 1 },
            { at: 8, kind: 'took', frames: 1, has: 2 },
          ],
        }),
      /history\[1\]\.at/,
    ],
    [(saved) => Object.assign(saved, { history: [{ at: 9, kind: 'ate', frames: 1, has: 1 }] }), /history\[0\]\.kind/],
    [(saved) => Object.assign(saved, { lacking: -1 }), /lacking/],
  ];
  for (const [index, [change, problem]] of allotment.entries())
    it(`is refused where its targets make no sense (${index})`, () => {
      const wrong = changed(snapshot, ['vm0', 'allotment'], change);
      assert.throws(() => like().restore(wrong), problem);
    });
});
