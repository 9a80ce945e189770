import assert from 'node:assert/strict';
import { CopyOnWriteDisk, type HostFile, RawDisk, SECTOR } from '../../simulator/devices/disk/disk-image';
import type { DmaSpace } from '../../simulator/devices/dma';
import type { VirtioBackend } from '../../simulator/devices/virtio/backend';
import { VirtioBalloon } from '../../simulator/devices/virtio/balloon';
import { VirtioBlock } from '../../simulator/devices/virtio/block';
import { VirtioConsole } from '../../simulator/devices/virtio/console';
import { COMMON_FEATURES } from '../../simulator/devices/virtio/description';
import { VirtioNetwork } from '../../simulator/devices/virtio/network';
import { VirtioRng } from '../../simulator/devices/virtio/rng';
import { VirtioTransport } from '../../simulator/devices/virtio/transport';
import { restore } from '../../simulator/schema/state/component';
import { Random } from '../support/random';
import { bringUp, needsReset, notify } from '../support/virtio-driver';

const MEMORY = 0x20_0000;
const [TABLE, AVAILABLE, USED, INDIRECT, DATA] = [0x1000, 0x3000, 0x5000, 0x8000, 0x10000];
const NEXT = 1;
const WRITE = 2;
const INDIRECT_FLAG = 4;
const QUEUE_SIZE = 256;

/** A driver with all of a device's registers and memory, and the clock of its machine. */
class Driver {
  readonly bytes = new Uint8Array(MEMORY);
  readonly view = new DataView(this.bytes.buffer);
  readonly device: VirtioTransport;
  now = 0;
  due: number | undefined;
  /** Accesses of the device to memory, and bytes that it moved there. */
  accesses = 0;
  moved = 0;

  constructor(backend: VirtioBackend) {
    const has = (address: number, length: number): boolean => {
      this.accesses += 1;
      this.moved += length;
      return address >= 0 && address + length <= MEMORY;
    };
    const memory: DmaSpace = {
      read: (address, length) => (has(address, length) ? this.bytes.slice(address, address + length) : undefined),
      write: (address, bytes) => {
        if (!has(address, bytes.length)) return false;
        this.bytes.set(bytes, address);
        return true;
      },
      prepare: () => true,
      hostPhysical: (address) => address,
    };
    const clock = {
      now: () => this.now,
      schedule: (_: string, at: number) => {
        this.due = at;
      },
      cancel: () => {
        this.due = undefined;
      },
    };
    this.device = new VirtioTransport('device', 0, memory, { setLevel: () => undefined }, clock, backend);
  }

  /** From reset to DRIVER_OK. */
  begin(queue: number, size = QUEUE_SIZE): void {
    const place = { queue, size, descriptors: TABLE, available: AVAILABLE, used: USED };
    bringUp(this.device, [place], { low: 1 << COMMON_FEATURES.INDIRECT_DESC });
    this.view.setUint16(AVAILABLE + 2, 0, true);
    this.view.setUint16(USED + 2, 0, true);
  }

  descriptor(table: number, index: number, address: number, length: number, flags: number, next: number): void {
    const at = table + index * 16;
    this.view.setBigUint64(at, BigInt(address), true);
    this.view.setUint32(at + 8, length, true);
    this.view.setUint16(at + 12, flags, true);
    this.view.setUint16(at + 14, next, true);
  }

  /** Makes descriptor chains available and tells the device. */
  offer(queue: number, heads: readonly number[]): void {
    const index = this.view.getUint16(AVAILABLE + 2, true);
    for (const [i, head] of heads.entries())
      this.view.setUint16(AVAILABLE + 4 + 2 * ((index + i) % QUEUE_SIZE), head, true);
    this.view.setUint16(AVAILABLE + 2, index + heads.length, true);
    notify(this.device, queue);
  }

  /** Time goes on to the device's next visit. @returns whether there was one */
  visit(): boolean {
    if (this.due === undefined) return false;
    this.now = this.due;
    this.due = undefined;
    this.accesses = this.moved = 0;
    this.device.wake();
    return true;
  }

  get used(): number {
    return this.view.getUint16(USED + 2, true);
  }

  get needsReset(): boolean {
    return needsReset(this.device);
  }
}

class ArrayFile implements HostFile {
  constructor(private bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    const size = Math.max(this.size, offset + bytes.length);
    const grown = new Uint8Array(size);
    grown.set(this.bytes);
    grown.set(bytes, offset);
    this.bytes = grown;
  }
}

/** A disk that is large and holds nothing. */
const emptiness: HostFile = {
  size: 2 ** 34,
  read: (_, length) => new Uint8Array(length),
  write: () => undefined,
};

describe('a driver that means ill', () => {
  it('cannot have an indirect table followed for ever', () => {
    const driver = new Driver(new VirtioConsole(() => undefined));
    driver.begin(1, 8);
    driver.descriptor(TABLE, 0, INDIRECT, 0xffff_fff0, INDIRECT_FLAG, 0);
    driver.descriptor(INDIRECT, 0, DATA, 16, NEXT, 0);
    driver.offer(1, [0]);
    driver.visit();
    assert.ok(driver.needsReset);
    assert.ok(driver.accesses < 100, `${driver.accesses} accesses`);
  });

  it('cannot have a chain longer than its queue', () => {
    for (const [length, isTaken] of [
      [8, true],
      [9, false],
    ] as const) {
      const driver = new Driver(new VirtioConsole(() => undefined));
      driver.begin(1, 8);
      driver.descriptor(TABLE, 0, INDIRECT, 16 * 9, INDIRECT_FLAG, 0);
      for (let i = 0; i < 9; i++) driver.descriptor(INDIRECT, i, DATA, 1, i < length - 1 ? NEXT : 0, i + 1);
      driver.offer(1, [0]);
      driver.visit();
      assert.deepEqual([driver.used, driver.needsReset], isTaken ? [1, false] : [0, true]);
    }
  });

  it('cannot read more from a disk than there could be memory for', () => {
    const driver = new Driver(new VirtioBlock(new CopyOnWriteDisk(new RawDisk(emptiness)), 'disk'));
    driver.begin(0);
    driver.descriptor(TABLE, 0, DATA, 16, NEXT, 1);
    for (let i = 1; i < 13; i++) driver.descriptor(TABLE, i, DATA, 0x4000_0000, NEXT | WRITE, i + 1);
    driver.descriptor(TABLE, 13, DATA, 1, WRITE, 0);
    driver.offer(0, [0]);
    driver.visit();
    assert.ok(driver.needsReset);
  });

  it('has its console output taken in portions, all of it and in order', () => {
    const output: number[] = [];
    const driver = new Driver(new VirtioConsole((byte) => output.push(byte)));
    driver.begin(1);
    const length = 0x10_0000;
    for (let i = 0; i < length; i++) driver.bytes[DATA + i] = i % 251;
    driver.descriptor(TABLE, 0, DATA, length, 0, 0);
    driver.offer(1, [0, 0, 0]);
    let visits = 0;
    for (let before = 0; driver.visit(); before = output.length) {
      assert.ok(output.length - before < 0x50_000, `${output.length - before} bytes at once`);
      visits += 1;
    }
    assert.equal(output.length, 3 * length);
    assert.ok(output.every((byte, index) => byte === (index % length) % 251));
    assert.equal(driver.used, 3);
    // A byte takes a nanosecond.
    assert.ok(visits > 8 && driver.now > 2 * length);
  });

  it('cannot make a disk’s file grow', () => {
    const file = new ArrayFile(new Uint8Array(SECTOR + 100));
    const driver = new Driver(new VirtioBlock(new RawDisk(file), 'disk'));
    driver.begin(0);
    driver.view.setUint32(DATA, 1, true);
    driver.view.setUint32(DATA + 8, 1, true);
    driver.bytes.fill(7, DATA + 0x1000, DATA + 0x1000 + SECTOR);
    driver.descriptor(TABLE, 0, DATA, 16, NEXT, 1);
    driver.descriptor(TABLE, 1, DATA + 0x1000, SECTOR, NEXT, 2);
    driver.descriptor(TABLE, 2, DATA + 0x2000, 1, WRITE, 0);
    driver.offer(0, [0]);
    driver.visit();
    assert.equal(driver.used, 1);
    assert.equal(driver.bytes[DATA + 0x2000], 0);
    assert.equal(file.size, SECTOR + 100);
    assert.deepEqual([...file.read(SECTOR, 100)], new Array(100).fill(7));
  });

  const random = Random.fromEnvironment();
  it(`does not get a device to work for long, whatever it says (seed ${random.seed})`, () => {
    const backends: readonly (() => VirtioBackend)[] = [
      () => new VirtioConsole(() => undefined),
      () => new VirtioBlock(new CopyOnWriteDisk(new RawDisk(emptiness)), 'disk'),
      () => new VirtioNetwork([2, 0, 0, 0, 0, 1], () => undefined),
      () => new VirtioBalloon(),
      () => new VirtioRng(1),
    ];
    const rounds = Number(process.env['ROUNDS'] ?? 300);
    for (let round = 0; round < rounds; round++) {
      const backend = random.pick(backends)();
      const driver = new Driver(backend);
      const queue = random.below(backend.description.queues.length);
      driver.begin(queue, 1 << random.below(9));
      const length = (): number => {
        const edges = [0, 1, 16, 512, 513, 4096, 0x10_0000, 0x400_0000, 0x4000_0000, 0xffff_ffff];
        return random.pick(edges);
      };
      const address = (): number => random.pick([DATA, DATA + 511, TABLE, USED, INDIRECT, MEMORY - 1, 2 ** 40]);
      for (const table of [TABLE, INDIRECT]) {
        for (let i = 0; i < QUEUE_SIZE; i++) {
          const flags = random.below(4) ? random.below(2) * WRITE + NEXT : random.below(8);
          driver.descriptor(table, i, address(), length(), flags, random.below(4) ? i + 1 : random.below(300));
        }
      }
      driver.bytes.fill(0, DATA, DATA + 16);
      driver.offer(
        queue,
        Array.from({ length: 1 + random.below(QUEUE_SIZE) }, () => random.below(QUEUE_SIZE)),
      );
      const about = `seed ${random.seed}, round ${round}, ${backend.description.name}`;
      for (let visits = 0; visits < 50 && driver.visit(); visits++) {
        assert.ok(driver.accesses < 200_000, `${about}: ${driver.accesses} accesses in one visit`);
        assert.ok(driver.moved < 2 ** 28, `${about}: ${driver.moved} bytes in one visit`);
      }
      restore(driver.device.component, driver.device.component.save(), about);
    }
  }).timeout(120_000);
});
