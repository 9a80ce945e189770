import assert from 'node:assert/strict';
import path from 'node:path';
import { engineNamed, engines } from '../../../simulator/hypervisor/engines';
import { Hypervisor } from '../../../simulator/hypervisor/hypervisor';
import { VM_OPERATIONS } from '../../../simulator/hypervisor/vm-operation';
import { FRAME } from '../../../simulator/mmu/address';
import type { Program } from '../../../simulator/object/program';
import type { System } from '../../../simulator/system/system';
import { assembleGuest, buildGuest, guestFolder } from '../../support/guest';
import { makeHost, type TestHost, type TestVm } from '../../support/host';
import { busyPortedGuest } from '../../support/ported-guest';
import { Random } from '../../support/random';
import { crashesAfter, SPINS } from '../../support/small-guests';
import { randomKernel } from '../random-kernel';

/** `RANDOM_HOSTS=500` runs so many hosts instead; `RANDOM_SEED` begins elsewhere. */
const HOSTS = Number(process.env['RANDOM_HOSTS'] ?? 6);
const FIRST_SEED = Number(process.env['RANDOM_SEED'] ?? 1);
const PARTS = 24;
const MOST_IN_A_PART = 40_000;

const GUESTS = ['timer', 'sbi', 'nested-traps', 'lazy-fence', 'demand-paging', 'software-interrupt', 'user-mode'];
const SMALL = {
  spins: SPINS,
  waits: '_start: csrw sie, zero\n1: wfi\n j 1b',
  crashes: crashesAfter(3000),
  resets:
    '_start: li t0, 9000\n1: addi t0, t0, -1\n bnez t0, 1b\n li a7, 0x53525354\n li a6, 0\n li a0, 1\n li a1, 0\n ecall',
  /** Floods its console. */
  floods: "_start: li a7, 1\n li a0, '.'\n1: ecall\n li a0, '.'\n j 1b",
  /** All of its memory, again and again. */
  touches:
    '_start: li t0, 0x80400000\n li t1, 0x80600000\n li t2, 4096\n1: sd t0, (t0)\n add t0, t0, t2\n bltu t0, t1, 1b\n j _start',
  /** Shares one place after another for steal time, itself and what is nobody's among them. */
  shares:
    '_start: li s0, 0x80200000\n1: li t0, 1000\n2: addi t0, t0, -1\n bnez t0, 2b\n mv a0, s0\n li a1, 0\n li a2, 0\n li a7, 0x535441\n li a6, 0\n ecall\n li t0, 0x11040\n add s0, s0, t0\n j 1b',
  /** Opens ports to all, binds to whatever there is, sends, masks, closes, and waits for its first ports for a while. */
  tells: `
#include <hyperstep-pv.h>
_start: li      s0, 0
        li      s1, PV_SHARED_PAGE + PV_PENDING
1:      addi    s0, s0, 1
        li      t0, 11
        remu    a0, s0, t0
        li      t0, 10
        beq     a0, t0, 2f
        srli    a1, s0, 3
        andi    a1, a1, 3
        srli    a2, s0, 5
        andi    a2, a2, 7
        hypercall PV_EVENT
        j       1b
2:      la      a1, ports
        li      a2, 3
        rdtime  a3
        addi    a3, a3, 20
        li      a0, PV_SCHED_OP_POLL
        hypercall PV_SCHED_OP
        bnez    a0, 1b
        sd      zero, 0(s1)
        sb      zero, PV_WORDS + PV_WORD_UPCALL_PENDING - PV_PENDING(s1)
        sd      zero, PV_WORDS + PV_WORD_PENDING_SEL - PV_PENDING(s1)
        j       1b
        .data
ports:  .word   1, 2, 3
`,
} as const;

async function programOf(random: Random): Promise<Program> {
  switch (random.below(3)) {
    case 0:
      return buildGuest(path.join(guestFolder, `${random.pick(GUESTS)}.S`));
    case 1:
      return assembleGuest(randomKernel(random.next()));
    default:
      return assembleGuest(random.pick(Object.values(SMALL)));
  }
}

/** Bytes of the VMM's tables for VMs, and of what is before them. */
function tablesOf(vms: readonly TestVm[]): number {
  const demands = vms.map(({ engine: id = 'full', memory = 0, vcpus = 1 }) => {
    const engine = engineNamed(id);
    assert.ok(engine);
    return { engine, memory, vcpus };
  });
  return Hypervisor.memoryFor(demands, 'wait');
}

/** A host that a seed makes: the same each time. */
async function hostOf(seed: number): Promise<() => TestHost> {
  const random = new Random(seed * 7919);
  const harts = 1 + random.below(4);
  const vms: TestVm[] = [];
  for (let index = 2 + random.below(5); index > 0; index--) {
    const time = random.pick(['real', 'own'] as const);
    const engine = random.pick(engines.map(({ id }) => id));
    vms.push({
      name: `vm${index}`,
      engine,
      program:
        engine === 'para' ? await assembleGuest(busyPortedGuest(50 + random.below(500))) : await programOf(random),
      vcpus: time === 'own' ? 1 : 1 + random.below(2),
      time,
      stealTime: time === 'real' && random.below(2) === 0,
      paravirtual: random.below(2) === 0,
      memory: 16 * 2 ** 20,
      weight: 1 + random.below(1000),
      cap: random.pick([0, 0, 10, 60, 150]),
      pin: random.below(4) === 0 ? [random.below(harts)] : [],
      onCrash: random.pick(['stop', 'restart', 'restore'] as const),
      onIllegal: random.pick(['trap', 'kill'] as const),
    });
  }
  const configuration = {
    harts,
    vmmTime: random.pick(['free', 'charged'] as const),
    vmids: random.below(4) > 0,
    hartOptions: random.pick([{}, { asidBits: 0, vmidBits: 0 }, { asidBits: 2, vmidBits: 2 }, { tlbEntries: 8 }]),
    scheduler: { kind: random.pick(['credit', 'round-robin'] as const), slice: 1000 + random.below(200_000) },
  };
  // A ported guest has all of its memory from the start.
  const hasPorted = vms.some(({ engine }) => engine === 'para');
  const overcommit = hasPorted ? 'refuse' : random.pick(['refuse', 'wait', 'kill'] as const);
  if (overcommit === 'refuse') return () => makeHost(vms, configuration);
  // What they begin with, and a little more or less than they touch.
  const memory = tablesOf(vms) + (40 + random.below(100 * vms.length)) * FRAME;
  return () => makeHost(vms, { ...configuration, overcommit, memory });
}

/** A part of a run, with what comes from outside before it. @returns whether it goes on */
function runPart(system: System, seed: number, part: number): boolean {
  const random = Random.strewn(seed * 1000 + part);
  const guest = random.pick(system.guests);
  if (random.below(6) === 0) system.operate(guest, random.pick(VM_OPERATIONS));
  if (random.below(3) === 0) system.input([random.below(128)], guest);
  const { reason } = system.machine.run({ instructions: 1 + random.below(MOST_IN_A_PART) });
  assert.deepEqual(system.isolationBreaches(), []);
  return reason === 'limit';
}

const isSaved = (system: System): boolean => system.machine.activeHandler === undefined && !system.machine.finished;

describe('random hosts', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + HOSTS; seed++)
    it(`are isolated, and the same when they are saved and go on elsewhere (seed ${seed})`, async () => {
      const make = await hostOf(seed);
      const [whole, sliced] = [make().system, make().system];
      let going = true;
      let copy: System | undefined;
      for (let part = 0; part < PARTS && going; part++) {
        going = runPart(whole, seed, part);
        assert.equal(runPart(copy ?? sliced, seed, part), going);
        if (part % 5 !== 2 || !isSaved(whole)) continue;
        const from = copy ?? sliced;
        assert.equal(from.stateHash(), whole.stateHash(), `after part ${part}`);
        copy = make().system;
        copy.restore(from.save());
        assert.equal(copy.stateHash(), whole.stateHash(), `restored after part ${part}`);
      }
      assert.equal((copy ?? sliced).stateHash(), whole.stateHash());
    }).timeout(120_000);
});
