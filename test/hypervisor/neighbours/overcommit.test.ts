import assert from 'node:assert/strict';
import path from 'node:path';
import { anyGuestEngines, type EngineId, engineNamed } from '../../../simulator/hypervisor/engines';
import { Hypervisor } from '../../../simulator/hypervisor/hypervisor';
import type { Overcommit } from '../../../simulator/hypervisor/memory/host-memory';
import type { Vm } from '../../../simulator/hypervisor/vm';
import { FRAME } from '../../../simulator/mmu/address';
import type { Program } from '../../../simulator/object/program';
import type { SavedComponent } from '../../../simulator/schema/state/component';
import { ConfigurationError } from '../../../simulator/system/system';
import { assembleGuest, buildGuest, diskOf, guestFolder, testDisk } from '../../support/guest';
import { MILLISECOND, makeHost, type TestHost, type TestHostConfiguration, type TestVm } from '../../support/host';
import { memoryOf, runUntilRetired, stateOf } from '../../support/own-trace';

const MEMORY = 16 * 2 ** 20;
/** What VMs have together beside their tables, in frames. */
const POOL = 1024;

/**
 * Computes for a while, touches so many frames from 0x80400000, each of which must be zero before, prints `.`, computes again, and powers
 * off; `X` where a frame is not.
 */
const touching = (frames: number, { before = 1, after = 1 } = {}): string => `
_start: li      t0, ${before}
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      t0, 0x80400000
        li      t1, ${frames}
        li      t2, 4096
1:      ld      t3, 8(t0)
        bnez    t3, dirty
        sd      t0, 8(t0)
        add     t0, t0, t2
        addi    t1, t1, -1
        bnez    t1, 1b
        li      a0, '.'
        li      a7, 1
        ecall
        li      t0, ${after}
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 8
        ecall
dirty:  li      a0, 'X'
        li      a7, 1
        ecall
        j       dirty
`;

const EVERY_ENGINE: readonly EngineId[] = anyGuestEngines.map(({ id }) => id);

/** A host whose VMs have `POOL` frames together. */
function hostOf(
  vms: readonly TestVm[],
  overcommit: Overcommit,
  rest: TestHostConfiguration = {},
  pool = POOL,
): TestHost {
  const demands = vms.map(({ engine: id = 'full', memory = MEMORY, vcpus = 1 }) => {
    const engine = engineNamed(id);
    assert.ok(engine);
    return { engine, memory, vcpus };
  });
  const memory = Hypervisor.memoryFor(demands, overcommit) + pool * FRAME;
  return makeHost(
    vms.map((vm) => ({ memory: MEMORY, ...vm })),
    { memory, overcommit, scheduler: { kind: 'credit', slice: 20_000 }, ...rest },
  );
}

const vmOf = ({ system }: TestHost, name: string): Vm => {
  const vm = system.hypervisor?.vms.find((each) => each.name === name);
  assert.ok(vm);
  return vm;
};

/** Runs to the end, and looks that nobody reaches what is not its own. */
function finish({ system }: TestHost, most = 400): void {
  for (let part = 0; part < most && !system.machine.finished; part++) {
    system.machine.run({ instructions: 20_011 });
    assert.deepEqual(system.isolationBreaches(), []);
  }
}

const isWaitingForFrames = ({ vcpus }: Vm): boolean => vcpus.some(({ wait }) => wait?.kind === 'frames');

describe('VMs with together more memory than their host', () => {
  let small: Program;
  let large: Program;
  /** Has its memory for long. */
  let lasting: Program;
  /** Wants its memory when that one has it. */
  let late: Program;
  before(async () => {
    small = await assembleGuest(touching(100));
    large = await assembleGuest(touching(900));
    lasting = await assembleGuest(touching(900, { after: 200_000 }));
    late = await assembleGuest(touching(900, { before: 20_000 }));
  });

  for (const engine of EVERY_ENGINE)
    for (const harts of [1, 2])
      it(`get frames as they touch them, and wait until others have given some back: ${engine}, ${harts} harts`, () => {
        const host = hostOf(
          [
            { name: 'first', engine, program: lasting },
            { name: 'second', engine, program: late },
            { name: 'third', engine, program: small },
          ],
          'wait',
          { harts },
        );
        let hasWaited = false;
        for (let part = 0; part < 4000 && !host.system.machine.finished; part++) {
          host.system.machine.run({ instructions: 1009 });
          assert.deepEqual(host.system.isolationBreaches(), []);
          hasWaited ||= isWaitingForFrames(vmOf(host, 'second'));
        }
        assert.ok(hasWaited);
        for (const name of ['first', 'second', 'third']) {
          assert.equal(host.output(name), '.', name);
          assert.deepEqual(vmOf(host, name).end, { reason: 'power-off', code: 0 }, name);
          assert.equal(vmOf(host, name).memoryTaken.guest, 0, 'it has all been given back');
        }
        assert.ok(vmOf(host, 'first').memoryTaken.peak > 900 * FRAME);
        assert.ok(vmOf(host, 'third').memoryTaken.peak < 200 * FRAME, 'what nobody touches takes nothing');
      });

  for (const engine of EVERY_ENGINE)
    it(`are killed where the host is to do that, and nobody else: ${engine}`, () => {
      const host = hostOf(
        [
          { name: 'first', engine, program: lasting },
          { name: 'second', engine, program: late },
        ],
        'kill',
      );
      finish(host);
      assert.deepEqual(vmOf(host, 'first').end, { reason: 'power-off', code: 0 });
      assert.deepEqual(vmOf(host, 'second').end, { reason: 'killed', kind: 'out-of-memory', vcpu: 0 });
      assert.equal(host.output('first'), '.');
    });

  for (const engine of EVERY_ENGINE)
    it(`are killed beyond what they may have, however much there is: ${engine}`, () => {
      const tables = engine === 'full' ? 8 * 2 ** 20 : 2 ** 18;
      const host = hostOf(
        [
          { name: 'wants', engine, program: large, memoryLimit: tables + 500 * FRAME },
          { name: 'other', engine, program: small },
        ],
        'wait',
        {},
        3000,
      );
      finish(host);
      assert.deepEqual(vmOf(host, 'wants').end, { reason: 'killed', kind: 'memory-limit', vcpu: 0 });
      const { peak, tables: taken } = vmOf(host, 'wants').memoryTaken;
      assert.ok(peak + taken <= tables + 500 * FRAME);
      assert.deepEqual(vmOf(host, 'other').end, { reason: 'power-off', code: 0 });
    });

  for (const engine of EVERY_ENGINE)
    it(`have their memory up to its end, and nothing behind: ${engine}`, async () => {
      const program = await assembleGuest(`
_start: la      t0, fault
        csrw    stvec, t0
        li      t0, 0x81000000 - 8
        sd      t0, (t0)
        ld      t1, (t0)
        li      a0, '='
        beq     t0, t1, 1f
        li      a0, '/'
1:      li      a7, 1
        ecall
        sd      t0, 8(t0)
        li      a0, '>'
        ecall
        .balign 4
fault:  csrr    a0, scause
        addi    a0, a0, '0'
        ecall
        li      a7, 8
        ecall
`);
      const host = hostOf([{ name: 'vm', engine, program }], 'kill');
      finish(host);
      assert.equal(host.output('vm'), '=7', 'an access fault of a store');
    });

  it('that all wait for memory wait for ever', () => {
    const host = hostOf(
      [
        { name: 'first', engine: 'hardware', program: large },
        { name: 'second', engine: 'full', program: large },
      ],
      'wait',
      {},
      600,
    );
    finish(host);
    assert.equal(host.system.machine.finished?.reason, 'waiting-forever');
    for (const name of ['first', 'second']) assert.ok(isWaitingForFrames(vmOf(host, name)), name);
  });

  it('get what a killed one had, and find nothing of it there', () => {
    const host = hostOf(
      [
        { name: 'first', engine: 'hardware', program: lasting },
        { name: 'second', engine: 'full', program: late },
      ],
      'wait',
      {},
      950,
    );
    for (let part = 0; part < 100 && !isWaitingForFrames(vmOf(host, 'second')); part++)
      host.system.machine.run({ instructions: 1009 });
    assert.equal(vmOf(host, 'first').end, undefined);
    host.system.operate(vmOf(host, 'first'), 'destroy');
    finish(host);
    assert.equal(host.output('second'), '.');
    assert.deepEqual(vmOf(host, 'second').end, { reason: 'power-off', code: 0 });
  });

  for (const engine of EVERY_ENGINE)
    it(`begin anew with no more than they begin with: ${engine}`, async () => {
      const crashes = await assembleGuest(
        `${touching(300).split('li      a7, 8')[0]} csrw stvec, zero\n ebreak\ndirty: j dirty`,
      );
      const host = hostOf(
        [
          { name: 'crashes', engine, program: crashes, onCrash: 'restart' },
          { name: 'other', engine, program: small },
        ],
        'kill',
      );
      const { system } = host;
      const { life } = vmOf(host, 'crashes');
      const taken: number[] = [];
      for (let part = 0; part < 20_000 && !system.machine.finished; part++) {
        const { restarts } = life;
        system.machine.run({ instructions: 101 });
        if (life.restarts > restarts && !vmOf(host, 'crashes').end) taken.push(vmOf(host, 'crashes').memoryTaken.guest);
      }
      assert.equal(taken.length, 3);
      for (const bytes of taken) assert.ok(bytes < 100 * FRAME, `${bytes} bytes`);
      assert.equal(host.output('crashes'), '....', 'four lives, each of which finds zeros');
      assert.equal(vmOf(host, 'crashes').memoryTaken.guest, 0);
    });

  it('do not start where there is no room for what they begin with', () => {
    const make = (pool: number, rest: Partial<TestVm> = {}) =>
      hostOf([{ name: 'large', engine: 'hardware', program: large, ...rest }], 'kill', {}, pool);
    assert.throws(
      () => make(0, { memoryLimit: 20 * 1024 }),
      (error) => error instanceof ConfigurationError && /takes 1M for the VMM's tables alone/.test(error.message),
    );
    assert.throws(
      () => make(20, { initrd: new Uint8Array(100_000) }),
      (error) =>
        error instanceof ConfigurationError && /no memory for what the VM large begins with/.test(error.message),
    );
    assert.throws(
      () => makeHost([{ name: 'a', program: large }], { overcommit: 'wait' }),
      (error) => error instanceof ConfigurationError && /"wait" needs to know/.test(error.message),
    );
  });

  it('cannot be started anew where others have all memory by then, and say so', () => {
    const host = hostOf(
      [
        { name: 'first', engine: 'hardware', program: small },
        { name: 'second', engine: 'hardware', program: large },
      ],
      'wait',
      {},
      700,
    );
    for (let part = 0; part < 100 && !isWaitingForFrames(vmOf(host, 'second')); part++)
      host.system.machine.run({ instructions: 20_011 });
    assert.ok(isWaitingForFrames(vmOf(host, 'second')) && vmOf(host, 'first').end);
    assert.ok(host.system.operate(vmOf(host, 'first'), 'reboot'));
    assert.deepEqual(vmOf(host, 'first').end, { reason: 'killed', kind: 'out-of-memory', vcpu: 0 });
    assert.deepEqual(host.system.isolationBreaches(), []);
  });

  /** Asks the disk for so much as it has, again and again, into frames that nobody has touched. */
  for (const engine of EVERY_ENGINE)
    it(`have their devices wait with them: ${engine}`, async () => {
      const reads = await buildGuest(path.join(guestFolder, 'blk-read.S'));
      const alone = makeHost([{ name: 'reads', engine, program: reads, memory: MEMORY, disks: [diskOf(testDisk())] }]);
      finish(alone);
      assert.ok(alone.output('reads').length > 0);
      let stalls = 0;
      for (let pool = 904; pool < 909; pool++) {
        const host = hostOf(
          [
            { name: 'lasts', engine, program: lasting, weight: 1000 },
            { name: 'reads', engine, program: reads, disks: [diskOf(testDisk())], weight: 1 },
          ],
          'wait',
          {},
          // So many that the guest may find what it touches itself, and the disk not.
          pool,
        );
        for (let part = 0; part < 2000 && !host.system.machine.finished; part++) {
          host.system.machine.run({ instructions: 1009 });
          if (vmOf(host, 'reads').board.virtio[0]?.isStalled) stalls++;
        }
        // So few that each has some of what the other needs.
        if (host.system.machine.finished?.reason === 'waiting-forever' && pool === 904) continue;
        assert.equal(host.output('reads'), alone.output('reads'), `${pool}`);
        assert.deepEqual(vmOf(host, 'reads').end, { reason: 'power-off', code: 0 });
      }
      assert.ok(stalls > 0, 'the disk has found no memory at times');
    });

  it('find no memory for what the debug console is to read, and read it when there is some', async () => {
    const reads = await assembleGuest(`
_start: li      a7, 0x4442434e
        li      a6, 1
        li      a0, 6000
        li      a1, 0x80500ffc
        li      a2, 0
        ecall
        beqz    a1, _start
        li      t0, 0x80500ffc
        lbu     a0, (t0)
        li      a7, 1
        ecall
        lbu     a0, 5(t0)
        li      a7, 1
        ecall
        li      a7, 8
        ecall
`);
    let waits = 0;
    for (let pool = 905; pool < 909; pool++) {
      const host = hostOf(
        [
          { name: 'lasts', engine: 'full', program: lasting, weight: 1000 },
          { name: 'reads', engine: 'hardware', program: reads, weight: 1 },
        ],
        'wait',
        { inputOpen: true },
        pool,
      );
      host.system.input(new TextEncoder().encode('abcdef'), vmOf(host, 'reads'));
      for (let part = 0; part < 1000 && !host.system.machine.finished; part++) {
        host.system.machine.run({ instructions: 1009 });
        if (isWaitingForFrames(vmOf(host, 'reads'))) waits++;
      }
      assert.equal(host.output('reads'), 'af');
    }
    assert.ok(waits > 0);
  });

  for (const engine of EVERY_ENGINE)
    it(`that live by their own time notice nothing of it: ${engine}`, async () => {
      const program = await buildGuest(path.join(guestFolder, 'demand-paging.S'));
      const own = { name: 'own', engine, program, time: 'own', memory: MEMORY } as const;
      const run = (host: TestHost): readonly string[][] => {
        const [vcpu] = vmOf(host, 'own').vcpus;
        assert.ok(vcpu);
        const states: string[][] = [];
        for (let retired = 500; runUntilRetired(host.system, vcpu, retired); retired += 500)
          states.push([...stateOf(vcpu)]);
        return [...states, [host.output('own'), memoryOf(vcpu)]];
      };
      const alone = run(makeHost([own]));
      for (const pool of [905, 910, 915, 925, 940]) {
        const host = hostOf(
          [
            { name: 'lasts', engine: 'full', program: lasting, weight: 1000 },
            { ...own, weight: 1 },
          ],
          'wait',
          {},
          pool,
        );
        assert.deepEqual(run(host).slice(0, -1), alone.slice(0, -1), `${pool}`);
      }
    });

  it('are saved while they wait, and go on elsewhere as here', () => {
    const make = (): TestHost =>
      hostOf(
        [
          { name: 'first', engine: 'full', program: lasting },
          { name: 'second', engine: 'hardware', program: lasting },
          { name: 'third', engine: 'hardware', program: small },
        ],
        'wait',
        { harts: 2, scheduler: { kind: 'credit', slice: 0.1 * MILLISECOND } },
      );
    const whole = make();
    let copy = make();
    let saves = 0;
    const step = ({ system }: TestHost): string => system.machine.run({ instructions: 30_011 }).reason;
    while (!whole.system.machine.finished) {
      step(whole);
      step(copy);
      assert.equal(copy.system.stateHash(), whole.system.stateHash());
      if (whole.system.machine.finished || whole.system.machine.activeHandler) continue;
      const next = make();
      next.system.restore(copy.system.save());
      assert.deepEqual(next.system.isolationBreaches(), []);
      copy = next;
      saves++;
    }
    assert.ok(saves > 10, `${saves}`);
    assert.equal(vmOf(copy, 'second').memoryTaken.peak, vmOf(whole, 'second').memoryTaken.peak);
  });

  it('are refused where a saved state gives a frame twice, one of the VMM, or one too many', () => {
    const make = (): TestHost =>
      hostOf(
        [
          { name: 'first', engine: 'full', program: lasting },
          { name: 'second', engine: 'hardware', program: small },
        ],
        'wait',
      );
    const host = make();
    host.system.machine.run({ instructions: 9000 });
    const snapshot = host.system.save();
    interface Saved {
      readonly vms: readonly { guest: Uint32Array; machine: Uint32Array; peak: number }[];
    }
    const wrong: readonly (readonly [change: (saved: Saved) => void, problem: RegExp])[] = [
      [({ vms: [a, b] }) => a && b && a.machine.set(b.machine.slice(0, 1)), /vms\[1\]\.machine\[0\].*is used already/],
      [({ vms: [a] }) => a?.machine.fill(0x80201, 0, 1), /vms\[0\]\.machine\[0\].*memory for VMs/],
      [({ vms: [a] }) => a?.machine.fill(5, 0, 1), /vms\[0\]\.machine\[0\].*memory for VMs/],
      [({ vms: [a] }) => a?.guest.fill(0, 0, 1), /vms\[0\]\.guest\[0\].*a frame from 128 to 4095/],
      [({ vms: [a] }) => a?.guest.copyWithin(1, 0, 1), /vms\[0\]\.guest\[1\].*behind the one before/],
      [({ vms: [a] }) => a && Object.assign(a, { peak: 1 }), /vms\[0\]\.peak/],
      [({ vms: [a] }) => a && Object.assign(a, { guest: a.guest.slice(1) }), /vms\[0\]\.machine.*as many as/],
    ];
    for (const [change, problem] of wrong) {
      const state = structuredClone(snapshot.state) as SavedComponent;
      change(state.parts['machine']?.parts['vmm']?.parts['memory']?.state as unknown as Saved);
      assert.throws(() => make().system.restore({ ...snapshot, state }), problem);
    }
    make().system.restore(snapshot);
  });
});
