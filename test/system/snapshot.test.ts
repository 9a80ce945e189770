import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Program } from '../../simulator/object/program';
import { describeSystem } from '../../simulator/system/description';
import { type Life, lifeOf, Replay, readRecord, writeRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import { readSnapshot, writeSnapshot } from '../../simulator/system/snapshot';
import { ANY_GUEST_VIRTUALIZATIONS, type System } from '../../simulator/system/system';
import { assembleGuest, buildGuest, guestFolder, makeSystem } from '../support/guest';
import { numbersFrom, Random } from '../support/random';
import { ECHOES } from '../support/small-guests';
import { ENDS } from './run-ends';

const LIMIT = 20_000_000;
const guests = readdirSync(guestFolder).filter((name) => name.endsWith('.S'));

/** Positions at which a run is saved, in instructions. */
function positions(total: number): number[] {
  const next = numbersFrom(total);
  return Array.from({ length: 3 }, () => 1 + next(Math.max(1, total - 1))).sort((a, b) => a - b);
}

/** Hart 0 starts hart 1 and asks it for fences while it runs; hart 1 suspends itself, is woken by an IPI, and stops. */
const SUSPENDED_HART = `
        .globl _start
_start: li      a0, 1
        la      a1, second
        li      a2, 0
        li      a7, 0x48534D
        li      a6, 0
        ecall
        li      a0, 2
        li      a1, 0
        li      a2, 0x80000000
        li      a3, 0x3000
        li      a7, 0x52464e43
        li      a6, 1
        ecall                           # remote_sfence_vma of three pages
1:      li      a0, 1
        li      a7, 0x48534D
        li      a6, 2
        ecall
        li      t0, 4
        bne     a1, t0, 1b              # until it is suspended
        li      a0, 2
        li      a1, 0
        li      a7, 0x735049
        li      a6, 0
        ecall                           # send_ipi
2:      li      a0, 1
        li      a7, 0x48534D
        li      a6, 2
        ecall
        li      t0, 1
        bne     a1, t0, 2b              # until it has stopped
        li      a7, 8
        ecall
second: csrwi   sie, 2
        li      a0, 0
        li      a7, 0x48534D
        li      a6, 3
        ecall                           # hart_suspend, retentive
        li      a7, 0x48534D
        li      a6, 1
        ecall                           # hart_stop
        j       .
`;

const runToEnd = (system: System): string => {
  system.machine.run({ instructions: LIMIT });
  return system.stateHash();
};

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
  describe(`snapshots (${virtualization})`, () => {
    for (const guest of guests) {
      it(`of ${guest} go on as if nothing had been`, async () => {
        const program = await buildGuest(path.join(guestFolder, guest));
        const make = (of?: Program): System => makeSystem(of ?? program, { virtualization }).system;
        const whole = make();
        const end = runToEnd(whole);
        const exits = whole.vm?.ledger.count;
        const system = make();
        const saved = positions(whole.machine.clock.retired).map((at) => {
          system.machine.run({ instructions: at - system.machine.clock.retired });
          return { hash: system.stateHash(), snapshot: system.save() };
        });
        assert.equal(runToEnd(system), end, 'saving leaves no trace');
        for (const { hash, snapshot } of saved.reverse()) {
          system.restore(snapshot);
          assert.equal(system.stateHash(), hash, 'back in the same machine');
          assert.equal(runToEnd(system), end, 'on from there');
          assert.equal(system.vm?.ledger.count, exits, "the VMM's records too");
        }
        const file = writeSnapshot(describeSystem(system.configuration), saved[1]?.snapshot ?? assert.fail());
        const read = readSnapshot(file);
        assert.deepEqual(read.description, describeSystem(system.configuration));
        const other = makeSystem(undefined, { virtualization, translation: false }).system;
        other.restore(read.snapshot);
        assert.equal(other.stateHash(), saved[1]?.hash, 'in another machine, from a file');
        assert.equal(runToEnd(other), end, 'on from there, interpreted');
      }).timeout(120_000);
    }
  });

  describe(`snapshots (${virtualization}) of two harts`, () => {
    it('know that one is suspended, and what it has been asked', async () => {
      const program = await assembleGuest(SUSPENDED_HART);
      const make = (of?: Program): System => makeSystem(of, { virtualization, harts: 2 }).system;
      const whole = make(program);
      const end = runToEnd(whole);
      const system = make(program);
      const seen = new Set<string>();
      for (let at = 1; at < whole.machine.clock.retired; at += 2) {
        system.machine.run({ instructions: at - system.machine.clock.retired });
        const snapshot = system.save();
        const sbi = JSON.stringify(snapshot.state, (_, value) => (typeof value === 'bigint' ? String(value) : value));
        if (sbi.includes('"suspended":[[')) seen.add('suspended');
        if (sbi.includes('"pages":["')) seen.add('fences');
        const other = make();
        other.restore(readSnapshot(writeSnapshot(describeSystem(system.configuration), snapshot)).snapshot);
        assert.equal(other.stateHash(), system.stateHash(), `after ${at} instructions`);
        assert.equal(runToEnd(other), end, `on from ${at} instructions`);
      }
      assert.equal(runToEnd(system), end);
      assert.deepEqual([...seen].sort(), virtualization === 'none' ? ['suspended'] : ['fences', 'suspended']);
    });
  });

  describe(`records (${virtualization})`, () => {
    it('bring every input back at its position', async () => {
      const program = await assembleGuest(ECHOES);
      const live = makeSystem(program, { virtualization, inputOpen: true });
      const start = live.system.stateHash();
      const cpu = live.system.guest.cpus[0] ?? assert.fail();
      const random = new Random(7);
      for (const word of ['h', 'el', 'lo', '.']) {
        live.system.machine.run({ instructions: 200 + random.below(5000) });
        live.system.input(new TextEncoder().encode(word));
        live.system.writeRegister(cpu, 28, BigInt(random.next()));
      }
      live.system.machine.run({ instructions: LIMIT });
      const file = recordOf(live.system, start);
      const again = makeSystem(program, { virtualization, inputOpen: true, translation: false });
      const replay = new Replay(again.system, onlyLife(file));
      for (let stop = replay.run(977); stop !== 'end'; stop = replay.run(977)) assert.ok(stop.reason);
      assert.equal(again.system.stateHash(), live.system.stateHash());
      assert.ok(replay.isSame);
      assert.equal(again.output(), live.output());
    }).timeout(60_000);

    for (const [how, { text, options, drive }] of Object.entries(ENDS))
      it(`end as the run did: ${how}`, async () => {
        const program = await assembleGuest(text);
        const make = () => makeSystem(program, { virtualization, inputOpen: true, ...options }).system;
        const live = make();
        const start = live.stateHash();
        drive(live);
        const reason = live.machine.runs.stop;
        const again = make();
        const replay = new Replay(again, onlyLife(recordOf(live, start)));
        for (let left = 1000; replay.run(313) !== 'end'; left--) assert.ok(left > 0, 'the replay ends');
        assert.equal(again.machine.runs.stop, reason);
        assert.equal(again.stateHash(), live.stateHash());
        assert.ok(replay.isSame);
      });
  });
}

/** A record of a run that stands where it was recorded to. */
function recordOf(system: System, start: string): Uint8Array {
  const { configuration } = system;
  const description = describeSystem(configuration);
  const guests = originsOf([], configuration).map((origin) => ({ origin, disks: [] }));
  return writeRecord({ description, guests, lives: [lifeOf(system, start)] });
}

const onlyLife = (file: Uint8Array): Life => readRecord(file).lives[0] ?? assert.fail();

describe('files of snapshots and records', () => {
  let file: Uint8Array;
  before(async () => {
    const { system } = makeSystem(await assembleGuest(ECHOES));
    system.machine.run({ instructions: 100 });
    file = writeSnapshot(describeSystem(system.configuration), system.save());
  });

  it('are refused when they are something else', () => {
    assert.throws(() => readSnapshot(new TextEncoder().encode('#!/bin/sh')), /no snapshot/);
    assert.throws(() => readRecord(file), /no record/);
  });

  it('are refused when they are truncated, wherever', () => {
    for (const length of [4, 12, 30, 200, file.length >> 1, file.length - 1])
      assert.throws(() => readSnapshot(file.subarray(0, length)), /no snapshot|truncated|damaged/);
  });

  it('are refused when a byte has changed', () => {
    const damaged = file.slice();
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    assert.throws(() => readSnapshot(damaged), /damaged/);
  });

  it('are refused when they are of another version', () => {
    const newer = file.slice();
    newer[8] = 99;
    assert.throws(() => readSnapshot(newer), /format version 99/);
  });

  it('of records are refused by the name of a field that makes no sense, under a right seal', async () => {
    const { system } = makeSystem(await assembleGuest(ECHOES));
    const life = lifeOf(system, system.stateHash());
    const description = describeSystem(system.configuration);
    const [origin] = originsOf([], system.configuration);
    assert.ok(origin);
    const guest = { origin, disks: [] };
    const whole = { description, guests: [guest], lives: [life] };
    const wrong = (change: object): (() => unknown) => {
      const file = writeRecord({ ...whole, ...change });
      return () => readRecord(file);
    };
    assert.throws(
      wrong({ guests: [{ ...guest, origin: 7 }] }),
      /the record: field guests\[0\]\.origin must be an object with .*, not 7/,
    );
    assert.throws(
      wrong({ guests: [{ ...guest, disks: [{ contents: null }] }] }),
      /the record: field guests\[0\]\.disks\[0\]\.contents must be/,
    );
    assert.throws(wrong({ guests: [guest, guest] }), /the record has 2 guests, and its machine 1/);
    assert.throws(
      wrong({ lives: [{ ...life, end: { ...life.end, retired: 'x' } }] }),
      /field lives\[0\]\.end\.retired must be an integer/,
    );
    assert.throws(
      wrong({ lives: [{ ...life, inputs: [{ ...life.end, guest: 0, input: { kind: 'odd' } }] }] }),
      /field lives\[0\]\.inputs\[0\]\.input must be an input of a known kind/,
    );
    assert.throws(
      wrong({ description: { ...description, harts: 'two' } }),
      /the described machine: field harts must be an integer from 1 to 8, not "two"/,
    );
    assert.throws(
      wrong({ description: { ...description, hartOptions: { asidBits: 17 } } }),
      /field hartOptions\.asidBits must be an integer from 0 to 16, not 17/,
    );
    assert.throws(
      wrong({ description: { ...description, memory: 2 ** 22 + 1 } }),
      /field memory must be a multiple of 2M from 4M to 2G \(bytes\), not 4194305/,
    );
  });

  it('are refused by a machine that is made otherwise', () => {
    const { system } = makeSystem(undefined, { memory: 32 * 1024 * 1024 });
    assert.throws(() => system.restore(readSnapshot(file).snapshot), /made otherwise/);
  });

  /** A saved machine whose VMM has tables, with a change of its VM by name. */
  const refusalOf = async (virtualization: 'full' | 'hardware', change: (vm: Changeable, ram: Changeable) => void) => {
    const program = await buildGuest(path.join(guestFolder, 'remap.S'));
    const { system } = makeSystem(program, { virtualization });
    system.machine.run({ instructions: 3000 });
    const { snapshot } = readSnapshot(writeSnapshot(describeSystem(system.configuration), system.save()));
    const { memory, state } = snapshot as unknown as { memory: { pages: Changeable }; state: Changeable };
    change(at(state, 'parts', 'machine', 'parts', 'vmm', 'parts', 'vm0'), memory.pages);
    const again = makeSystem(undefined, { virtualization }).system;
    return () => again.restore(snapshot);
  };
  interface Changeable {
    // A test that reaches into plain data by names.
    [field: string]: Changeable;
  }
  const set = (record: Changeable, field: string, value: unknown): void =>
    void Object.assign(record, { [field]: value });
  const at = (record: Changeable, ...way: readonly string[]): Changeable =>
    way.reduce((inner, field) => inner[field] ?? assert.fail(field), record);

  it('are refused when shadow tables share frames, lose them or have numbers of nobody', async () => {
    const vcpu = (vm: Changeable, ...way: readonly string[]): Changeable =>
      at(vm, 'parts', 'machine', 'parts', 'vcpu0', ...way);
    const spaces = (vm: Changeable, ...way: readonly string[]): Changeable =>
      vcpu(vm, 'parts', 'spaces', 'state', ...way);
    const setFree = (vm: Changeable, change: (free: readonly number[]) => number[]): void =>
      set(spaces(vm), 'free', Uint32Array.from(change([...(spaces(vm, 'free') as unknown as Uint32Array)])));
    const cases: readonly [RegExp, (vm: Changeable) => void][] = [
      [
        /vcpu0\.spaces: field free must not have frame \d+, which is used already/,
        (vm) => setFree(vm, ([first = 0, , ...rest]) => [first, first, ...rest]),
      ],
      [/spaces: field free must have 1 frames more, which are no table's/, (vm) => setFree(vm, ([, ...rest]) => rest)],
      [
        /spaces: field free must be frames of a pool of 2048, not the one of number 2048/,
        (vm) => setFree(vm, ([, ...rest]) => [2048, ...rest]),
      ],
      [
        /spaces: field views\[0\]\.table\.root must not have frame \d+/,
        (vm) => set(spaces(vm, 'views', '0', 'table'), 'root', spaces(vm, 'free')['0']),
      ],
      [
        /spaces: field views\[0\]\.lastUse must be one of \d+ switches/,
        (vm) => set(spaces(vm, 'views', '0'), 'lastUse', 1e6),
      ],
      [/ASID 77 .* given to nobody/, (vm) => set(spaces(vm, 'views', '0', 'tag'), 'number', 77)],
      [/spaces: field place must be an integer from 0 to 0 or null, not 77/, (vm) => set(spaces(vm), 'place', 77)],
      [/spaces: field active must be one of 2 views, not 77/, (vm) => set(spaces(vm), 'active', 77)],
      [
        /spaces: field views\[0\]\.paging\.root must be an integer from 0 to/,
        (vm) => set(spaces(vm, 'views', '0'), 'paging', { root: 2 ** 50, asid: 0 }),
      ],
      [/vm0\.machine\.vcpu0: field more is unknown/, (vm) => set(vcpu(vm, 'state'), 'more', 1)],
      [
        /vm0\.machine\.vcpu0: field on must be null of a vCPU that is off/,
        (vm) => set(vcpu(vm, 'state'), 'run', 'off'),
      ],
      [/vm0\.machine: has no part "more"/, (vm) => set(at(vm, 'parts', 'machine', 'parts'), 'more', vcpu(vm))],
      [/vm0: has no part "more"/, (vm) => set(at(vm, 'parts'), 'more', at(vm, 'parts', 'clock'))],
      [/vm0: has "more" beside its state and parts/, (vm) => set(vm, 'more', 1)],
      [
        /vcpu0\.virtual: field privilege must be a privilege mode of a guest: 0 or 1, not 3/,
        (vm) => set(vcpu(vm, 'parts', 'virtual', 'state'), 'privilege', 3),
      ],
    ];
    for (const [message, change] of cases) assert.throws(await refusalOf('full', change), message);
  });

  it('are refused by the component and the field of a device, whoever owns it', async () => {
    const parts = (vm: Changeable, ...way: readonly string[]): Changeable =>
      at(vm, 'parts', 'machine', 'parts', 'board', ...way.flatMap((part) => ['parts', part]));
    const cases: readonly [RegExp, (vm: Changeable) => void][] = [
      [
        /board\.uart: field lcr must be an integer from 0 to 255, not 256/,
        (vm) => set(at(parts(vm, 'uart'), 'state'), 'lcr', 256),
      ],
      [
        /board\.virtio0\.queue0: field size must be a power of two/,
        (vm) => set(at(parts(vm, 'virtio0', 'queue0'), 'state'), 'size', 3),
      ],
      [
        /board\.virtio0\.backend\.disk: field written\[0\]\[1\] must be 512 bytes, not 3 bytes/,
        (vm) => set(at(parts(vm, 'virtio0', 'backend', 'disk'), 'state'), 'written', [[0, Uint8Array.of(1, 2, 3)]]),
      ],
      [/board\.rtc: has version 0, and this hyperstep reads version 1/, (vm) => set(parts(vm, 'rtc'), 'version', 0)],
      [
        /board\.virtio1: has no part "backend"/,
        (vm) => set(at(parts(vm, 'virtio1'), 'parts'), 'backend', at(parts(vm, 'virtio0', 'backend'))),
      ],
    ];
    for (const [message, change] of cases) assert.throws(await refusalOf('full', change), message);
  });

  it('are refused when the second stage leads out of the guest’s memory, or its tables into each other', async () => {
    const root = 0x80200000;
    const page = (pages: Changeable, hpa: number) => {
      const bytes = pages[String((hpa - 0x80000000) / 4096)] as unknown as Uint8Array | undefined;
      assert.ok(bytes);
      return new DataView(bytes.buffer, bytes.byteOffset);
    };
    const stage = (vm: Changeable, field: string): Uint32Array =>
      at(vm, 'parts', 'machine', 'parts', 'engine', 'parts', 'stage', 'state', field) as unknown as Uint32Array;
    // The pool of tables is behind the root, which has four frames.
    const first = (vm: Changeable): number => root + (4 + (stage(vm, 'tables')[0] ?? 0)) * 4096;
    const leaf = (pages: Changeable, table: number): number =>
      [...Array(512).keys()].map((index) => index * 8).find((entry) => page(pages, table).getUint32(entry, true) & 2) ??
      0;
    const pte = (hpa: number, flags: number): number => ((hpa / 4096) << 10) | flags;
    assert.throws(
      await refusalOf('hardware', (vm, pages) =>
        page(pages, first(vm)).setUint32(leaf(pages, first(vm)), pte(0x80000000, 0xdf), true),
      ),
      /does not isolate its guest/,
    );
    assert.throws(
      await refusalOf('hardware', (vm, pages) =>
        page(pages, first(vm)).setUint32(leaf(pages, first(vm)), pte(first(vm), 1), true),
      ),
      /leads to no table of its own/,
    );
    assert.throws(
      await refusalOf('hardware', (_, pages) => page(pages, root).setUint32(8 * 5, pte(root, 1), true)),
      /leads to no table of its own/,
    );
    assert.throws(
      await refusalOf('hardware', (vm) => stage(vm, 'tables').set(stage(vm, 'free').subarray(0, 1))),
      /vm0\.machine\.engine\.stage: field tables must not have frame \d+, which is used already/,
    );
  });
});
