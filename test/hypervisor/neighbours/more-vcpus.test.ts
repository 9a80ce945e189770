import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import type { System } from '../../../simulator/system/system';
import { assembleGuest } from '../../support/guest';
import { makeHost } from '../../support/host';
import { SPINS } from '../../support/small-guests';

/**
 * Two CPUs, each with its own page table under the same ASID, of which one page is another frame: each stores to it and reads it back again and
 * again, and changes what is there in the table at times, with a fence of its own. CPU 0 waits for the other and adds up; a0 of the end has how often
 * a value was not what its own CPU had stored.
 */
const SPACES = `
        .equ    ROUNDS, 300
_start: li      a7, 0x48534d            # hart_start(1, second, 0)
        li      a6, 0
        li      a0, 1
        la      a1, second
        li      a2, 0
        ecall
        la      s2, root0
        la      s3, leaf0
        la      s4, page0
        la      s5, page2
        la      s6, wrong0
        la      s7, done0
        jal     work
1:      la      t0, done1
        ld      t1, (t0)
        beqz    t1, 1b
        la      t0, wrong0
        ld      a0, (t0)
        la      t0, wrong1
        ld      t1, (t0)
        add     a0, a0, t1
        snez    a1, a0
        li      a7, 0x53525354          # system_reset(shutdown, failure where something was wrong)
        li      a6, 0
        li      a0, 0
        ecall
second: la      s2, root1
        la      s3, leaf1
        la      s4, page1
        la      s5, page3
        la      s6, wrong1
        la      s7, done1
        jal     work
2:      wfi
        j       2b

# s2 root, s3 table of the leaf, s4 and s5 its frames by turns, s6 what counts, s7 where the end is told
work:   li      t0, 0x200000cf          # a gigabyte of RAM as it is
        sd      t0, 16(s2)
        la      t0, middle0
        la      t1, root0
        beq     s2, t1, 1f
        la      t0, middle1
1:      srli    t1, t0, 2
        ori     t1, t1, 1
        sd      t1, 0(s2)
        srli    t1, s3, 2
        ori     t1, t1, 1
        sd      t1, 0(t0)
        srli    t1, s4, 2
        ori     t1, t1, 0xc7
        sd      t1, 8(s3)               # the page at 0x1000
        srli    t0, s2, 12
        li      t1, 8
        slli    t1, t1, 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      s8, ROUNDS
        li      s9, 0x1000
2:      sd      s8, (s4)                # where the page is
        ld      t0, (s9)                # and by the page
        beq     t0, s8, 3f
        ld      t1, (s6)
        addi    t1, t1, 1
        sd      t1, (s6)
3:      li      t2, 40
4:      addi    t2, t2, -1
        bnez    t2, 4b
        ld      t0, (s9)
        beq     t0, s8, 5f
        ld      t1, (s6)
        addi    t1, t1, 1
        sd      t1, (s6)
5:      mv      t0, s4                  # the other frame from now on
        mv      s4, s5
        mv      s5, t0
        srli    t1, s4, 2
        ori     t1, t1, 0xc7
        sd      t1, 8(s3)
        sfence.vma
        addi    s8, s8, -1
        bnez    s8, 2b
        li      t0, 1
        sd      t0, (s7)
        ret
        .bss
        .balign 4096
root0:  .skip   4096
middle0: .skip  4096
leaf0:  .skip   4096
root1:  .skip   4096
middle1: .skip  4096
leaf1:  .skip   4096
page0:  .skip   4096
page1:  .skip   4096
page2:  .skip   4096
page3:  .skip   4096
wrong0: .skip   8
wrong1: .skip   8
done0:  .skip   8
done1:  .skip   8
`;

/** Each CPU takes a lock by lr and sc, adds to a sum, and gives it back. */
const LOCKS = `
        .equ    ROUNDS, 2000
_start: li      a7, 0x48534d
        li      a6, 0
        li      a0, 1
        la      a1, second
        ecall
        jal     work
        la      s0, arrived
1:      ld      t0, (s0)
        li      t1, 2
        bne     t0, t1, 1b
        la      t0, sum
        ld      t0, (t0)
        li      t1, 2 * ROUNDS
        sub     a1, t0, t1
        snez    a1, a1
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        ecall
second: jal     work
2:      wfi
        j       2b
work:   li      s1, ROUNDS
        la      s2, lock
        la      s3, sum
1:      li      t1, 1
        lr.d.aq t0, (s2)
        bnez    t0, 1b
        sc.d    t2, t1, (s2)
        bnez    t2, 1b
        ld      t0, (s3)
        addi    t0, t0, 1
        sd      t0, (s3)
        amoswap.d.rl zero, zero, (s2)
        addi    s1, s1, -1
        bnez    s1, 1b
        la      t0, arrived
        li      t1, 1
        amoadd.d zero, t1, (t0)
        ret
        .balign 8
lock:   .dword  0
sum:    .dword  0
arrived: .dword 0
`;

/** CPU 1 wakes by an IPI, again and again, and answers by one; who has nothing to do waits. */
const PINGS = `
        .equ    ROUNDS, 20
_start: li      t0, 2
        csrw    sie, t0
        li      a7, 0x48534d
        li      a6, 0
        li      a0, 1
        la      a1, second
        ecall
        li      s1, ROUNDS
1:      li      a0, 2
        jal     ping
        jal     pong
        addi    s1, s1, -1
        bnez    s1, 1b
        li      a1, 0
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        ecall
second: li      t0, 2
        csrw    sie, t0
2:      jal     pong
        li      a0, 1
        jal     ping
        j       2b
ping:   li      a1, 0
        li      a7, 0x735049
        li      a6, 0
        ecall
        ret
pong:   csrr    t0, sip
        andi    t0, t0, 2
        bnez    t0, 3f
        wfi
        j       pong
3:      csrci   sip, 2
        ret
`;

/** CPU 1 reserves a word now and then; CPU 0 stores to it by an sc without any lr of its own, which has to fail always. */
const RESERVES = `
        .equ    ROUNDS, 3000
_start: li      a7, 0x48534d
        li      a6, 0
        li      a0, 1
        la      a1, second
        ecall
        la      s0, word
        li      s1, ROUNDS
        li      s2, 0
1:      li      t0, 1
        sc.d    t1, t0, (s0)
        seqz    t1, t1
        add     s2, s2, t1
        addi    s1, s1, -1
        bnez    s1, 1b
        snez    a1, s2
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        ecall
second: la      s0, word
2:      lr.d    t0, (s0)
        j       2b
        .balign 8
word:   .dword  0
`;

const GUESTS = { SPACES, LOCKS, PINGS, RESERVES } as const;
const LIMIT = 20_000_000;
const STEP = 50_000;

/** Runs until the first VM has ended. */
function runToEnd(system: System): void {
  const [vm] = system.hypervisor?.vms ?? [];
  while (!vm?.end && !system.machine.finished && system.machine.clock.retired < LIMIT) {
    system.machine.run({ instructions: STEP });
    assert.deepEqual(system.isolationBreaches(), []);
  }
  assert.deepEqual(vm?.end, { reason: 'power-off', code: 0 });
}

/** The same of one CPU alone. */
const JOURNEYS = SPACES.replace(/_start: [\s\S]*?(?= {8}la {6}s2, root0)/, '_start:\n').replace(
  /1: {6}la {6}t0, done1[\s\S]*?beqz {4}t1, 1b/,
  '',
);

for (const { id: engine } of anyGuestEngines)
  describe(`a vCPU that goes from hart to hart (${engine})`, () => {
    it('finds nothing there of what it was before', async () => {
      const [program, spins] = [await assembleGuest(JOURNEYS), await assembleGuest(SPINS)];
      const others = anyGuestEngines.map(({ id }) => ({ name: id, engine: id, program: spins }));
      const slices = [1000, 3300, 7300];
      for (const slice of slices) {
        const vms = [{ name: 'goes', engine, program }, ...others];
        const { system } = makeHost(vms, { harts: 2, scheduler: { kind: 'round-robin', slice } });
        const [vcpu] = system.hypervisor?.vms[0]?.vcpus ?? [];
        const harts = new Set<number | undefined>();
        while (!vcpu?.vm.end && system.machine.clock.retired < LIMIT) {
          system.machine.run({ instructions: slice });
          harts.add(vcpu?.lastHart?.id);
        }
        assert.deepEqual(vcpu?.vm.end, { reason: 'power-off', code: 0 });
        assert.deepEqual([...harts].sort(), [0, 1], 'it has been on both');
      }
    }).timeout(60_000);
  });

for (const { id: engine } of anyGuestEngines)
  describe(`more vCPUs than harts (${engine})`, () => {
    for (const [name, text] of Object.entries(GUESTS))
      for (const [how, harts, pins, options] of [
        ['two on one hart', 1, false, {}],
        ['two on two harts alone', 2, 'nobody', {}],
        ['two on two harts with somebody on each', 2, false, {}],
        ['two on three harts with somebody on two', 3, true, {}],
        ['two on one hart that has two ASIDs and VMIDs', 1, false, { asidBits: 1, vmidBits: 1 }],
        ['two on one hart without ASIDs and VMIDs', 1, false, { asidBits: 0, vmidBits: 0 }],
      ] as const)
        it(`have each their own: ${name}, ${how};`, async () => {
          const program = await assembleGuest(text);
          const spins = await assembleGuest(SPINS);
          const others = (pins === 'nobody' ? [] : anyGuestEngines).map(({ id }, at) => ({
            name: `spins-${id}`,
            engine: id,
            program: spins,
            ...(pins === true && { pin: [at] }),
          }));
          for (const kind of ['credit', 'round-robin'] as const)
            for (const slice of [1000, 7300, 100_000]) {
              const vms = [{ name: 'both', engine, program, vcpus: 2 }, ...others];
              const { system } = makeHost(vms, { harts, scheduler: { kind, slice }, hartOptions: options });
              runToEnd(system);
            }
        }).timeout(120_000);
  });
