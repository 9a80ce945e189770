import assert from 'node:assert/strict';
import path from 'node:path';
import { fileOf, LoggedFile } from '../../simulator/devices/disk/file-log';
import type { Program } from '../../simulator/object/program';
import type { PlainValue } from '../../simulator/schema/state/plain';
import { configurationOf, type GivenGuest } from '../../simulator/system/described-system';
import { describeSystem } from '../../simulator/system/description';
import { lifeOf, Replay, ReplayError, readRecord, writeRecord } from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import { imagesOf, type SavedImages } from '../../simulator/system/saved-images';
import { readSnapshot, SnapshotError, writeSnapshot } from '../../simulator/system/snapshot';
import { ConfigurationError, openDisk, System } from '../../simulator/system/system';
import { withChange } from '../support/changed-fields';
import { assembleGuest, buildGuest, diskOf, guestFolder, memoryFile, testDisk } from '../support/guest';
import { makeHost, type TestHostConfiguration, type TestVm } from '../support/host';
import { Random } from '../support/random';
import { askForStealTime, crashesAfter, ECHOES, timedSleeper } from '../support/small-guests';

/** Where hosts are saved, and where their runs are compared, in instructions. */
const PLACES = [2_000, 30_001, 120_003];
const TOTAL = 250_000;

const HOSTS: readonly TestHostConfiguration[] = [
  { harts: 1, vmmTime: 'charged', scheduler: { kind: 'credit', slice: 20_000 } },
  { harts: 2, vmmTime: 'free', scheduler: { kind: 'round-robin', slice: 7_000 } },
];

/** It asks to be told of stolen time too, where that is to be had. */
const SLEEPS = timedSleeper(askForStealTime('li      a0, 0x80400000'));

/** A guest of a machine that is made by its description. */
const given = (console: (byte: number) => void = () => undefined, disks = [] as GivenGuest['disks']): GivenGuest => ({
  disks,
  console,
});

function runTo(system: System, instructions: number): void {
  while (system.machine.clock.retired < instructions) {
    const { reason } = system.machine.run({ instructions: instructions - system.machine.clock.retired });
    assert.equal(reason, 'limit');
  }
}

describe('saved hosts of three VMs', () => {
  let writes: Program;
  let crashes: Program;
  let sleeps: Program;
  before(async () => {
    writes = await buildGuest(path.join(guestFolder, 'blk-write.S'));
    [crashes, sleeps] = await Promise.all([assembleGuest(crashesAfter(9000)), assembleGuest(SLEEPS)]);
  });

  const vms = (): TestVm[] => [
    {
      name: 'writes',
      program: writes,
      engine: 'hardware',
      time: 'own',
      memory: 16 * 2 ** 20,
      disks: [diskOf(testDisk())],
      devices: ['rng'],
      seed: 7,
      weight: 100,
    },
    { name: 'crashes', program: crashes, engine: 'full', onCrash: 'restart' },
    { name: 'sleeps', program: sleeps, engine: 'full', vcpus: 2, memoryLimit: 32 * 2 ** 20, pin: [0], stealTime: true },
  ];

  for (const configuration of HOSTS)
    it(`go on in another machine, from a file: ${JSON.stringify(configuration)}`, () => {
      const whole = makeHost(vms(), configuration).system;
      runTo(whole, TOTAL);
      assert.ok((whole.hypervisor?.vms[1]?.life.restarts ?? 0) > 0);
      const { system } = makeHost(vms(), configuration);
      const files = PLACES.map((at) => {
        runTo(system, at);
        const file = writeSnapshot(describeSystem(system.configuration), system.save(), imagesOf(system));
        return { hash: system.stateHash(), file };
      });
      runTo(system, TOTAL);
      assert.equal(system.stateHash(), whole.stateHash(), 'saving leaves no trace');
      for (const { hash, file } of files) {
        const { description, images, snapshot } = readSnapshot(file);
        assert.deepEqual(description, describeSystem(system.configuration));
        const guests = [given(undefined, [diskOf(testDisk())]), given(), given()];
        // The file has what crashes in it, to be started again.
        const programs = images.map(({ program }) => program);
        const other = new System(configurationOf(description, guests), programs);
        other.restore(snapshot);
        assert.equal(other.stateHash(), hash);
        runTo(other, TOTAL);
        assert.equal(other.stateHash(), whole.stateHash());
        assert.deepEqual(other.isolationBreaches(), []);
      }
    }).timeout(120_000);

  it('need the disks that they had', () => {
    const description = describeSystem(makeHost(vms()).system.configuration);
    assert.throws(
      () => configurationOf(description, [given(), given(), given()]),
      (error) => error instanceof ConfigurationError && /^writes: .* 1 disks of 128 sectors/.test(error.message),
    );
    assert.throws(() => configurationOf(description, [given()]), /has 3 guests, not 1/);
  });

  it('are refused where what they tell of stolen time makes no sense', () => {
    const { system } = makeHost(vms(), HOSTS[0]);
    runTo(system, 120_003);
    const { state, memory } = system.save();
    const vm = ['parts', 'machine', 'parts', 'vmm', 'parts', 'vm2', 'parts'];
    const vcpu = [...vm, 'machine', 'parts', 'vcpu0'];
    const stealTime = [...vcpu, 'parts', 'stealTime', 'state'];
    const told = system.hypervisor?.vms[2]?.vcpus[0]?.stealTime?.sharedMemory;
    assert.equal(told?.value, 0x8040_0000, 'it has asked to be told');
    const wrong: readonly (readonly [way: string[], value: PlainValue, message: RegExp])[] = [
      [
        [...stealTime, 'address'],
        0x8000_0000,
        /vcpu0\.stealTime: field address must be 64 bytes of the guest's memory/,
      ],
      [
        [...stealTime, 'address'],
        0x8040_0020,
        /vcpu0\.stealTime: field address must be 64 bytes of the guest's memory/,
      ],
      [
        [...stealTime, 'address'],
        0x8060_0000,
        /vcpu0\.stealTime: field address must be 64 bytes of the guest's memory/,
      ],
      [[...stealTime, 'address'], null, /vcpu0\.stealTime: field since must be 0 of a guest that is told nothing/],
      [[...stealTime, 'since'], 2 ** 40, /1099511627776 ns were stolen of a vCPU before, and \d+ by now/],
      [
        [...vm, 'machine', 'parts', 'vcpu1', 'state', 'requests', 'steal'],
        true,
        /vCPU 1 is to tell its guest of stolen time/,
      ],
    ];
    for (const [way, value, message] of wrong)
      assert.throws(
        () => makeHost(vms(), HOSTS[0]).system.restore({ state: withChange(state, way, value), memory }),
        (error) => error instanceof SnapshotError && message.test(error.message),
        `${way.join('.')} ${value}`,
      );
  });

  it('are refused where what is to be started again makes no sense', () => {
    const { system } = makeHost(vms());
    const description = describeSystem(system.configuration);
    const [first, ...others] = imagesOf(system);
    assert.ok(first);
    const fileOf = (images: SavedImages): Uint8Array => writeSnapshot(description, system.save(), images);
    assert.throws(() => readSnapshot(fileOf(others)), /has the images of 2 VMs, and its host 3/);
    const [segment, ...rest] = first.program.segments;
    assert.ok(segment);
    const withSegment = (fields: object): SavedImages => [
      { ...first, program: { ...first.program, segments: [{ ...segment, ...fields }, ...rest] } },
      ...others,
    ];
    assert.throws(
      () => readSnapshot(fileOf(withSegment({ memorySize: 1 }))),
      /what is started again: field vms\[0\]\.program\.segments\[0\]\.memorySize must be at least \d+, its bytes/,
    );
    assert.throws(
      () => readSnapshot(fileOf(withSegment({ loadAddress: -1n }))),
      /field vms\[0\]\.program\.segments\[0\]\.loadAddress must be/,
    );
    // What has no place in the guest's memory is refused when the machine is made.
    const { images } = readSnapshot(fileOf(withSegment({ loadAddress: 0x1000n })));
    const guests = [given(undefined, [diskOf(testDisk())]), given(), given()];
    const programs = images.map(({ program }) => program);
    assert.throws(() => new System(configurationOf(description, guests), programs), /outside the guest's memory/);
  });

  it('are refused by the field of a VM that makes no sense', () => {
    const { system } = makeHost(vms());
    const description = describeSystem(system.configuration);
    const { neighbours } = description;
    assert.ok(neighbours);
    const [first, ...others] = neighbours.vms;
    const wrong = { ...description, neighbours: { ...neighbours, vms: [{ ...first, vcpus: 0 }, ...others] } };
    assert.throws(
      () => readSnapshot(writeSnapshot(wrong as typeof description, system.save())),
      /the described machine: field neighbours\.vms\[0\]\.vcpus must be an integer from 1 to 8, not 0/,
    );
  });
});

describe('records of hosts', () => {
  for (const configuration of HOSTS)
    it(`bring inputs back to the VMs that had them: ${JSON.stringify(configuration)}`, async () => {
      const [echoes, sleeps, reads] = await Promise.all([
        assembleGuest(ECHOES),
        assembleGuest(SLEEPS),
        buildGuest(path.join(guestFolder, 'blk-read.S')),
      ]);
      const programs = [echoes, reads, echoes, sleeps];
      const file = new LoggedFile(memoryFile(testDisk()));
      const live = makeHost(
        [
          { name: 'one', program: echoes, engine: 'full' },
          { name: 'reads', program: reads, memory: 16 * 2 ** 20, disks: [openDisk(file, 'copy')] },
          { name: 'two', program: echoes, engine: 'hardware', weight: 100 },
          { name: 'sleeps', program: sleeps },
        ],
        { ...configuration, inputOpen: true },
      );
      const start = live.system.stateHash();
      const random = new Random(11);
      for (const [guest, word] of [
        [0, 'first'],
        [2, 'second'],
        [2, 'more'],
        [0, 'last'],
      ] as const) {
        live.system.machine.run({ instructions: 500 + random.below(20_000) });
        live.system.input(new TextEncoder().encode(word), live.system.guests[guest]);
      }
      assert.equal(live.system.setMemoryTarget(live.system.guests[2] ?? live.system.guest, 4 * 2 ** 20), undefined);
      live.system.machine.run({ instructions: 60_000 });
      assert.deepEqual([live.output('one'), live.output('two')], ['firstlast', 'secondmore']);
      const origins = originsOf(programs, live.system.configuration);
      const record = readRecord(
        writeRecord({
          description: describeSystem(live.system.configuration),
          guests: origins.map((origin, guest) => ({
            origin,
            disks: guest === 1 ? [{ contents: file.contents(), write: 'copy' }] : [],
          })),
          lives: [lifeOf(live.system, start)],
        }),
      );

      const replayOf = (programs: readonly Program[]) => {
        const printed: number[][] = programs.map(() => []);
        const guests = record.guests.map(({ disks }, guest) =>
          given(
            (byte) => printed[guest]?.push(byte),
            disks.map(({ contents, write }) => openDisk(fileOf(contents), write)),
          ),
        );
        const system = new System(configurationOf(record.description, guests), programs);
        const recorded = record.guests.map(({ origin }) => origin);
        const [life] = record.lives;
        assert.ok(life);
        const replay = new Replay(system, life, { recorded, given: originsOf(programs, system.configuration) });
        return { system, replay, output: (guest: number) => String.fromCharCode(...(printed[guest] ?? [])) };
      };
      const { system, replay, output } = replayOf(programs);
      for (let left = 1000; replay.run(977) !== 'end'; left--) assert.ok(left > 0, 'the replay ends');
      assert.equal(system.stateHash(), live.system.stateHash());
      assert.ok(replay.isSame);
      assert.deepEqual([output(0), output(2)], ['firstlast', 'secondmore']);
      assert.equal(output(1), live.output('reads'));
      assert.throws(
        () => replayOf([echoes, reads, sleeps, sleeps]),
        (error) => error instanceof ReplayError && /: two: the program is another one$/.test(error.message),
      );
    }).timeout(60_000);
});
