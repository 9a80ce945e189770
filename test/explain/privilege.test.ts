import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { HartOptions } from '../../simulator/core';
import { type Disposition, dispositionOf, executions } from '../../simulator/hypervisor/engines/disposition';
import { allUses, COMMON_COUNTERS, classicHoles, holesAmong, nameOfUse, type Use } from '../../simulator/isa';
import { ANY_GUEST_VIRTUALIZATIONS } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { busyPortedGuest } from '../support/ported-guest';
import { type Executed, Execution } from './execution';

const uses = allUses();
const GUEST_MODES = ['s', 'u'] as const;

describe('what is privileged', () => {
  for (const { id, execution } of executions)
    for (const mode of GUEST_MODES)
      for (const holes of [false, true])
        it(`is as executed, all of it: ${id}, ${mode === 's' ? 'kernel' : 'program'}${holes ? ', with the classic holes' : ''}`, async () => {
          const options = { classicHoles: holes };
          const guest = await Execution.under(id, mode, options);
          const wrong = uses.flatMap((use) => {
            const said = asExecuted(dispositionOf(execution, mode, use, options));
            const seen = guest.executed(use);
            const isForeseen = (seen.foreseen ?? false) === (seen.by === 'vmm');
            if (!isForeseen) return [`${label(use)}: foreseen ${seen.foreseen}, seen ${text(seen)}`];
            return isEqual(said, seen) ? [] : [`${label(use)}: said ${text(said)}, seen ${text(seen)}`];
          });
          assert.deepEqual(wrong, []);
        });

  it('is all that is sensitive, of a kernel in U-mode whose counters are withheld; with the classic holes, all but these', () => {
    const full = executions.find(({ id }) => id === 'full');
    assert.ok(full);
    const { controls } = full.execution;
    assert.deepEqual(holesAmong(uses, controls), []);
    assert.deepEqual(
      holesAmong(uses, { ...controls, classicHoles: true })
        .map(label)
        .sort(),
      classicHoles.map(label).sort(),
    );
    // What a kernel lets its programs read, a program in a VM would read of the machine.
    assert.deepEqual(holesAmong(uses, { ...controls, scounteren: COMMON_COUNTERS }).map(nameOfUse), [
      'cycle',
      'time',
      'instret',
    ]);
  });

  it('makes a kernel go wrong in silence where it does not hold: with the classic holes, under trap and emulate alone', async () => {
    const [plain, holes] = await Promise.all([runs({}), runs({ classicHoles: true })]);
    assert.deepEqual(plain, { none: SAID, full: SAID, hardware: SAID });
    const { full, ...others } = holes;
    assert.deepEqual(others, { none: SAID, hardware: SAID });
    assert.notEqual(full, SAID);
  });

  it('leaves a kernel right that was ported, with the classic holes too: it has nothing sensitive', async () => {
    const program = await assembleGuest(busyPortedGuest(20));
    const printed = [false, true].map((holes) => {
      const { system, output } = makeSystem(program, { virtualization: 'para', hartOptions: { classicHoles: holes } });
      assert.equal(system.machine.run({ instructions: 1_000_000 }).reason, 'power-off');
      return output();
    });
    assert.equal(printed[0], '.'.repeat(19));
    assert.equal(printed[1], printed[0]);
  });
});

/** What a kernel says that asks its own CSRs what it has put there. */
const SAID = 'sum satp ';
const ASKING = `
        .globl  _start
_start: li      s1, 1 << 18             # SUM
        csrs    sstatus, s1
        csrr    s2, sstatus
        and     s2, s2, s1
        beqz    s2, 1f
        la      a0, sum
        call    say
1:      csrr    s2, satp
        bnez    s2, 2f
        la      a0, bare
        call    say
2:      li      a7, 0x53525354          # SRST
        li      a6, 0
        li      a0, 0
        li      a1, 0
        ecall
say:    mv      t0, a0
1:      lbu     a0, (t0)
        beqz    a0, 2f
        li      a7, 1                   # console_putchar
        ecall
        addi    t0, t0, 1
        j       1b
2:      ret
sum:    .asciz  "sum "
bare:   .asciz  "satp "
`;

async function runs(hartOptions: Partial<HartOptions>): Promise<Readonly<Record<string, string>>> {
  const program = await assembleGuest(ASKING);
  const said = ANY_GUEST_VIRTUALIZATIONS.map((virtualization) => {
    const { system, output } = makeSystem(program, { virtualization, hartOptions });
    const { reason } = system.machine.run({ instructions: 1_000_000 });
    assert.equal(reason, 'power-off', virtualization);
    return [virtualization, output()] as const;
  });
  return Object.fromEntries(said);
}

type Said = Pick<Executed, 'by' | 'cause'>;
const label = (use: Use): string => ('csr' in use ? `${use.access} of ${use.csr.name}` : nameOfUse(use));
const text = ({ by, cause }: Said): string => `${by}${cause === undefined ? '' : `, cause ${cause}`}`;
const isEqual = (a: Said, b: Said): boolean => a.by === b.by && a.cause === b.cause;
const asExecuted = ({ by, exception }: Disposition): Said => ({ by, cause: exception });
