import assert from 'node:assert/strict';
import { Plic } from '../../simulator/devices/plic';

const ENABLE = 0x2000;
const THRESHOLD = 0x200000;
const CLAIM = 0x200004;

function makePlic() {
  const levels = [false, false];
  const plic = new Plic(
    0,
    31,
    levels.map((_, context) => ({
      setLevel: (level) => {
        levels[context] = level;
      },
    })),
  );
  return { plic, levels };
}

describe('the PLIC', () => {
  it('gives the source of the highest priority, the lowest number among equals', () => {
    const { plic } = makePlic();
    for (const [source, priority] of [
      [3, 1],
      [5, 4],
      [7, 4],
    ] as const)
      plic.write(source * 4, 4, priority);
    plic.write(ENABLE, 4, 0xffffffff);
    for (const source of [3, 5, 7]) plic.source(source).setLevel(true);
    assert.deepEqual([plic.read(CLAIM), plic.read(CLAIM), plic.read(CLAIM), plic.read(CLAIM)], [5, 7, 3, 0]);
  });

  it('asks again after completion when the device has asked meanwhile, and not before', () => {
    const { plic, levels } = makePlic();
    plic.write(4, 4, 1);
    plic.write(ENABLE, 4, 2);
    plic.source(1).setLevel(true);
    assert.equal(plic.read(CLAIM), 1);
    plic.source(1).setLevel(true);
    assert.equal(levels[0], false);
    plic.write(CLAIM, 4, 1);
    assert.equal(levels[0], true);
    assert.equal(plic.read(CLAIM), 1);
    plic.source(1).setLevel(false);
    plic.write(CLAIM, 4, 1);
    assert.equal(plic.read(CLAIM), 0);
  });

  it('does not ask again because a line has stayed high, as QEMU’s', () => {
    const { plic, levels } = makePlic();
    plic.write(4, 4, 1);
    plic.write(ENABLE, 4, 2);
    plic.source(1).setLevel(true);
    assert.equal(plic.read(CLAIM), 1);
    plic.write(CLAIM, 4, 1);
    assert.equal(levels[0], false);
  });

  it('masks by enable and threshold', () => {
    const { plic, levels } = makePlic();
    plic.write(4, 4, 3);
    plic.source(1).setLevel(true);
    assert.equal(levels[0], false);
    plic.write(ENABLE, 4, 2);
    assert.equal(levels[0], true);
    plic.write(THRESHOLD, 4, 3);
    assert.equal(levels[0], false);
  });

  it('has no side effect when peeked at', () => {
    const { plic } = makePlic();
    plic.write(4, 4, 1);
    plic.write(ENABLE, 4, 2);
    plic.source(1).setLevel(true);
    assert.equal(plic.peek(CLAIM), 1);
    assert.equal(plic.peek(CLAIM), 1);
  });
});
