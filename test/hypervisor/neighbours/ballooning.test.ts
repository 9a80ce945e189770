import assert from 'node:assert/strict';
import { FRAME } from '../../../simulator/mmu/address';
import type { System } from '../../../simulator/system/system';
import { ballooningGuest } from '../../support/ballooning-guest';
import { assembleGuest } from '../../support/guest';
import { makeHost, type TestHost, type TestVm } from '../../support/host';
import { hostMemoryFor } from '../../support/host-memory';
import { Random } from '../../support/random';
import { SPINS } from '../../support/small-guests';

/** `RANDOM_HOSTS=500` runs so many hosts instead; `RANDOM_SEED` begins elsewhere. */
const HOSTS = Number(process.env['RANDOM_HOSTS'] ?? 6);
const FIRST_SEED = Number(process.env['RANDOM_SEED'] ?? 1);
const PARTS = 30;
const MOST_IN_A_PART = 60_000;
const MEMORY = 16 * 2 ** 20;

const LAST = 'last';

interface RandomHost {
  readonly make: () => TestHost;
  readonly isOnDemand: boolean;
}

/** A host of VMs that balloon, which a seed makes. */
async function hostOf(seed: number): Promise<RandomHost> {
  const random = new Random(seed * 6151);
  const harts = 1 + random.below(3);
  const vms: TestVm[] = [];
  for (let index = 2 + random.below(3); index > 0; index--) {
    const crashesAfter = random.below(2) === 0 ? 50 + random.below(400) : undefined;
    const source = ballooningGuest({
      seed: random.next(),
      paging: random.below(3) > 0,
      ...(crashesAfter !== undefined && { crashesAfter }),
    });
    vms.push({
      name: `vm${index}`,
      engine: random.pick(['full', 'hardware'] as const),
      program: await assembleGuest(source),
      memory: MEMORY,
      weight: 1 + random.below(1000),
      devices: random.pick([[], ['balloon']] as const),
      onCrash: random.pick(['stop', 'restart', 'restore'] as const),
      time: random.pick(['real', 'own'] as const),
    });
  }
  // Which sees the others end.
  vms.push({ name: LAST, engine: 'full', program: await assembleGuest(SPINS), memory: MEMORY });
  const configuration = {
    harts,
    vmmTime: random.pick(['free', 'charged'] as const),
    vmids: random.below(4) > 0,
    hartOptions: random.pick([{}, { asidBits: 0, vmidBits: 0 }, { asidBits: 2, vmidBits: 2 }, { tlbEntries: 8 }]),
    scheduler: { kind: random.pick(['credit', 'round-robin'] as const), slice: 1000 + random.below(100_000) },
    memoryPolicy: random.pick(['none', 'cooperative'] as const),
  };
  const overcommit = random.pick(['refuse', 'wait', 'kill'] as const);
  if (overcommit === 'refuse') return { make: () => makeHost(vms, configuration), isOnDemand: false };
  const memory = hostMemoryFor(vms, overcommit) + (300 * vms.length + random.below(1200 * vms.length)) * FRAME;
  return { make: () => makeHost(vms, { ...configuration, overcommit, memory }), isOnDemand: true };
}

interface Account {
  /** Frames of each VM. */
  readonly vms: readonly number[];
  readonly vmm: number;
  /** Frames that nobody has, those included that harts have still to forget. */
  readonly nobody: number;
}

/** Who has the frames of the machine, by the frame table: held against the P2Ms, in both directions. */
function accountOf({ hypervisor }: System): Account {
  assert.ok(hypervisor);
  const { frames, vms } = hypervisor;
  const owned = vms.map(() => 0);
  let [vmm, nobody] = [0, 0];
  for (let hpa = frames.base; hpa < frames.base + frames.size; hpa += FRAME) {
    const owner = frames.ownerOf(hpa);
    if (owner === undefined) nobody++;
    else if (owner === 'vmm') vmm++;
    else owned[owner] = (owned[owner] ?? 0) + 1;
    for (const { id, p2m } of vms) {
      const gpa = p2m.toGuest(hpa);
      assert.equal(gpa !== undefined, owner === id, `0x${hpa.toString(16)}`);
      if (gpa !== undefined) assert.equal(p2m.toHost(gpa), hpa);
    }
  }
  for (const { id, p2m } of vms) assert.equal(owned[id], p2m.frameCount);
  return { vms: owned, vmm, nobody };
}

function runPart(system: System, seed: number, part: number): boolean {
  const random = Random.strewn(seed * 1000 + part);
  const guest = random.pick(system.guests);
  if (random.below(5) === 0) system.operate(guest, random.pick(['pause', 'unpause', 'reboot', 'unpause'] as const));
  if (random.below(6) === 0) system.setMemoryTarget(guest, (1 + random.below(16)) * 2 ** 20);
  const { reason } = system.machine.run({ instructions: 1 + random.below(MOST_IN_A_PART) });
  assert.deepEqual(system.isolationBreaches(), []);
  return reason === 'limit';
}

const isSaved = (system: System): boolean => system.machine.activeHandler === undefined && !system.machine.finished;

describe('VMs that balloon up and down', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + HOSTS; seed++)
    it(`are isolated, lose no frame, and go on from where they were saved (seed ${seed})`, async () => {
      const { make, isOnDemand } = await hostOf(seed);
      const [host, other] = [make(), make()];
      const whole = host.system;
      const first = accountOf(whole);
      let copy = other.system;
      let going = true;
      let moved = 0;
      for (let part = 0; part < PARTS && going; part++) {
        going = runPart(whole, seed, part);
        assert.equal(runPart(copy, seed, part), going);
        const { vms, vmm, nobody } = accountOf(whole);
        assert.equal(vmm, first.vmm);
        assert.equal(
          vms.reduce((sum, frames) => sum + frames, 0) + vmm + nobody,
          (whole.hypervisor?.frames.size ?? 0) / FRAME,
        );
        if (vms.some((frames, vm) => frames !== first.vms[vm])) moved++;
        if (part % 4 !== 1 || !isSaved(whole)) continue;
        assert.equal(copy.stateHash(), whole.stateHash(), `after part ${part}`);
        const next = make().system;
        next.restore(copy.save());
        assert.equal(next.stateHash(), whole.stateHash(), `restored after part ${part}`);
        assert.deepEqual(accountOf(next), accountOf(whole));
        copy = next;
      }
      assert.equal(copy.stateHash(), whole.stateHash());
      assert.ok(moved > 0, 'frames have come and gone');
      for (const { name } of whole.hypervisor?.vms ?? []) assert.doesNotMatch(host.output(name), /X/, name);
      // The others end, and harts have time to forget them.
      for (const vm of whole.hypervisor?.vms ?? []) whole.operate(vm, vm.name === LAST ? 'unpause' : 'destroy');
      whole.machine.run({ instructions: 300_000 });
      // One that was rebooted and has found no memory has ended too, and with it the machine.
      if (!whole.machine.finished) assert.equal(whole.hypervisor?.frames.draining.length, 0);
      const { vms, nobody } = accountOf(whole);
      if (isOnDemand)
        assert.ok(
          vms.slice(0, -1).every((frames) => frames === 0),
          `${vms}`,
        );
      const total = (counts: readonly number[]): number => counts.reduce((sum, frames) => sum + frames, 0);
      assert.equal(nobody + total(vms), first.nobody + total(first.vms));
    }).timeout(120_000);
});
