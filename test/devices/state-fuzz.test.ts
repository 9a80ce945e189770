import assert from 'node:assert/strict';
import { CopyOnWriteDisk, RawDisk } from '../../simulator/devices/disk/disk-image';
import { GoldfishRtc } from '../../simulator/devices/goldfish-rtc';
import { Plic } from '../../simulator/devices/plic';
import { VirtioBalloon } from '../../simulator/devices/virtio/balloon';
import { VirtioBlock } from '../../simulator/devices/virtio/block';
import { VirtioConsole } from '../../simulator/devices/virtio/console';
import { VirtioNetwork } from '../../simulator/devices/virtio/network';
import { VirtioRng } from '../../simulator/devices/virtio/rng';
import { VirtioTransport } from '../../simulator/devices/virtio/transport';
import { Board, readDevice, writeDevice } from '../../simulator/machine/board';
import { Clock } from '../../simulator/machine/clock';
import { MEMORY_MAP } from '../../simulator/machine/memory-map';
import { restore } from '../../simulator/schema/state/component';
import { StateError } from '../../simulator/schema/state/state-error';
import { changedAt } from '../support/changed-fields';
import { numbersFrom, Random } from '../support/random';
import { assertNamed, waysOf } from '../support/saved-components';
import { bringUp, notify } from '../support/virtio-driver';

/** `HYPERSTEP_FUZZ=50000` changes so many fields instead; `HYPERSTEP_SEED` begins elsewhere. */
const ROUNDS = Number(process.env['HYPERSTEP_FUZZ'] ?? 1500);
const SEED = Number(process.env['HYPERSTEP_SEED'] ?? 1);

const line = { setLevel: () => undefined };
const hart = { software: line, timer: line, machineExternal: line, supervisorExternal: line };
const noMemory = { read: () => undefined, write: () => false, prepare: () => true, hostPhysical: () => undefined };

/** A board with every device, of which none is as it was at reset. */
function usedBoard(): Board {
  const file = { size: 4096, read: (_: number, length: number) => new Uint8Array(length), write: () => undefined };
  const disk = new CopyOnWriteDisk(new RawDisk(file));
  disk.write(1024, new Uint8Array(1024).fill(7));
  const typed = new VirtioConsole(() => undefined);
  typed.receive([1, 2, 3]);
  const network = new VirtioNetwork([2, 0, 0, 0, 0, 1], () => undefined);
  network.receive(Uint8Array.of(1, 2, 3));
  const slots = [new VirtioBlock(disk, 'disk0'), typed, network, new VirtioBalloon(), new VirtioRng(1)];
  const board = new Board({
    name: 'vm',
    clock: new Clock(
      () => 0,
      () => undefined,
    ),
    memory: noMemory,
    harts: [hart, hart],
    slots,
    startTime: 1_700_000_000,
    rom: true,
    clint: true,
    console: () => undefined,
    finish: () => undefined,
  });
  board.rom?.load(Uint8Array.of(1, 2, 3, 4));
  board.receiveConsole(Array.from({ length: 20 }, (_, index) => index));
  board.uart.write(1, 1, 3);
  board.clint?.setTimer(1, 5000);
  board.first(GoldfishRtc)?.write(0x0c, 4, 1);
  board.first(Plic)?.write(4 * 10, 4, 3);
  const [block] = board.virtio;
  assert.ok(block);
  bringUp(block, [{ queue: 0, size: 8, descriptors: 0x1000, available: 0, used: 0 }]);
  // A queue that is not in memory: the device needs a reset then.
  notify(block, 0);
  block.wake();
  assert.ok(block.failure);
  return board;
}

/** Fields that a check names when another one, which has to go with them, has been changed. */
const RELATED: { readonly [field: string]: readonly string[] } = {
  fcr: ['input'],
  fifo: ['input'],
  level: ['pending'],
  status: ['driverFeatures', 'failure'],
};

describe('saved states of devices with one wrong field', () => {
  it('are taken up as they are', () => {
    const saved = usedBoard().component.save();
    const { component } = usedBoard();
    restore(component, saved, 'board');
    assert.deepEqual(component.save(), saved);
    assert.equal(MEMORY_MAP.virtio.slots, Object.keys(saved.parts).filter((name) => name.startsWith('virtio')).length);
  });

  it(`are refused by its name, or taken up and saved again as they are (${ROUNDS} from seed ${SEED})`, () => {
    const board = usedBoard();
    const saved = board.component.save();
    const ways = waysOf(saved);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const next = numbersFrom(SEED * 1_000_003 + round);
      const way = ways[next(ways.length)] ?? [];
      const wrong = changedAt(saved, way, next);
      try {
        restore(board.component, wrong, 'board');
      } catch (error) {
        assert.ok(error instanceof StateError, `round ${round}: ${error instanceof Error ? error.stack : error}`);
        assertNamed(error, 'board', way, RELATED, `round ${round}`);
        assert.deepEqual(board.component.save(), saved, 'nothing has changed');
        refused += 1;
        continue;
      }
      assert.deepEqual(board.component.save(), wrong, `round ${round}: ${way.join('.')}`);
      restore(board.component, saved, 'board');
    }
    assert.ok(refused > ROUNDS / 2 && refused < ROUNDS, `${refused} refused`);
  });
});

describe('states of devices that a driver has used in any way', () => {
  it(`are taken up again (${ROUNDS} from seed ${SEED})`, () => {
    const random = new Random(SEED);
    for (let round = 0; round < ROUNDS; round += 100) {
      const board = usedBoard();
      for (let access = 0; access < 300; access++) use(board, random);
      const saved = board.component.save();
      const { component } = usedBoard();
      restore(component, saved, `round ${round}`);
      assert.deepEqual(component.save(), saved, `round ${round}`);
    }
  });
});

/** One access of a driver, mostly where a device has registers. */
function use(board: Board, random: Random): void {
  const device = random.pick(board.devices);
  const near = random.pick([0, 0, 0x100, 0x1000, 0x2000, 0x4000, 0xbff8, 0x200000]);
  const size = random.pick([1, 2, 4, 4, 4, 8] as const);
  const address = device.base + (((near + random.below(0x120)) & -size) % device.size);
  const value = random.pick([0, 1, 2, 3, 4, 7, 8, 15, 0xff, 0x1000, 0x80000000, 0xffffffff, random.next()]);
  switch (random.below(8)) {
    case 0:
      readDevice(device, address, size);
      break;
    case 1:
      board.receiveConsole([value & 0xff]);
      break;
    case 2:
      if (device instanceof VirtioTransport) device.wake();
      break;
    default:
      writeDevice(device, address, size, value | 0, value | 0);
  }
}
