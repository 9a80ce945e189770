import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { OwnGuests } from '../../debug-adapter/inspect/own-guests';
import type { OwnGuestState } from '../../debug-adapter/protocol';
import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { projectOfFile } from '../../simulator/project/index';
import type { System } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { Client, root } from './client';

const file = path.join(root, 'test/debug-adapter/guests/two-guests.S');
const lines = readFileSync(file, 'utf8').split('\n');
const lineOf = (label: string): number => lines.findIndex((line) => line.startsWith(`${label}:`)) + 1;

type Firmware = 'sbi' | 'none';

async function build(defines: Record<string, string>): Promise<Program> {
  const { program, diagnostics } = await buildProgram({ ...projectOfFile(file), defines }, async (name) =>
    existsSync(name) ? readFileSync(name) : undefined,
  );
  if (!program) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return program;
}

const definesOf = (firmware: Firmware, harts: number, rounds = 20): Record<string, string> => ({
  HARTS: String(harts),
  ROUNDS: String(rounds),
  ...(firmware === 'none' ? { FIRMWARE_NONE: '1' } : {}),
});

/** What has been seen of guests, without what only says where. */
function seen(guests: OwnGuests) {
  return {
    guests: guests.all.map(({ name, causes, stays }) => ({
      name,
      causes: [...causes],
      stays: [...stays.values()].map((stay) => ({ ...stay, columns: [...stay.columns] })),
    })),
    switches: guests.lastSwitches(1000).map(({ from, to, ...each }) => ({ ...each, from: from?.name, to: to.name })),
    exits: guests.exits.last(1000, () => true).map(({ guest, ...each }) => ({ ...each, guest: guest.name })),
  };
}

interface Run {
  readonly system: System;
  readonly guests: OwnGuests;
}

function start(program: Program, firmware: Firmware, harts: number, translation: boolean): Run {
  const { system } = makeSystem(program, { virtualization: 'none', firmware, harts, translation });
  return { system, guests: new OwnGuests(system, true) };
}

/** Runs to the end, in parts of so many instructions. */
function finish(system: System, part: number): void {
  for (let parts = 0; parts < 1_000_000; parts++) {
    const { reason } = system.machine.run({ instructions: part });
    if (reason === 'limit') continue;
    assert.equal(reason, 'power-off');
    return;
  }
  assert.fail('it never ends');
}

for (const [firmware, harts] of [
  ['sbi', 1],
  ['none', 1],
  ['none', 2],
] as const)
  describe(`guests of an own hypervisor, by hgatp (firmware ${firmware}, ${harts} harts)`, () => {
    it('are told exactly: who ran, how often and how long, and who was next', async () => {
      const { system, guests } = start(await build(definesOf(firmware, harts)), firmware, harts, true);
      finish(system, 1_000_000);
      assert.equal(guests.all.length, 4);
      const roots = guests.all.flatMap(({ root }) => (root === undefined ? [] : [root]));
      assert.equal(new Set(roots).size, 3);
      const names = guests.all.map(({ name }) => name.replace(/root 0x.*/, 'root')).sort();
      assert.deepEqual(names, ['VMID 0, no second stage', 'VMID 3, root', 'VMID 3, root', 'VMID 4, root']);
      for (const guest of guests.all) {
        assert.deepEqual([...guest.causes.keys()], ['virtual-supervisor-ecall']);
        assert.equal(guest.stays.size, harts);
        for (const { hart, entered, left, retired, ran } of guest.stays.values()) {
          const times = guest.vmid === 4 || isFirst(guests, guest.id) ? 10 : 1;
          assert.deepEqual([hart, entered, left], [hart, times, times], guest.name);
          const body = guest.vmid === 4 ? 2002 : 202;
          assert.equal(retired, times * body + (times - 1), guest.name);
          assert.equal(ran, retired, 'an instruction is a nanosecond');
        }
      }
      // Each call but the last leads to another guest, and so does the first entry.
      assert.equal(guests.switchCount, harts * 22);
      assert.equal(guests.exits.count, harts * 22);
      const [last] = guests.lastSwitches(1);
      assert.match(`${last?.from?.name} to ${last?.to.name}`, /^VMID 3, root 0x[0-9a-f]+ to VMID 0, no second stage$/);
      assert.equal(guests.lastSwitches(1000).filter(({ from }) => from === undefined).length, harts);
    });

    it('are the same interpreted and translated, and however the run is cut', async () => {
      const program = await build(definesOf(firmware, harts, 200));
      const whole = start(program, firmware, harts, true);
      finish(whole.system, 10_000_000);
      const hash = whole.system.stateHash();
      for (const [translation, part] of [
        [false, 10_000_000],
        [true, 97],
        [false, 1013],
      ] as const) {
        const other = start(program, firmware, harts, translation);
        finish(other.system, part);
        assert.deepEqual(seen(other.guests), seen(whole.guests), `translation ${translation}, parts of ${part}`);
        assert.equal(other.system.stateHash(), hash);
      }
    });

    it('change nothing by being looked at', async () => {
      const program = await build(definesOf(firmware, harts));
      const { system } = start(program, firmware, harts, true);
      const unseen = makeSystem(program, { virtualization: 'none', firmware, harts }).system;
      for (const each of [system, unseen]) finish(each, 100_000);
      assert.equal(system.stateHash(), unseen.stateHash());
    });

    it('are told the same where each trap is reported', async () => {
      const program = await build(definesOf(firmware, harts));
      const quiet = start(program, firmware, harts, true);
      finish(quiet.system, 1_000_000);
      const reported = start(program, firmware, harts, true);
      let traps = 0;
      const stop = reported.system.machine.run({
        instructions: 1_000_000,
        stopAtGuestTrap: (trap, hart) => {
          const exit = reported.guests.exits.ofTrap(hart);
          assert.deepEqual([exit?.number, exit?.cause, exit?.pc], [++traps, trap.cause, hart.csr(0x141)]);
          assert.equal(exit?.clock, reported.system.machine.clock.now());
          return false;
        },
      });
      assert.equal(stop.reason, 'power-off');
      assert.equal(traps, harts * 22);
      assert.deepEqual(seen(reported.guests), seen(quiet.guests));
    });
  });

describe('a trap into the machine’s firmware', () => {
  it('is no exit to the hypervisor: the guest goes on, and what the firmware does for it is its own', async () => {
    const program = await build({ ...definesOf('sbi', 1), MISALIGNED: '1' });
    const run = (misaligned: 'works' | 'traps') => {
      const configuration = { virtualization: 'none', firmware: 'sbi', hartOptions: { misaligned } } as const;
      const { system } = makeSystem(program, configuration);
      const guests = new OwnGuests(system, true);
      let helped = 0;
      const stop = system.machine.run({
        instructions: 1_000_000,
        stopAtStep: (_, { hart, trail }) => {
          // Once for each handler: mcause says that a load was misaligned.
          if (trail.length !== 1 || hart.csr(0x342) !== 4n) return false;
          helped++;
          assert.deepEqual([guests.on(hart)?.vmid, hart.virtual], [4, false]);
          return false;
        },
      });
      assert.equal(stop.reason, 'power-off');
      return { helped, seen: seen(guests) };
    };
    const [alone, helped] = [run('works'), run('traps')];
    assert.deepEqual([alone.helped, helped.helped], [0, 10]);
    assert.equal(helped.seen.guests[1]?.stays[0]?.retired, 10 * 2005 + 9);
    assert.deepEqual(helped.seen, alone.seen);
  });
});

describe('a hypervisor with more guests than anybody looks at', () => {
  it('has those that ran last; an hgatp that is never entered is none', async () => {
    // Guests without a second stage, each under the next VMID; after each hgatp is written once more.
    const program = await assembleGuest(`
_start: la      t0, trap
        csrw    stvec, t0
        li      s1, 300
next:   slli    t0, s1, 44
        csrw    hgatp, t0
        li      t0, 1 << 7 | 1 << 8
        csrs    hstatus, t0
        li      t0, 1 << 8
        csrs    sstatus, t0
        la      t0, guest
        csrw    sepc, t0
        sret
guest:  ecall
        .balign 4
trap:   li      t0, 0x3fff << 44
        csrw    hgatp, t0
        addi    s1, s1, -1
        bnez    s1, next
        li      a7, 8
        ecall
`);
    const { system, guests } = start(program, 'sbi', 1, true);
    finish(system, 1_000_000);
    assert.deepEqual([guests.all.length, guests.forgotten, guests.switchCount], [256, 44, 300]);
    assert.deepEqual(
      guests.all.map(({ id, vmid }) => [id, vmid]),
      Array.from({ length: 256 }, (_, index) => [45 + index, 256 - index]),
    );
    assert.equal(guests.lastSwitches(1000).length, 300);
    assert.equal(guests.exits.count, 300);
  });
});

/** Whether it is the first guest of its VMID. */
function isFirst(guests: OwnGuests, id: number): boolean {
  const vmid = guests.all.find((guest) => guest.id === id)?.vmid;
  return vmid !== 0 && guests.all.find((guest) => guest.vmid === vmid)?.id === id;
}

describe('guests of an own hypervisor, in the debugger', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const launch = async (...breakpoints: number[]): Promise<void> => {
    client = new Client();
    await client.launch(file, { virtualization: 'none', defines: definesOf('sbi', 1), breakpoints } as object);
    await client.stopped();
  };
  const own = async () => (await client.own('hyperstep/vms', {})).own;
  const states = async () => (await own())?.guests.map(({ name, state }) => `${name.replace(/,.*/, '')} ${state}`);

  it('are side by side, with what each does', async () => {
    await launch(lineOf('enter'), lineOf('trap'), lineOf('short'));
    assert.equal(await own(), undefined);
    await client.go('continue');
    assert.deepEqual(await states(), ['VMID 3 running']);
    await client.go('continue');
    assert.deepEqual(await states(), ['VMID 3 trapped']);
    await client.go('continue');
    // hgatp is the next one's by now.
    assert.deepEqual(await states(), ['VMID 3 off']);
    await client.go('continue');
    assert.deepEqual(await states(), ['VMID 3 off', 'VMID 4 trapped']);
    const { guests = [], switches = [], switchCount } = (await own()) ?? {};
    const [short, long] = guests as [OwnGuestState, OwnGuestState];
    assert.deepEqual([short.instructions, long.instructions], [202, 2002]);
    assert.deepEqual([short.exits, short.counts], [1, [{ reason: 'virtual-supervisor-ecall', count: 1 }]]);
    assert.deepEqual(
      long.harts.map(({ hart, threadId, state, entered, left, instructions }) => ({
        hart,
        threadId,
        state,
        entered,
        left,
        instructions,
      })),
      [{ hart: 0, threadId: 1, state: 'trapped', entered: 1, left: 1, instructions: 2002 }],
    );
    const { clock } = await client.own('hyperstep/vms', {});
    assert.ok(Math.abs(long.total - (100 * 2002) / clock) < 0.001);
    assert.ok(long.history.shares.every((share) => share >= 0 && share <= 100));
    assert.equal(switchCount, 2);
    assert.deepEqual(
      switches.map(({ from, to, symbol, source }) => [from, to, symbol, source?.line]),
      [
        [short.name, long.name, 'write', lineOf('write')],
        [undefined, short.name, 'write', lineOf('write')],
      ],
    );
  });

  it('are told while the guest executes', async () => {
    await launch(lineOf('short'));
    await client.breakAt(file, [lines.findIndex((line) => line.startsWith('1:')) + 1]);
    for (let turns = 0; turns < 3; turns++) await client.go('continue');
    assert.equal((await own())?.guests[0]?.instructions, 2 + 2 * 2);
    assert.equal((await own())?.guests[0]?.state, 'running');
  });

  it('say who has a VMID since', async () => {
    await launch(lineOf('done'));
    const { guests = [], forgotten } = (await own()) ?? {};
    assert.equal(forgotten, 0);
    const [first, , third] = guests;
    assert.deepEqual(
      guests.map(({ replacedBy }) => replacedBy),
      [third?.name, undefined, undefined, undefined],
    );
    assert.match(first?.name ?? '', /^VMID 3, root 0x[0-9a-f]+$/);
    assert.equal(guests[3]?.name, 'VMID 0, no second stage');
  });

  it('have exits of their own', async () => {
    await launch(lineOf('done'));
    const all = await client.own('hyperstep/exits', { count: 100 });
    assert.equal(all.total, 22);
    assert.deepEqual(
      all.guests?.map(({ id }) => id),
      [1, 2, 3, 4],
    );
    const third = await client.own('hyperstep/exits', { count: 100, guest: 3 });
    assert.deepEqual([third.total, third.exits.length, third.vm], [1, 1, all.guests?.[2]?.name]);
    assert.match(third.exits[0]?.description ?? '', /in VS-mode of VMID 3$/);
    const second = await client.own('hyperstep/exits', { count: 100, guest: 2, reasons: ['virtual-supervisor-ecall'] });
    assert.deepEqual([second.total, second.exits.length], [10, 10]);
    assert.ok(second.exits.every(({ description }) => description.endsWith('VMID 4')));
    await assert.rejects(client.request('hyperstep/exits', { count: 1, guest: 9 }), /there is no guest 9/);
  });

  it('are named in threads and frames', async () => {
    const names = async () => {
      const { threads } = await client.request<{ threads: { name: string }[] }>('threads');
      return [threads[0]?.name, ...(await client.stack()).map(({ name }) => name)];
    };
    await launch(lineOf('before'), lineOf('trap'), lineOf('long'));
    assert.equal((await names())[0], 'hart 0');
    await client.go('continue');
    const [thread, top, below] = await names();
    assert.deepEqual([thread, top], ['hart 0 · HS', 'trap (HS-mode)']);
    assert.match(below ?? '', /^short\+0x[0-9a-f]+ \(interrupted in VS-mode of VMID 3\)$/);
    await client.go('continue');
    assert.deepEqual((await names()).slice(0, 2), ['hart 0 · VS of VMID 4', 'long (VS-mode of VMID 4)']);
  });
});
