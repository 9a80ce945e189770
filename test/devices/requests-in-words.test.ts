import assert from 'node:assert/strict';
import { blockDevice } from '../../simulator/devices/virtio/block';
import { consoleDevice } from '../../simulator/devices/virtio/console';
import { COMMON_FEATURES, type Request, type VirtioDescription } from '../../simulator/devices/virtio/description';
import { networkDevice } from '../../simulator/devices/virtio/network';
import { entropyDevice } from '../../simulator/devices/virtio/rng';

interface Buffer {
  readonly bytes: readonly number[];
  readonly writable?: boolean;
}

const WRITE = 2;
const SPACING = 0x1000;
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const out = (...bytes: number[]): Buffer => ({ bytes });
const into = (...bytes: number[]): Buffer => ({ bytes, writable: true });

/** A chain of buffers, each at a place of its own in memory. */
function say(device: VirtioDescription, queue: number, buffers: readonly Buffer[], written?: number): string {
  const request: Request = {
    queue,
    chain: {
      head: 0,
      descriptors: buffers.map(({ bytes, writable }, index) => ({
        index,
        address: index * SPACING,
        length: bytes.length,
        flags: writable ? WRITE : 0,
        next: index + 1,
      })),
    },
    memory: {
      read: (address, length) => {
        const at = address % SPACING;
        return Uint8Array.from(buffers[Math.floor(address / SPACING)]?.bytes.slice(at, at + length) ?? []);
      },
      write: () => false,
      prepare: () => true,
      hostPhysical: () => undefined,
    },
    written,
    negotiated: (feature) => feature === COMMON_FEATURES.VERSION_1,
  };
  return device.describe(request);
}

const header = (type: number, sector: number): number[] => [type, ...zeros(7), sector, ...zeros(7)];
const frame = [1, 2, 3, 4, 5, 6, 0x52, 0x54, 0, 0x12, 0x34, 0x56, ...zeros(48)];

const cases: readonly [VirtioDescription, queue: number, Buffer[], written: number | undefined, words: string][] = [
  [blockDevice, 0, [out(...header(0, 2)), into(...zeros(512)), into(0)], undefined, 'read sector 2, 512 bytes'],
  [blockDevice, 0, [out(...header(0, 2)), into(...zeros(512)), into(0)], 513, 'read sector 2, 512 bytes: OK'],
  [blockDevice, 0, [out(...header(1, 3)), out(...zeros(512)), into(1)], 1, 'write sector 3, 512 bytes: I/O error'],
  [blockDevice, 0, [out(...header(4, 0)), into(0)], 1, 'flush: OK'],
  [blockDevice, 0, [out(...header(8, 0)), into(...zeros(20)), into(0)], undefined, 'get id'],
  [blockDevice, 0, [out(...header(99, 0)), into(2)], 1, 'request of type 99: unsupported'],
  [blockDevice, 0, [out(1, 2, 3)], undefined, 'a request without a header'],
  [consoleDevice, 0, [into(...zeros(64))], undefined, '64 bytes of room for input'],
  [consoleDevice, 0, [into(...text('ls\n'), ...zeros(61))], 3, 'input "ls\\n"'],
  [consoleDevice, 1, [out(...text('hello ')), out(...text('world'))], 0, 'print "hello world"'],
  [consoleDevice, 1, [out(...text('x'.repeat(50)))], 0, `print "${'x'.repeat(40)}"...`],
  [networkDevice, 0, [into(...zeros(1526))], undefined, '1526 bytes of room for a frame'],
  [
    networkDevice,
    0,
    [into(...zeros(12)), into(...frame, ...zeros(100))],
    12 + frame.length,
    'frame of 60 bytes from 52:54:00:12:34:56 to 01:02:03:04:05:06',
  ],
  [networkDevice, 0, [into(...zeros(8))], 0, 'a frame that had no room'],
  [networkDevice, 1, [out(...zeros(12), ...frame)], 0, 'frame of 60 bytes from 52:54:00:12:34:56 to 01:02:03:04:05:06'],
  [networkDevice, 1, [out(...zeros(4))], undefined, 'a packet without a header'],
  [entropyDevice, 0, [into(...zeros(64))], undefined, '64 bytes of random numbers'],
  [entropyDevice, 0, [into(...zeros(64))], 64, '64 bytes of random numbers given'],
];

describe('a chain of descriptors in words', () => {
  for (const [device, queue, buffers, written, words] of cases)
    it(`${device.name}: ${words}`, () => assert.equal(say(device, queue, buffers, written), words));

  it('of each device says something of anything', () => {
    for (const device of [blockDevice, consoleDevice, networkDevice, entropyDevice])
      for (const queue of [0, 1])
        for (const buffers of [[], [out()], [into()], [out(1), into(1)]])
          for (const written of [undefined, 0, 2 ** 32 - 1]) assert.ok(say(device, queue, buffers, written).length > 0);
  });
});
