import assert from 'node:assert/strict';
import { FLOAT_REGISTERS } from '../../simulator/core/index';
import { ANY_GUEST_VIRTUALIZATIONS, type SystemConfiguration } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { FILL_TABLES, SBI_MACRO, SKIP_TRAP, TURN_ON_SV39 } from '../support/guest-text';
import { assertSameUnder } from '../support/lock-step';

const LIMIT = 1_000_000;
const S = { s0: 8, s1: 9, s2: 18, s3: 19, s4: 20, s5: 21, s6: 22, s7: 23, s8: 24, s9: 25 } as const;
type Saved = keyof typeof S;

const MACROS = `${SBI_MACRO}
        .macro  set feature, value, flags=0
        li      a0, \\feature
        li      a1, \\value
        li      a2, \\flags
        sbi     0x46574654, 0
        .endm
        .macro  get feature
        li      a0, \\feature
        sbi     0x46574654, 1
        .endm
`;

/** Runs \`body\` in S-mode; a trap leaves its cause and value in s8 and s9 and skips the instruction, of four bytes. */
const guest = (body: string): string => `${MACROS}
        .globl _start
_start: la      t0, on_trap
        csrw    stvec, t0
${body}
        sbi     8, 0
${SKIP_TRAP}`;

/** Two pages at 0x40000000 by these entries, and the rest of RAM by itself. */
const paged = (first: string, second: string, body: string): string =>
  guest(`${FILL_TABLES}${TURN_ON_SV39}
        j       1f
        .balign 4096
leaves: .dword  ${first}, ${second}
        .skip   510*8
root:   .skip   4096
middle: .skip   4096
1:      li      s7, 0x40000ffc
${body}`);

const RAM = '0x20180007';
/** No neighbour of the first, so that what goes on behind the first one's end goes elsewhere. */
const OTHER_RAM = '0x20181407';
const DEVICE = '0x03000007';
const NOT_MAPPED = '0';

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
  describe(`firmware features with ${virtualization}`, () => {
    const run = async (text: string, special: Partial<SystemConfiguration> = {}) => {
      const { system, output } = makeSystem(await assembleGuest(text), { virtualization, ...special });
      const stop = system.machine.run({ instructions: LIMIT });
      const register = (name: Saved) => BigInt.asIntN(64, system.machine.harts[0]?.x(S[name]) ?? 0n);
      return { system, stop, output, registers: (...names: Saved[]) => names.map(register) };
    };

    it('are there, and what is optional and absent is not', async () => {
      const { registers } = await run(
        guest(`
        .macro  probe id, into
        li      a0, \\id
        sbi     0x10, 3
        mv      \\into, a1
        .endm
        probe   0x46574654, s0          # FWFT
        probe   0x535345, s1            # SSE
        probe   0x44425452, s2          # DBTR
        probe   0x4d505859, s3          # MPXY`),
      );
      assert.deepEqual(registers('s0', 's1', 's2', 's3'), [1n, 0n, 0n, 0n]);
    });

    it('are refused by the specification’s errors', async () => {
      const { registers } = await run(
        guest(`
        get     6
        mv      s0, a0
        set     0xc0000000, 1
        mv      s1, a0
        get     1                       # landing pads
        mv      s2, a0
        set     5, 7                    # pointer masking
        mv      s3, a0
        set     0, 2
        mv      s4, a0
        set     0, 1 << 32
        mv      s5, a0
        set     0, 1, 1 << 32
        mv      s6, a0
        li      t0, 1 << 32             # the upper half is no part of a feature's number
        get     0
        mv      s7, a1
        li      a0, 1 << 32
        sbi     0x46574654, 1
        mv      s8, a0
        sbi     0x46574654, 2
        mv      s9, a0`),
      );
      assert.deepEqual(registers('s0', 's1', 's2', 's3'), [-4n, -4n, -2n, -2n]);
      assert.deepEqual(registers('s4', 's5', 's6', 's7', 's8', 's9'), [-3n, -3n, -3n, 1n, 0n, -2n]);
    });

    it('are a hart’s own, and locked until its reset', async () => {
      const { stop, registers } = await run(
        guest(`
        set     0, 0, 1
        mv      s0, a0
        set     0, 0
        mv      s1, a0
        set     0, 1, 1
        mv      s2, a0
        get     0
        mv      s3, a1
        li      s4, 0
        li      s5, 2                   # hart 1 locks it, stops, and is started again
1:      li      a0, 1
        la      a1, second
        sbi     0x48534d, 0
2:      li      a0, 1
        sbi     0x48534d, 2
        li      t0, 1
        bne     a1, t0, 2b
        addi    s5, s5, -1
        bnez    s5, 1b
        la      t0, seen
        ld      s4, (t0)
        j       9f
second: get     0
        la      t0, seen
        ld      t1, (t0)
        slli    t1, t1, 4
        or      t1, t1, a1
        sd      t1, (t0)
        set     0, 0, 1
        sbi     0x48534d, 1
        .balign 8
seen:   .dword  0
9:`),
        { harts: 2 },
      );
      assert.equal(stop.reason, 'power-off');
      assert.deepEqual(registers('s0', 's1', 's2', 's3', 's4'), [0n, -14n, -14n, 0n, 0x11n]);
    });

    it('keep their values and locks in a suspension that keeps no state', async () => {
      const { stop, registers } = await run(
        guest(`
        set     0, 0, 1
        li      t0, 32
        csrs    sie, t0
        rdtime  a0
        addi    a0, a0, 100
        sbi     0x54494d45, 0
        li      a0, 0x80000000
        la      a1, awake
        sbi     0x48534d, 3
awake:  get     0
        mv      s0, a1
        set     0, 1
        mv      s1, a0`),
      );
      assert.equal(stop.reason, 'power-off');
      assert.deepEqual(registers('s0', 's1'), [0n, -14n]);
    });

    describe('where misaligned accesses trap', () => {
      const traps = { hartOptions: { misaligned: 'traps' } } as const;

      it('leave the trap to the supervisor, or do the access', async () => {
        const body = (value: number) =>
          guest(`
        set     0, ${value}
        li      s0, 0
        la      t1, data
        .option push
        .option norvc
        lw      s0, 1(t1)
        .option pop
        j       9f
        .balign 8
data:   .dword  0x8877665544332211
9:      mv      t0, s8`);
        const delegated = await run(body(1), traps);
        assert.deepEqual(delegated.registers('s0', 's8'), [0n, 4n]);
        const done = await run(body(0), traps);
        assert.deepEqual(done.registers('s0', 's8'), [0x55443322n, 0n]);
      });

      /** Loads and stores of every kind, into and over the end of a page. */
      const ACCESSES = `
        set     0, 0
        li      t0, 1 << 13             # FS = Initial
        csrw    sstatus, t0
        mv      s8, zero
        li      t1, 0x1122334455667788
        li      t2, 0x40000010
        sd      t1, 0(t2)
        sd      t1, 8(t2)
        fcvt.d.l fa0, t1
        fmv.d.x fa1, t1
        lh      s0, 1(t2)
        lhu     s1, 3(t2)
        lw      s2, 5(t2)
        lwu     s3, 5(t2)
        ld      s4, 3(t2)
        mv      a5, t2
        c.addi  a5, 1
        c.ld    a4, 0(a5)
        c.lw    a3, 4(a5)
        flw     fa2, 1(t2)
        fld     fa3, 1(t2)
        c.fld   fa4, 8(a5)
        ld      s5, 1(s7)               # over the end of the page
        sd      t1, 1(s7)
        sw      t1, 2(s7)
        fsd     fa1, 3(s7)
        fsw     fa1, 1(s7)
        sh      t1, 3(s7)
        c.sd    a4, 16(a5)
        ld      s6, 0(s7)
        ld      a2, 4(s7)
        csrr    s9, sstatus`;

      it('do what a machine does that takes them itself', async () => {
        const text = paged(RAM, OTHER_RAM, ACCESSES);
        const itself = await run(text, {});
        const emulated = await run(text, traps);
        const [first, second] = [itself, emulated].map(({ system }) => system.machine.harts[0]);
        assert.ok(first && second);
        assert.equal(second.retired, first.retired);
        assert.equal(second.x(S.s8), 0n);
        for (let index = 1; index < 32; index++) assert.equal(second.x(index), first.x(index), `x${index}`);
        for (let index = 0; index < 32; index++)
          assert.equal(second.x(FLOAT_REGISTERS + index), first.x(FLOAT_REGISTERS + index), `f${index}`);
        assert.notEqual(first.x(FLOAT_REGISTERS + 13), 0n);
        const memory = itself.system.guest.toHost(0x80600000) ?? 0;
        const other = emulated.system.guest.toHost(0x80600000) ?? 0;
        assert.deepEqual(
          emulated.system.machine.core.ram.read(other, 0x6000),
          itself.system.machine.core.ram.read(memory, 0x6000),
        );
      });

      const FAULTS: readonly [string, string, string, string][] = [
        ['the second page is not mapped', RAM, NOT_MAPPED, 'sd t0, 1(s7)'],
        ['the first page is not mapped', NOT_MAPPED, RAM, 'ld t0, 1(s7)'],
        ['the second page is a device', RAM, DEVICE, 'ld t0, 1(s7)'],
        ['it is in a device', DEVICE, RAM, 'lw t0, -2(s7)'],
        ["the second page is the firmware's memory", RAM, '0x20000007', 'sd t0, 1(s7)'],
      ];
      for (const [what, first, second, access] of FAULTS)
        it(`have its faults, and store nothing then: ${what}`, async () => {
          const text = paged(
            first,
            second,
            `        set     0, 0
        li      s6, 0x80600ff8
        .option push
        .option norvc
        ${access}
        .option pop
        ld      s6, (s6)`,
          );
          const itself = await run(text, {});
          const emulated = await run(text, traps);
          assert.equal(emulated.stop.reason, 'power-off');
          assert.deepEqual(emulated.registers('s6', 's8', 's9'), itself.registers('s6', 's8', 's9'));
          assert.ok([5n, 7n, 13n, 15n].includes(emulated.registers('s8')[0] ?? 0n));
        });

      it('leave atomics, which have no parts, to the supervisor', async () => {
        const { registers } = await run(
          guest(`
        set     0, 0
        la      t1, data
        addi    t1, t1, 2
        amoadd.w t0, t0, (t1)
        mv      s0, s8
        lr.w    t0, (t1)
        mv      s1, s8
        j       9f
        .balign 8
data:   .dword  0
9:`),
          traps,
        );
        assert.deepEqual(registers('s0', 's1'), [6n, 4n]);
      });

      it('end a run in which the supervisor’s own handler traps so for ever', async () => {
        const { stop } = await run(
          guest(`
        set     0, 0
        la      t0, handler
        csrw    stvec, t0
        la      t1, handler
        addi    t1, t1, 2
        .balign 4
handler: amoadd.w t0, t0, (t1)
        j       .`),
          traps,
        );
        assert.ok(stop.reason === 'trap-loop' || stop.reason === 'killed', stop.reason);
      });

      it('go on as they were after a snapshot', async () => {
        const text = paged(RAM, OTHER_RAM, ACCESSES);
        const { system } = makeSystem(await assembleGuest(text), { virtualization, ...traps });
        system.machine.run({ instructions: 45 });
        const again = makeSystem(undefined, { virtualization, ...traps }).system;
        again.restore(system.save());
        system.machine.run({ instructions: LIMIT });
        again.machine.run({ instructions: LIMIT });
        assert.equal(again.machine.hash(), system.machine.hash());
      });
    });

    it('turn the hardware’s updates of A and D on and off, where there is the choice', async () => {
      const body = paged(
        RAM,
        OTHER_RAM,
        `        get     4
        mv      s0, a0
        mv      s1, a1
        li      t2, 0x40000010
        li      s8, 0
        ld      t0, (t2)
        mv      s2, s8
        set     4, 1
        li      s8, 0
        sd      t0, (t2)
        mv      s3, s8
        la      t0, leaves
        ld      s4, (t0)
        andi    s4, s4, 0xc0
        sd      zero, (t0)
        li      t1, ${OTHER_RAM}
        sd      t1, (t0)
        set     4, 0
        li      s8, 0
        ld      t0, (t2)
        mv      s5, s8`,
      );
      const { registers } = await run(body, { hartOptions: { accessedDirty: 'switchable' } });
      if (virtualization === 'full') assert.deepEqual(registers('s0'), [-2n]);
      else assert.deepEqual(registers('s0', 's1', 's2', 's3', 's4', 's5'), [0n, 0n, 13n, 0n, 0xc0n, 13n]);
      const fixed = await run(guest('        get 4\n        mv s0, a0'));
      assert.deepEqual(fixed.registers('s0'), [-2n]);
    });
  });
}

describe('misaligned accesses that firmware does', () => {
  for (const virtualization of ['full', 'hardware'] as const)
    it(`are the same under none and ${virtualization}, instruction by instruction`, async () => {
      const hartOptions = { misaligned: 'traps' } as const;
      const program = await assembleGuest(
        paged(RAM, NOT_MAPPED, '        set 0, 0\n        ld s0, -7(s7)\n        sw s0, -3(s7)\n        sd s0, 1(s7)'),
      );
      assertSameUnder(virtualization, program, { hartOptions });
    });

  /** A hypervisor above the firmware whose guest loads over the end of its memory; HS-mode's view of the fault is in s0 to s4. */
  const hypervisor = (access: string): string => `${MACROS}
        .option arch, +h
        .globl  _start
_start: set     0, 0
        la      t0, hs_trap
        csrw    stvec, t0
        la      t0, root                # guest-physical 0x80000000 up to 0x801fffff: the 2 MiB of this program
        la      t1, middle
        srli    t1, t1, 2
        ori     t1, t1, 1
        sd      t1, 16(t0)
        la      t1, middle
        li      t2, 0x200800df
        sd      t2, (t1)
        srli    t0, t0, 12
        li      t2, 8 << 60
        or      t0, t0, t2
        csrw    hgatp, t0
        csrw    vsatp, zero
        hfence.gvma
        li      t0, 0x180               # SPV, SPVP
        csrs    hstatus, t0
        li      t0, 0x100               # SPP
        csrs    sstatus, t0
        la      t0, inner
        li      t1, 0x200000            # the guest sees it 2 MiB lower
        sub     t0, t0, t1
        csrw    sepc, t0
        sret
        .balign 4
hs_trap:
        csrr    s0, scause
        csrr    s1, stval
        csrr    s2, htval
        csrr    s3, htinst
        csrr    s4, hstatus
        andi    s4, s4, 0x1c0
        sbi     8, 0
inner:  li      s5, 0x80000011
        sd      s5, (s5)
        ld      s6, (s5)
        li      s7, 0x801ffffd
        .option push
        .option norvc
        ${access}
        .option pop
        .balign 16384
root:   .skip   16384
middle: .skip   4096
`;
  for (const access of ['ld s8, 0(s7)', 'sd s8, 0(s7)', '.option rvc; c.mv a5, s7; c.ld a4, 0(a5)'])
    it(`of a hypervisor’s guest fault in its second stage as by hardware: ${access}`, async () => {
      const program = await assembleGuest(hypervisor(access));
      const seen = (['works', 'traps'] as const).map((misaligned) => {
        const { system } = makeSystem(program, { hartOptions: { misaligned } });
        assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
        const hart = system.machine.harts[0];
        return Object.fromEntries(Object.entries(S).map(([name, index]) => [name, hart?.x(index)]));
      });
      assert.deepEqual(seen[1], seen[0]);
      assert.ok(seen[0]?.['s0'] === 21n || seen[0]?.['s0'] === 23n, `${seen[0]?.['s0']}`);
      assert.equal(seen[0]?.['s2'], 0x80200000n >> 2n);
      assert.equal(seen[0]?.['s6'], 0x80000011n);
    });
});
