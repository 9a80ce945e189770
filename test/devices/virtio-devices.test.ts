import assert from 'node:assert/strict';
import { CopyOnWriteDisk, RawDisk } from '../../simulator/devices/disk/disk-image';
import type { DmaSpace } from '../../simulator/devices/dma';
import type { VirtioBackend } from '../../simulator/devices/virtio/backend';
import { type BalloonHost, VirtioBalloon } from '../../simulator/devices/virtio/balloon';
import { VirtioBlock } from '../../simulator/devices/virtio/block';
import { VirtioConsole } from '../../simulator/devices/virtio/console';
import { VirtioNetwork } from '../../simulator/devices/virtio/network';
import { Register } from '../../simulator/devices/virtio/registers';
import { VirtioRng } from '../../simulator/devices/virtio/rng';
import { VirtioTransport } from '../../simulator/devices/virtio/transport';
import { restore } from '../../simulator/schema/state/component';
import { bringUp, needsReset, notify, registerOf, setRegister, VERSION_1_HIGH } from '../support/virtio-driver';

const QUEUE_MEMORY = 0x1000;
const DATA = 0x4000;
const WRITABLE = 2;

/** A driver that has reached DRIVER_OK with every queue of a device, and a clock that fires at once. */
class Driver {
  readonly bytes = new Uint8Array(0x8000);
  readonly device: VirtioTransport;
  private readonly view = new DataView(this.bytes.buffer);
  private readonly submitted: number[] = [];

  /** @param features of the device, by bit, that the driver takes beside VERSION_1 */
  constructor(backend: VirtioBackend, version1 = true, features = 0) {
    const memory: DmaSpace = {
      read: (address, length) =>
        address + length <= this.bytes.length ? this.bytes.slice(address, address + length) : undefined,
      write: (address, bytes) => {
        if (address + bytes.length > this.bytes.length) return false;
        this.bytes.set(bytes, address);
        return true;
      },
      prepare: () => true,
      hostPhysical: (address) => address,
    };
    const clock = { now: () => 0, schedule: () => undefined, cancel: () => undefined };
    this.device = new VirtioTransport('device', 0, memory, { setLevel: () => undefined }, clock, backend);
    const queues = backend.description.queues.map((_, queue) => {
      const base = QUEUE_MEMORY * (queue + 1);
      return { queue, size: 8, descriptors: base, available: base + 0x400, used: base + 0x600 };
    });
    bringUp(this.device, queues, { low: features, high: version1 ? VERSION_1_HIGH : 0 });
  }

  /** Gives the device one buffer. */
  submit(queue: number, address: number, length: number, flags: number): void {
    const base = QUEUE_MEMORY * (queue + 1);
    const index = this.submitted[queue] ?? 0;
    this.view.setBigUint64(base + (index % 8) * 16, BigInt(address), true);
    this.view.setUint32(base + (index % 8) * 16 + 8, length, true);
    this.view.setUint16(base + (index % 8) * 16 + 12, flags, true);
    this.view.setUint16(base + 0x400 + 4 + 2 * (index % 8), index % 8, true);
    this.submitted[queue] = index + 1;
    this.view.setUint16(base + 0x402, index + 1, true);
    notify(this.device, queue);
    this.device.wake();
  }

  /** Bytes that the device wrote for each buffer that it gave back. */
  used(queue: number): number[] {
    const used = QUEUE_MEMORY * (queue + 1) + 0x600;
    const count = this.view.getUint16(used + 2, true);
    return Array.from({ length: count }, (_, index) => this.view.getUint32(used + 8 + 8 * index, true));
  }

  text(address: number, length: number): string {
    return new TextDecoder().decode(this.bytes.subarray(address, address + length));
  }

  get needsReset(): boolean {
    return needsReset(this.device);
  }

  get generation(): number {
    return registerOf(this.device, 'configGeneration');
  }

  /** InterruptStatus, which is acknowledged. */
  interrupts(): number {
    const status = registerOf(this.device, 'interruptStatus');
    setRegister(this.device, 'interruptAck', status);
    return status;
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the virtio console', () => {
  it('transmits what the driver sends', () => {
    const sent: number[] = [];
    const driver = new Driver(new VirtioConsole((byte) => sent.push(byte)));
    driver.bytes.set(bytesOf('hello'), DATA);
    driver.submit(1, DATA, 5, 0);
    assert.equal(new TextDecoder().decode(Uint8Array.from(sent)), 'hello');
    assert.deepEqual(driver.used(1), [0]);
  });

  it('keeps what is typed until there are buffers for it', () => {
    const console = new VirtioConsole(() => undefined);
    const driver = new Driver(console);
    driver.device.serve(console.receive(bytesOf('typed early')));
    driver.device.wake();
    assert.deepEqual(driver.used(0), []);
    driver.submit(0, DATA, 5, WRITABLE);
    driver.submit(0, DATA + 5, 64, WRITABLE);
    assert.deepEqual(driver.used(0), [5, 6]);
    assert.equal(driver.text(DATA, 11), 'typed early');
  });
});

describe('configuration space of the virtio console', () => {
  const COLUMNS = 0x100;
  const ROWS = 0x102;
  const EMERGENCY_WRITE = 0x108;
  const CONFIGURATION_CHANGE = 2;

  it('changes with the terminal: the driver is told, and sees by the generation that what it read is of two moments', () => {
    const console = new VirtioConsole(() => undefined);
    const driver = new Driver(console);
    const before = driver.generation;
    const columns = driver.device.read(COLUMNS, 2);
    assert.ok(console.resize(132, 43));
    driver.device.configurationChanged();
    const rows = driver.device.read(ROWS, 2);
    assert.deepEqual([columns, rows], [80, 43]);
    assert.notEqual(driver.generation, before);
    assert.equal(driver.interrupts(), CONFIGURATION_CHANGE);
    const again = driver.generation;
    assert.deepEqual([driver.device.read(COLUMNS, 2), driver.device.read(ROWS, 2)], [132, 43]);
    assert.equal(driver.generation, again, 'reading changes nothing');
    assert.ok(!console.resize(132, 43), 'it has that size already');
  });

  it('tells nobody before there is a driver', () => {
    const console = new VirtioConsole(() => undefined);
    const driver = new Driver(console);
    setRegister(driver.device, 'status', 0);
    const before = driver.generation;
    console.resize(40, 10);
    driver.device.configurationChanged();
    assert.equal(driver.interrupts(), 0);
    assert.notEqual(driver.generation, before);
  });

  it('prints what is written to emerg_wr, also before there is a driver, and nothing that is written elsewhere', () => {
    const sent: number[] = [];
    const { device } = new Driver(new VirtioConsole((byte) => sent.push(byte)));
    setRegister(device, 'status', 0);
    device.write(EMERGENCY_WRITE, 4, 'H'.charCodeAt(0));
    device.write(EMERGENCY_WRITE, 1, 'x'.charCodeAt(0));
    device.write(COLUMNS, 2, 7);
    assert.deepEqual(sent, ['H'.charCodeAt(0)]);
    assert.equal(device.read(COLUMNS, 2), 80);
  });
});

describe('configuration space of the virtio block device', () => {
  const WRITEBACK = 0x120;
  const CONFIG_WCE = 1 << 11;
  const file = { size: 4096, read: (_: number, length: number) => new Uint8Array(length), write: () => undefined };
  const makeDisk = () => new VirtioBlock(new CopyOnWriteDisk(new RawDisk(file)), 'test');

  it('tells the capacity and takes the cache mode of a driver that has agreed on it', () => {
    const { device } = new Driver(makeDisk(), true, CONFIG_WCE);
    assert.equal(registerOf(device, 'configuration'), 8);
    assert.equal(device.read(WRITEBACK, 1), 1);
    device.write(WRITEBACK, 1, 0);
    assert.equal(device.read(WRITEBACK, 1), 0);
    setRegister(device, 'status', 0);
    assert.equal(device.read(WRITEBACK, 1), 1, 'after a reset');
  });

  it('takes nothing of one that has not, and of nobody what is only to be read', () => {
    const { device } = new Driver(makeDisk());
    device.write(WRITEBACK, 1, 0);
    setRegister(device, 'configuration', 100);
    assert.equal(device.read(WRITEBACK, 1), 1);
    assert.equal(registerOf(device, 'configuration'), 8);
  });
});

describe('the virtio entropy device', () => {
  it('fills buffers, with the same numbers for the same seed', () => {
    const fill = (seed: number): Uint8Array => {
      const driver = new Driver(new VirtioRng(seed));
      driver.submit(0, DATA, 64, WRITABLE);
      assert.deepEqual(driver.used(0), [64]);
      return driver.bytes.slice(DATA, DATA + 64);
    };
    assert.deepEqual(fill(1), fill(1));
    assert.notDeepEqual(fill(1), fill(2));
    assert.ok(new Set(fill(3)).size > 32);
  });

  it('goes on from where its state was saved', () => {
    const [first, second] = [new VirtioRng(5), new VirtioRng(6)];
    new Driver(first).submit(0, DATA, 10, WRITABLE);
    restore(second.component, first.component.save(), 'rng');
    const next = (rng: VirtioRng): Uint8Array => {
      const driver = new Driver(rng);
      driver.submit(0, DATA, 16, WRITABLE);
      return driver.bytes.slice(DATA, DATA + 16);
    };
    assert.deepEqual(next(first), next(second));
  });
});

describe('the virtio balloon', () => {
  const [INFLATE, DEFLATE, STATISTICS] = [0, 1, 2];
  const MUST_TELL_HOST = 1;
  const STATS_VQ = 2;
  const ACTUAL = Register.configuration + 4;

  /** A device with a host that wants so many pages, and what that has been given. */
  function made(wanted = 0, hasMemory = () => true) {
    const balloon = new VirtioBalloon();
    const given: number[] = [];
    const taken: number[] = [];
    const host: BalloonHost = {
      wanted,
      inflate: (pages, isTold) => {
        if (isTold) given.push(...pages);
      },
      deflate: (pages) => {
        if (hasMemory()) taken.push(...pages);
        return hasMemory();
      },
    };
    balloon.connect(host);
    return { balloon, given, taken };
  }

  const numbers = (driver: Driver, at: number, pages: readonly number[]): void => {
    const view = new DataView(driver.bytes.buffer);
    for (const [index, page] of pages.entries()) view.setUint32(at + 4 * index, page, true);
  };

  it('says how many pages are wanted, and is told how many there are', () => {
    const { balloon } = made(0x12345);
    const { device } = new Driver(balloon);
    assert.equal(device.read(Register.configuration, 4), 0x12345);
    device.write(ACTUAL, 4, 77);
    device.write(Register.configuration, 4, 1);
    assert.equal(balloon.actual, 77);
    assert.deepEqual(
      [0, 4].map((at) => device.read(Register.configuration + at, 4)),
      [0x12345, 77],
    );
    assert.deepEqual(new Driver(new VirtioBalloon()).device.read(Register.configuration, 4), 0, 'without a host');
  });

  it('passes pages on, those of several buffers and of long ones too, once each', () => {
    const { balloon, given, taken } = made();
    const driver = new Driver(balloon, true, MUST_TELL_HOST);
    const pages = Array.from({ length: 3000 }, (_, index) => 0x80000 + 3 * index);
    numbers(driver, DATA, pages);
    driver.submit(INFLATE, DATA, 4 * pages.length, 0);
    for (let visit = 0; visit < 10 && driver.used(INFLATE).length === 0; visit++) driver.device.wake();
    assert.deepEqual(driver.used(INFLATE), [0]);
    assert.deepEqual(
      given,
      pages.map((page) => page * 4096),
    );
    driver.submit(DEFLATE, DATA, 8, 0);
    assert.deepEqual(taken, [0x80000000, 0x80003000]);
    driver.submit(INFLATE, DATA, 0, 0);
    driver.submit(INFLATE, DATA, 7, 0);
    assert.deepEqual(given.slice(3000), [0x80000000], 'three bytes more are no page');
    assert.ok(!driver.needsReset);
  });

  it('tells its host whether the driver says when it uses a page again', () => {
    const { balloon, given } = made();
    const driver = new Driver(balloon);
    driver.submit(INFLATE, DATA, 4, 0);
    assert.deepEqual([driver.used(INFLATE), given], [[0], []]);
  });

  it('gives a buffer of pages back when there is memory for them', () => {
    let hasMemory = false;
    const { balloon, taken } = made(0, () => hasMemory);
    const driver = new Driver(balloon, true, MUST_TELL_HOST);
    numbers(driver, DATA, [5]);
    driver.submit(DEFLATE, DATA, 4, 0);
    driver.device.wake();
    assert.deepEqual([driver.used(DEFLATE), taken, driver.device.isStalled], [[], [], true]);
    hasMemory = true;
    driver.device.memoryCame();
    driver.device.wake();
    assert.deepEqual([driver.used(DEFLATE), taken], [[0], [5 * 4096]]);
  });

  it('keeps statistics until others are wanted, and reads those', () => {
    const { balloon } = made();
    const driver = new Driver(balloon, true, STATS_VQ);
    const tell = (...statistics: readonly (readonly [tag: number, value: bigint])[]): void => {
      const view = new DataView(driver.bytes.buffer);
      for (const [index, [tag, value]] of statistics.entries()) {
        view.setUint16(DATA + 10 * index, tag, true);
        view.setBigUint64(DATA + 10 * index + 2, value, true);
      }
      driver.submit(STATISTICS, DATA, 10 * statistics.length, 0);
    };
    const ask = (): void => {
      driver.device.serve(balloon.ask());
      driver.device.wake();
    };
    assert.equal(balloon.statistics, undefined);
    tell([4, 1000n], [5, 5000n], [77, 3n]);
    assert.deepEqual(driver.used(STATISTICS), []);
    assert.deepEqual(balloon.statistics, { free: 1000, total: 5000 });
    ask();
    assert.deepEqual(driver.used(STATISTICS), [0]);
    ask();
    tell([6, 2n ** 64n - 1n]);
    assert.deepEqual(driver.used(STATISTICS), [0, 0], 'they may be older than that');
    tell([6, 7n]);
    assert.deepEqual(driver.used(STATISTICS), [0, 0]);
    assert.deepEqual(balloon.statistics, { available: 7 });
    setRegister(driver.device, 'status', 0);
    assert.equal(balloon.statistics, undefined);
  });

  it('goes on from where its state was saved', () => {
    const [first, second] = [made(), made()];
    const driver = new Driver(first.balloon, true, MUST_TELL_HOST);
    driver.submit(INFLATE, DATA, 0x3f00, 0);
    assert.equal(driver.used(INFLATE).length, 0);
    const other = new Driver(second.balloon, true, MUST_TELL_HOST);
    other.bytes.set(driver.bytes);
    restore(other.device.component, driver.device.component.save(), 'device');
    for (let visit = 0; visit < 20; visit++) {
      driver.device.wake();
      other.device.wake();
    }
    assert.deepEqual(other.used(INFLATE), [0]);
    assert.equal(first.given.length, 0x3f00 / 4);
    assert.deepEqual(second.given, first.given.slice(1024));
  });
});

describe('the virtio network device', () => {
  const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
  const frame = Uint8Array.from({ length: 60 }, (_, index) => index);

  for (const [version1, header] of [
    [true, 12],
    [false, 10],
  ] as const) {
    it(`sends and receives frames behind a header of ${header} bytes`, () => {
      const sent: Uint8Array[] = [];
      const network = new VirtioNetwork(MAC, (each) => sent.push(each));
      const driver = new Driver(network, version1);
      driver.bytes.set(frame, DATA + header);
      driver.submit(1, DATA, header + frame.length, 0);
      assert.deepEqual(sent, [frame]);
      driver.device.serve(network.receive(frame));
      driver.submit(0, DATA + 0x800, 1514 + header, WRITABLE);
      assert.deepEqual(driver.used(0), [header + frame.length]);
      assert.deepEqual(driver.bytes.slice(DATA + 0x800 + header, DATA + 0x800 + header + frame.length), frame);
    });
  }

  it('names the features that the driver has taken as its own', () => {
    const { device } = new Driver(new VirtioNetwork(MAC, () => undefined), true, 1 << 5);
    assert.deepEqual(device.negotiatedFeatures, ['NET_MAC', 'VERSION_1']);
    assert.deepEqual(device.statusNames, ['ACKNOWLEDGE', 'DRIVER', 'FEATURES_OK', 'DRIVER_OK']);
  });

  it('tells its address', () => {
    const { device } = new Driver(new VirtioNetwork(MAC, () => undefined));
    assert.deepEqual(
      MAC.map((_, index) => device.read(Register.configuration + index, 1)),
      MAC,
    );
  });

  it('needs a reset after a packet without a header, and loses no other guest’s time over huge ones', () => {
    const short = new Driver(new VirtioNetwork(MAC, () => undefined));
    short.submit(1, DATA, 4, 0);
    assert.ok(short.needsReset);
    const huge = new Driver(new VirtioNetwork(MAC, () => undefined));
    huge.submit(1, DATA, 0xffffffff, 0);
    assert.ok(huge.needsReset);
  });
});
