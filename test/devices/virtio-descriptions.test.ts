import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { configurationBytes } from '../../simulator/devices/virtio/configuration';
import { COMMON_FEATURES, featureName } from '../../simulator/devices/virtio/description';
import { virtioDescriptions, virtioKinds } from '../../simulator/devices/virtio/index';

const HEADERS = '/usr/include/linux';

/** What Linux's header of a device says of feature bits, by name. */
function featuresOf(header: string, prefix: string): { readonly [name: string]: number } {
  const text = readFileSync(`${HEADERS}/${header}`, 'latin1');
  const found = text.matchAll(new RegExp(`^#define\\s+VIRTIO_${prefix}F_(\\w+)\\s+(\\d+)`, 'gm'));
  return Object.fromEntries(Array.from(found, ([, name, bit]) => [name, Number(bit)]));
}

const headers: { readonly [device: string]: string } = {
  'virtio-blk': 'virtio_blk.h',
  'virtio-net': 'virtio_net.h',
  'virtio-console': 'virtio_console.h',
  'virtio-balloon': 'virtio_balloon.h',
};

describe('descriptions of virtio devices', () => {
  for (const { name, prefix, features, configuration, queues } of virtioDescriptions) {
    const header = headers[name];
    if (header !== undefined)
      it(`${name} names its features as Linux's ${header}`, function () {
        if (!existsSync(`${HEADERS}/${header}`)) this.skip();
        const theirs = featuresOf(header, `${prefix}_`);
        assert.ok(Object.keys(theirs).length > 2);
        for (const [feature, bit] of Object.entries(theirs)) assert.equal(features[feature], bit, feature);
      });

    it(`${name} has each feature bit once, where a device has its own`, () => {
      const bits = Object.values(features);
      assert.equal(new Set(bits).size, bits.length);
      // virtio 1.2, section 2.2
      for (const bit of bits) assert.ok(bit <= 23 || (bit >= 50 && bit <= 127), String(bit));
    });

    it(`${name} has fields of configuration space that are aligned and apart`, () => {
      let end = 0;
      for (const [field, { offset, size, count = 1 }] of Object.entries(configuration)) {
        assert.ok(offset >= end && offset % size === 0, field);
        end = offset + size * count;
      }
      assert.equal(configurationBytes(configuration, {}).length, end);
    });

    it(`${name} has queues whose sizes are powers of two`, () => {
      assert.ok(queues.length > 0);
      for (const { size } of queues) assert.equal(size & (size - 1), 0);
    });
  }

  it('have the common features of Linux, and no number twice', function () {
    const types = virtioDescriptions.map(({ deviceId }) => deviceId);
    assert.equal(new Set(types).size, types.length);
    if (!existsSync(`${HEADERS}/virtio_config.h`)) this.skip();
    const theirs = { ...featuresOf('virtio_config.h', ''), ...featuresOf('virtio_ring.h', 'RING_') };
    const ours: { readonly [name: string]: number } = COMMON_FEATURES;
    for (const [feature, bit] of Object.entries(theirs)) assert.equal(ours[feature], bit, feature);
  });

  it('name the same bit as each device means it', () => {
    const names = (bit: number) => virtioDescriptions.map((description) => featureName(description, bit));
    assert.deepEqual(names(5), ['BLK_RO', 'feature 5', 'NET_MAC', 'BALLOON_REPORTING', 'feature 5']);
    assert.deepEqual(names(0), ['BLK_BARRIER', 'CONSOLE_SIZE', 'NET_CSUM', 'BALLOON_MUST_TELL_HOST', 'feature 0']);
    assert.deepEqual(new Set(names(32)), new Set(['VERSION_1']));
  });

  it('make a device of each name', () => {
    const site = { slot: 3, seed: 1, console: () => undefined, network: () => undefined };
    for (const { description, make } of Object.values(virtioKinds)) {
      const backend = make(site);
      assert.equal(backend.description, description);
      for (const bit of backend.features) assert.doesNotMatch(featureName(description, bit), /^feature/);
    }
  });
});

describe('configuration space', () => {
  it('has values of each size in little-endian order, and zeros where nothing is said', () => {
    const fields = {
      wide: { offset: 0, size: 8, access: 'read' },
      half: { offset: 8, size: 2, access: 'read' },
      list: { offset: 10, size: 1, count: 3, access: 'read' },
      last: { offset: 16, size: 4, access: 'read' },
    } as const;
    const bytes = configurationBytes(fields, { wide: 2 ** 40 + 5, half: 0x1234, list: [1, 2, 3] });
    assert.deepEqual([...bytes], [5, 0, 0, 0, 0, 1, 0, 0, 0x34, 0x12, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0]);
  });
});
