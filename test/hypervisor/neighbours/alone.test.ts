import assert from 'node:assert/strict';
import path from 'node:path';
import { anyGuestEngines, type EngineId } from '../../../simulator/hypervisor/engines';
import { assembleGuest, buildGuest, diskOf, GUESTS_OF_TIME, guestFolder } from '../../support/guest';
import { makeHost, type TestHostConfiguration, type TestVm } from '../../support/host';
import { memoryOf, runUntilRetired, stateOf } from '../../support/own-trace';
import { Random } from '../../support/random';
import { crashesAfter, SPINS, timedSleeper } from '../../support/small-guests';

/** Of its own instructions a guest is looked at after each so many. */
const EVERY = 1000;
const MOST = 100_000;
const GUESTS = [...GUESTS_OF_TIME, 'demand-paging', 'software-interrupt'];

const NEIGHBOURS = {
  spins: SPINS,
  crashes: crashesAfter(20_000),
  /** Another address space, and another page, all the time. */
  pages: `
_start: la      t0, root
        li      t1, 0x200000cf
        sd      t1, 16(t0)
        srli    t0, t0, 12
        li      t1, 8
        slli    t1, t1, 60
        or      t0, t0, t1
        li      s0, 0
1:      slli    t2, s0, 44
        or      t2, t2, t0
        csrw    satp, t2
        la      t3, root
        ld      t3, 0(t3)
        sfence.vma
        addi    s0, s0, 1
        andi    s0, s0, 255
        j       1b
        .bss
        .balign 4096
root:   .skip   4096
`,
  sleeps: timedSleeper(),
} as const;

/** What a guest that lives by its own time has been through: states, what it has printed, its memory at the end. */
interface Life {
  /** After so many instructions, and one more. */
  readonly states: readonly (readonly [at: readonly string[], after: readonly string[]])[];
  readonly output: string;
  readonly memory: string;
}

function liveOf(vms: readonly TestVm[], configuration: TestHostConfiguration): Life {
  const { system, output } = makeHost(vms, configuration);
  const [vcpu] = system.hypervisor?.vms[0]?.vcpus ?? [];
  assert.ok(vcpu);
  const states: (readonly [readonly string[], readonly string[]])[] = [];
  for (let retired = EVERY; retired <= MOST && runUntilRetired(system, vcpu, retired); retired += EVERY) {
    const at = stateOf(vcpu);
    runUntilRetired(system, vcpu, retired + 1);
    states.push([at, stateOf(vcpu)]);
    assert.deepEqual(system.isolationBreaches(), []);
  }
  return { states, output: output(vms[0]?.name ?? ''), memory: memoryOf(vcpu) };
}

/** Which of two lives' states differ; an interrupt that comes just where they are looked at may have come already, or not. */
function firstDifference(alone: Life, beside: Life): string | undefined {
  if (alone.states.length !== beside.states.length) return `${alone.states.length} and ${beside.states.length} states`;
  const isSame = (one: Life['states'][number], other: Life['states'][number] | undefined): boolean =>
    one[0].join() === other?.[0].join() || one[1].join() === other?.[1].join();
  const at = alone.states.findIndex((state, index) => !isSame(state, beside.states[index]));
  if (at < 0) return undefined;
  const [one, other] = [alone.states[at]?.[0], beside.states[at]?.[0]];
  const wrong = one?.filter((value, index) => value !== other?.[index]);
  const found = other?.filter((value, index) => value !== one?.[index]);
  return `after ${(at + 1) * EVERY} instructions: ${wrong?.join(', ')}; beside others ${found?.join(', ')}`;
}

/** Counts by lr and sc: in s1 how often an sc has failed. */
const RESERVES = `
_start: la      s2, word
        li      s3, 60000
        li      s1, 0
1:      lr.d    t0, (s2)
        addi    t0, t0, 1
        mul     t1, t0, t0
        mul     t1, t1, t0
        sc.d    t2, t0, (s2)
        add     s1, s1, t2
        addi    s3, s3, -1
        bnez    s3, 1b
        li      a7, 8
        ecall
        .balign 8
word:   .dword  0
`;

/** Adds up in floating point, all registers in use. */
const FLOATS = `
_start: li      t0, 0x6000
        csrs    sstatus, t0
        li      t1, 1
        fcvt.d.l fs0, t1
        li      t1, 3
        fcvt.d.l fs1, t1
        fdiv.d  fs2, fs0, fs1
        fmv.d   fs3, fs0
        li      s3, 40000
1:      fmul.d  fs3, fs3, fs2
        fadd.d  fs3, fs3, fs0
        fsub.d  ft11, fs3, fs2
        addi    s3, s3, -1
        bnez    s3, 1b
        li      a7, 8
        ecall
`;

/** Tells itself something by a channel, takes upcalls as interrupts, and waits for a port that does not come until a deadline. In memory what time it was. */
const PORTS = `
#include <hyperstep-pv.h>
_start: la      t0, trap
        csrw    stvec, t0
        li      s0, PV_SHARED_PAGE
        li      t0, 0x0c000000
        li      t1, 1
        sw      t1, 4 * PV_UPCALL_SOURCE(t0)
        li      t0, 0x0c002080
        li      t1, 1 << PV_UPCALL_SOURCE
        sw      t1, 0(t0)
        li      t0, 0x0c201000
        sw      zero, 0(t0)
        li      t0, 1 << 9
        csrw    sie, t0
        csrsi   sstatus, 2
        li      a0, PV_EVENT_ALLOC_UNBOUND
        li      a1, 0
        hypercall PV_EVENT
        mv      a2, a1
        li      a0, PV_EVENT_BIND
        li      a1, 0
        hypercall PV_EVENT
        la      s2, times
        li      s3, 100
1:      li      a0, PV_EVENT_SEND
        li      a1, 1
        hypercall PV_EVENT
        rdtime  t0
        sd      t0, 0(s2)
        csrci   sstatus, 2
        rdtime  a3
        addi    a3, a3, 37
        li      a0, PV_SCHED_OP_POLL
        la      a1, ports
        li      a2, 1
        hypercall PV_SCHED_OP
        csrsi   sstatus, 2
        rdtime  t0
        sd      t0, 8(s2)
        addi    s2, s2, 16
        addi    s3, s3, -1
        bnez    s3, 1b
        li      a7, 8
        ecall
        .balign 4
trap:   addi    s10, s10, 1
        li      t5, 0x0c201004
        lw      t6, 0(t5)
        sb      zero, PV_WORDS + PV_WORD_UPCALL_PENDING(s0)
        addi    t4, s0, PV_WORDS + PV_WORD_PENDING_SEL
        amoswap.d t4, zero, (t4)
        li      t3, ~4                  # port 2
        amoand.d t3, t3, (s0)
        sw      t6, 0(t5)
        sret
        .data
        .balign 8
ports:  .word   1
        .balign 8
times:  .zero   1600
`;

const WRITTEN_HERE = { reserves: RESERVES, floats: FLOATS, ports: PORTS } as const;
const isWrittenHere = (guest: string): guest is keyof typeof WRITTEN_HERE => Object.hasOwn(WRITTEN_HERE, guest);

describe('a guest that lives by its own time', () => {
  for (const { id: engine } of anyGuestEngines)
    for (const guest of [...GUESTS, ...Object.keys(WRITTEN_HERE)])
      it(`is beside others as it is alone: ${guest}.S (${engine})`, async () => {
        const program = await (isWrittenHere(guest)
          ? assembleGuest(WRITTEN_HERE[guest])
          : buildGuest(path.join(guestFolder, `${guest}.S`)));
        const own = (): TestVm => ({
          name: 'own',
          engine,
          program,
          time: 'own',
          paravirtual: guest === 'ports',
          memory: 16 * 2 ** 20,
          disks: [diskOf()],
          weight: 100,
        });
        const alone = liveOf([own()], {});
        assert.ok(alone.states.length > 0, 'it has run');
        const random = new Random(guest.length * 7 + engine.length);
        const others = await Promise.all(
          Object.entries(NEIGHBOURS).map(async ([name, text]): Promise<TestVm> => {
            const ids: readonly EngineId[] = anyGuestEngines.map(({ id }) => id);
            const program = await assembleGuest(text);
            return { name, program, engine: random.pick(ids), weight: 1 + random.below(400) };
          }),
        );
        for (const vmmTime of ['free', 'charged'] as const)
          for (const harts of [1, 2, 4]) {
            const slice = 1000 + random.below(50_000);
            const kind = random.pick(['credit', 'round-robin'] as const);
            const configuration = { harts, vmmTime, scheduler: { kind, slice } };
            const beside = liveOf([own(), ...others], configuration);
            const what = JSON.stringify(configuration);
            assert.equal(firstDifference(alone, beside), undefined, what);
            assert.equal(beside.output, alone.output, what);
            assert.equal(beside.memory, alone.memory, what);
          }
      }).timeout(240_000);
});
