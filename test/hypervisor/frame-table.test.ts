import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { FrameTable } from '../../simulator/hypervisor/memory/frame-table';
import { FRAME } from '../../simulator/mmu/address';

const BASE = 0x8020_0000;
const table = (frames = 64): FrameTable => new FrameTable(BASE, frames * FRAME);
const base = (range: { base: number } | undefined): number => range?.base ?? Number.NaN;

describe('Frame table', () => {
  it('takes frames side by side, aligned, from below, each only once', () => {
    const frames = table();
    equal(base(frames.take('vmm', 3)), BASE);
    equal(base(frames.take(1, 8, 16)), BASE + 16 * FRAME);
    equal(base(frames.take(2, 13)), BASE + 3 * FRAME);
    equal(base(frames.take(2, 41)), Number.NaN);
    equal(base(frames.take(2, 40)), BASE + 24 * FRAME);
    equal(frames.take('vmm', 1), undefined);
    deepEqual(frames.info(BASE + 5 * FRAME + 12), {
      owner: 2,
      type: 'ram',
      typeCount: 0,
      references: 0,
      isPinned: false,
    });
    equal(frames.info(BASE)?.type, 'vmm');
    equal(frames.info(BASE - FRAME), undefined);
    equal(frames.info(BASE + 64 * FRAME), undefined);
  });

  it('takes no frame that somebody has, not even the last of a range', () => {
    const frames = table();
    frames.take('vmm', 1);
    frames.take(1, 1, 8);
    equal(base(frames.take(2, 8)), BASE + 9 * FRAME, 'the gap has seven frames');
    equal(base(frames.take(2, 7)), BASE + FRAME);
    equal(frames.ownerOf(BASE + 8 * FRAME), 1);
  });

  it('changes a type only while nobody uses the frame as what it is', () => {
    const frames = table();
    frames.take(1, 2);
    equal(frames.get(BASE, 'ram', 1), undefined);
    deepEqual(frames.get(BASE, 'table0', 1), { why: 'type-in-use', type: 'ram', typeCount: 1 });
    equal(frames.get(BASE, 'reference', 1), undefined);
    frames.put(BASE, 'ram', 1);
    equal(frames.get(BASE, 'table0', 1), undefined, 'a reference keeps the frame, not its type');
    equal(frames.info(BASE)?.references, 2);
    throws(() => frames.put(BASE, 'ram', 1), /0x80200000 is not held as ram/);
    throws(() => frames.put(BASE + FRAME, 'reference', 1), /not held/);
  });

  it('gives a frame to nobody but its owner', () => {
    const frames = table();
    frames.take(1, 1);
    deepEqual(frames.get(BASE, 'reference', 2), { why: 'not-owner', owner: 1 });
    deepEqual(frames.get(BASE, 'ram', 'vmm'), { why: 'not-owner', owner: 1 });
    deepEqual(frames.get(BASE + FRAME, 'ram', 1), { why: 'no-frame' });
  });

  it('pins a table once, and holds it until it is unpinned', () => {
    const frames = table();
    frames.take(1, 1);
    equal(frames.pin(BASE, 'table2', 1), undefined);
    deepEqual(frames.pin(BASE, 'table2', 1), { why: 'pinned' });
    ok(frames.info(BASE)?.isPinned);
    deepEqual(frames.get(BASE, 'ram', 1), { why: 'type-in-use', type: 'table2', typeCount: 1 });
    throws(() => frames.give([{ base: BASE, frames: 1 }]), /still held 1 times/);
    frames.unpin(BASE, 1);
    throws(() => frames.unpin(BASE, 1), /not pinned/);
    equal(frames.get(BASE, 'ram', 1), undefined);
  });

  it('keeps a frame that was given back from everybody until each hart has flushed', () => {
    const frames = table(4);
    frames.take(1, 4);
    frames.give([{ base: BASE + FRAME, frames: 2 }], [0, 3]);
    equal(frames.info(BASE + FRAME), undefined);
    equal(frames.take(2, 1), undefined);
    frames.flushed(3);
    equal(frames.take(2, 1), undefined);
    throws(() => frames.give([{ base: BASE + FRAME, frames: 1 }]), /is nobody's/);
    frames.flushed(0);
    equal(base(frames.take(2, 2)), BASE + FRAME);
    frames.give([{ base: BASE, frames: 1 }]);
    equal(base(frames.take(3, 1)), BASE, 'no hart could hold a translation');
  });
});
