import assert from 'node:assert/strict';
import { CopyOnWriteDisk, RawDisk } from '../../simulator/devices/disk/disk-image';
import type { DmaSpace } from '../../simulator/devices/dma';
import { VirtioBlock } from '../../simulator/devices/virtio/block';
import { Status } from '../../simulator/devices/virtio/registers';
import { VirtioTransport } from '../../simulator/devices/virtio/transport';
import { bringUp, needsReset, notify, registerOf, setRegister } from '../support/virtio-driver';

const DESCRIPTORS = 0x100;
const AVAILABLE = 0x400;
const USED = 0x600;
const HEADER = 0x800;
const DATA = 0x1000;
const STATUS = 0xff0;

class Memory implements DmaSpace {
  readonly bytes = new Uint8Array(0x4000);
  /** Whether what is to be written finds memory. */
  isThere = true;

  read(address: number, length: number): Uint8Array | undefined {
    return address + length <= this.bytes.length ? this.bytes.slice(address, address + length) : undefined;
  }

  write(address: number, bytes: Uint8Array): boolean {
    if (address + bytes.length > this.bytes.length) return false;
    this.bytes.set(bytes, address);
    return true;
  }

  prepare(): boolean {
    return this.isThere;
  }

  hostPhysical(address: number): number {
    return address;
  }
}

/** A transport with a disk whose driver has reached DRIVER_OK, and a clock that fires at once. */
function makeDisk(contents: Uint8Array) {
  const memory = new Memory();
  const view = new DataView(memory.bytes.buffer);
  const disk = new CopyOnWriteDisk(
    new RawDisk({
      size: contents.length,
      read: (offset, length) => contents.slice(offset, offset + length),
      write: () => assert.fail(),
    }),
  );
  let interrupt = false;
  const line = {
    setLevel: (level: boolean) => {
      interrupt = level;
    },
  };
  const clock = { now: () => 0, schedule: () => undefined, cancel: () => undefined };
  const device = new VirtioTransport('disk', 0, memory, line, clock, new VirtioBlock(disk, 'test'));
  bringUp(device, [{ queue: 0, size: 8, descriptors: DESCRIPTORS, available: AVAILABLE, used: USED }]);
  const describeBuffer = (index: number, address: number, length: number, flags: number, next: number): void => {
    view.setBigUint64(DESCRIPTORS + index * 16, BigInt(address), true);
    view.setUint32(DESCRIPTORS + index * 16 + 8, length, true);
    view.setUint16(DESCRIPTORS + index * 16 + 12, flags, true);
    view.setUint16(DESCRIPTORS + index * 16 + 14, next, true);
  };
  let submitted = 0;
  return {
    device,
    memory,
    view,
    describeBuffer,
    interrupt: () => interrupt,
    request(type: number, sector: number, length: number, dataFlags: number): void {
      view.setUint32(HEADER, type, true);
      view.setBigUint64(HEADER + 8, BigInt(sector), true);
      describeBuffer(0, HEADER, 16, 1, 1);
      describeBuffer(1, DATA, length, 1 | dataFlags, 2);
      describeBuffer(2, STATUS, 1, 2, 0);
    },
    submit(head = 0): void {
      view.setUint16(AVAILABLE + 4 + 2 * (submitted % 8), head, true);
      view.setUint16(AVAILABLE + 2, ++submitted, true);
      notify(device, 0);
      device.wake();
    },
    status: () => registerOf(device, 'status'),
  };
}

describe('virtio-blk', () => {
  const contents = Uint8Array.from({ length: 2048 }, (_, i) => i >> 3);

  it('reads and writes sectors, and leaves the image as it was', () => {
    const disk = makeDisk(contents);
    disk.request(0, 1, 512, 2);
    disk.submit();
    assert.equal(disk.memory.bytes[STATUS], 0);
    assert.deepEqual(disk.memory.bytes.slice(DATA, DATA + 512), contents.slice(512, 1024));
    assert.ok(disk.interrupt());
    disk.memory.bytes.fill(0xaa, DATA, DATA + 512);
    disk.request(1, 2, 512, 0);
    disk.submit();
    disk.request(0, 2, 512, 2);
    disk.memory.bytes.fill(0, DATA, DATA + 512);
    disk.submit();
    assert.equal(disk.memory.bytes[DATA + 511], 0xaa);
    assert.equal(disk.view.getUint16(USED + 2, true), 3);
    assert.equal(disk.view.getUint32(USED + 4 + 8 * 2 + 4, true), 513);
  });

  it('takes nothing while there is no memory for its answers, and goes on when there is some', () => {
    const disk = makeDisk(contents);
    disk.memory.isThere = false;
    disk.request(0, 1, 512, 2);
    disk.submit();
    assert.ok(disk.device.isStalled);
    assert.equal(disk.view.getUint16(USED + 2, true), 0);
    assert.ok(!disk.interrupt());
    disk.memory.isThere = true;
    disk.device.memoryCame();
    disk.device.wake();
    assert.ok(!disk.device.isStalled && disk.interrupt());
    assert.deepEqual(disk.memory.bytes.slice(DATA, DATA + 512), contents.slice(512, 1024));
  });

  it('pads an incomplete last sector with zeros', () => {
    const disk = makeDisk(contents.slice(0, 700));
    disk.request(0, 1, 512, 2);
    disk.submit();
    assert.equal(disk.memory.bytes[STATUS], 0);
    assert.equal(disk.memory.bytes[DATA + 187], contents[699]);
    assert.equal(disk.memory.bytes[DATA + 188], 0);
  });

  it('answers an I/O error behind the end, and unsupported for types that it has not', () => {
    const disk = makeDisk(contents);
    disk.request(0, 4, 512, 2);
    disk.submit();
    assert.equal(disk.memory.bytes[STATUS], 1);
    disk.request(99, 0, 512, 2);
    disk.submit();
    assert.equal(disk.memory.bytes[STATUS], 2);
  });

  const broken: readonly [string, (disk: ReturnType<typeof makeDisk>) => void][] = [
    ['a buffer outside memory', (disk) => disk.describeBuffer(1, 0x7fffffff, 512, 3, 2)],
    ['a chain with a loop', (disk) => disk.describeBuffer(2, STATUS, 1, 3, 1)],
    ['a descriptor outside the table', (disk) => disk.describeBuffer(1, DATA, 512, 3, 99)],
    ['a chain without a status byte', (disk) => disk.describeBuffer(0, HEADER, 16, 0, 0)],
    ['a header that is too short', (disk) => disk.describeBuffer(0, HEADER, 3, 1, 1)],
  ];
  for (const [what, spoil] of broken) {
    it(`needs a reset after ${what}, and works after it`, () => {
      const disk = makeDisk(contents);
      disk.request(0, 0, 512, 2);
      spoil(disk);
      disk.submit();
      assert.ok(needsReset(disk.device));
      assert.ok(disk.device.failure);
      setRegister(disk.device, 'status', 0);
      assert.equal(disk.status(), 0);
    });
  }

  it('has the address that its halves make, in whatever order they come', () => {
    const { device } = makeDisk(contents);
    const [queue] = device.queues;
    setRegister(device, 'queueDescHigh', 0xffffffff);
    setRegister(device, 'queueDescLow', 0x80001010);
    setRegister(device, 'queueDescHigh', 0);
    assert.equal(queue?.descriptorTable, 0x80001010);
  });

  it('refuses features that it did not offer', () => {
    const disk = makeDisk(contents);
    bringUp(disk.device, [], { low: 1 << 20 });
    assert.equal(disk.status() & Status.FEATURES_OK, 0);
  });
});
