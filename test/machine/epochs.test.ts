import assert from 'node:assert/strict';
import { DEFAULT_TURN } from '../../simulator/machine/scheduler';
import type { Program } from '../../simulator/object/program';
import type { System } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { Random } from '../support/random';

const S0 = 8;
const S1 = 9;
const LIMIT = 2_000_000;

const bare = (program: Program, harts: number): System => makeSystem(program, { firmware: 'none', harts }).system;
const register = ({ machine }: System, hart: number, number: number): bigint => machine.harts[hart]?.x(number) ?? -1n;

/** Every hart goes to the label of its number. */
const DISPATCH = `
        .globl _start
_start: csrr    t0, mhartid
        la      t1, 1f
        slli    t0, t0, 2
        add     t1, t1, t0
        jr      t1
        .option push
        .option norvc
1:      j       hart0
        j       hart1
        j       hart2
        .option pop
`;

/** Each of two harts writes down the time that it read, and compares what it reads with what the other had read before. */
const TELL_THE_TIME = `${DISPATCH}
hart0:
hart1:  la      a0, told
        li      a1, 3000
        csrr    a2, mhartid
        addi    a2, a2, 3               # how long between two looks: not the same for both
1:      ld      t0, 0(a0)
        rdtime  t1
        bltu    t1, t0, backwards
        sd      t1, 0(a0)
        li      t3, 0x0200bff8          # mtime itself
        ld      t0, 0(a0)
        ld      t1, 0(t3)
        bltu    t1, t0, backwards
        sd      t1, 0(a0)
        mv      t2, a2
2:      addi    t2, t2, -1
        bnez    t2, 2b
        addi    a1, a1, -1
        bnez    a1, 1b
        la      t0, done
        li      t1, 1
        amoadd.w t1, t1, (t0)
        beqz    t1, hart2
        li      t0, 0x100000            # both have: power off
        li      t1, 0x5555
        sw      t1, 0(t0)
hart2:  wfi
        j       hart2
backwards:
        li      t0, 0x100000
        li      t1, 0x13333
        sw      t1, 0(t0)
        j       .
        .data
        .balign 8
told:   .dword  0
done:   .word   0
`;

describe('harts in epochs', () => {
  it('run beside each other, and time passes by one that waits', async () => {
    const program = await assembleGuest(`${DISPATCH}
hart0:  addi    s0, s0, 1
        j       hart0
hart1:  addi    s0, s0, 1
        nop
        nop
        j       hart1
hart2:  wfi
        j       hart2
`);
    const system = bare(program, 3);
    const { machine } = system;
    machine.run({ instructions: 400_000 });
    const [fast, slow] = [Number(register(system, 0, S0)) * 2, Number(register(system, 1, S0)) * 4];
    assert.ok(Math.abs(fast - slow) <= DEFAULT_TURN + 20, `${fast} and ${slow} instructions`);
    // Two run: half as many nanoseconds have passed as instructions have retired.
    assert.ok(Math.abs(machine.clock.now() - 200_000) <= DEFAULT_TURN, `${machine.clock.now()} ns`);
  });

  it('never see time run backwards, however their parts lie', async () => {
    const system = bare(await assembleGuest(TELL_THE_TIME), 3);
    const stop = system.machine.run({ instructions: LIMIT });
    assert.ok(stop.reason === 'power-off' && stop.code === 0, stop.reason);
  });

  it('are woken at the instant of what wakes them, in the middle of the other’s part', async () => {
    const program = await assembleGuest(`${DISPATCH}
hart0:  li      t0, 7777                # longer than an epoch: hart 1 is asleep
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      t1, 0x02000004
        li      t2, 1
        csrr    s0, mcycle
        sw      t2, 0(t1)               # msip of hart 1
2:      j       2b
hart1:  li      t0, 8
        csrw    mie, t0
        wfi
        csrr    s0, mcycle
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
hart2:  wfi
        j       hart2
`);
    const system = bare(program, 3);
    assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
    const passed = register(system, 1, S0) - register(system, 0, S0);
    assert.ok(passed >= 1n && passed <= 4n, `${passed} ns after it was sent`);
  });

  it('end where a deadline lies that one of them sets, for those that have not gone beyond', async () => {
    const program = await assembleGuest(`${DISPATCH}
hart0:  la      t0, trap
        csrw    mtvec, t0
        li      t1, 0x0200bff8
        ld      t1, 0(t1)
        addi    t1, t1, 20              # 2,000 ns: an epoch is longer
        li      t0, 0x02004000
        sd      t1, 0(t0)
        mv      s0, t1
        li      t0, 0x80
        csrw    mie, t0
        csrsi   mstatus, 8
1:      j       1b
hart1:  addi    s1, s1, 1
        j       hart1
hart2:  wfi
        j       hart2
        .balign 4
trap:   csrr    s1, mcycle
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .
`);
    const system = bare(program, 3);
    assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
    const late = register(system, 0, S1) - register(system, 0, S0) * 100n;
    assert.ok(late >= 0n && late <= 2n, `${late} ns late`);
  });

  it('stand in the same state however the run is sliced', async () => {
    const random = Random.fromEnvironment();
    const program = await assembleGuest(TELL_THE_TIME);
    const whole = bare(program, 3);
    const sliced = bare(program, 3);
    for (let part = 0; part < 20; part++) {
      const instructions = 1 + random.below(4000);
      whole.machine.run({ instructions });
      for (let left = instructions; left > 0; ) {
        const slice = Math.min(left, 1 + random.below(500));
        sliced.machine.run({ instructions: slice });
        left -= slice;
      }
      assert.equal(sliced.stateHash(), whole.stateHash(), `after ${whole.machine.clock.retired} instructions`);
    }
  });
});
