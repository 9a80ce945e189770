import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { restore } from '../../simulator/schema/state/component';
import { type BareMachine, RAM_BASE } from './bare-machine';
import { get, instruction, machineOf, set } from './hypervisor-harness';

const STCE = 1n << 63n;
const STIP = 1n << 5n;
const VSTIP = 1n << 6n;
const NEVER = Number.POSITIVE_INFINITY;

/** A machine that counts; `time` is a hundredth of its instructions. */
function counting(): BareMachine {
  const machine = machineOf();
  machine.core.ram.write32(RAM_BASE, instruction('jal', { rd: 0, target: 0 }));
  return machine;
}

function reach(machine: BareMachine, clock: number): void {
  while (machine.clockNow() < clock) machine.run(Math.min(clock - machine.clockNow(), 100_000));
  machine.hart.timerReached();
}

describe('supervisor timers', () => {
  it('raise STIP when time reaches stimecmp, and take it back', () => {
    const machine = counting();
    const { hart } = machine;
    set(machine, { menvcfg: STCE, stimecmp: 10n });
    strictEqual(hart.nextTimer(), 1000);
    strictEqual(get(machine, 'mip') & STIP, 0n);
    reach(machine, 1000);
    strictEqual(get(machine, 'mip') & STIP, STIP);
    set(machine, { stimecmp: 11n });
    strictEqual(get(machine, 'mip') & STIP, 0n);
    strictEqual(hart.nextTimer(), 1100);
    set(machine, { stimecmp: (1n << 64n) - 1n });
    strictEqual(hart.nextTimer(), NEVER);
  });

  it('leave STIP to software without STCE, and only then', () => {
    const machine = counting();
    set(machine, { stimecmp: 0n, mip: STIP });
    strictEqual(get(machine, 'mip') & STIP, STIP);
    set(machine, { mip: 0n });
    strictEqual(get(machine, 'mip') & STIP, 0n);
    strictEqual(machine.hart.nextTimer(), NEVER);
    set(machine, { mip: STIP, menvcfg: STCE, stimecmp: 5n });
    strictEqual(get(machine, 'mip') & STIP, 0n);
    set(machine, { mip: STIP });
    strictEqual(get(machine, 'mip') & STIP, 0n);
  });

  it('raise VSTIP by the time of the guest, beside hvip', () => {
    const machine = counting();
    const { hart } = machine;
    set(machine, { menvcfg: STCE, stimecmp: ~0n & ((1n << 64n) - 1n), vstimecmp: 50n, htimedelta: 30n });
    strictEqual(get(machine, 'hip') & VSTIP, 0n);
    strictEqual(hart.nextTimer(), NEVER);
    set(machine, { henvcfg: STCE });
    strictEqual(hart.nextTimer(), 2000);
    reach(machine, 2000);
    strictEqual(get(machine, 'hip') & VSTIP, VSTIP);
    set(machine, { vstimecmp: 60n });
    strictEqual(get(machine, 'hip') & VSTIP, 0n);
    set(machine, { hvip: VSTIP });
    strictEqual(get(machine, 'hip') & VSTIP, VSTIP);
    // A guest whose time began later: now it is below 0, that is, far beyond every deadline.
    set(machine, { hvip: 0n, htimedelta: (1n << 64n) - 25n });
    strictEqual(get(machine, 'hip') & VSTIP, VSTIP);
    strictEqual(hart.nextTimer(), 2500);
    reach(machine, 2500);
    strictEqual(get(machine, 'hip') & VSTIP, 0n);
    strictEqual(hart.nextTimer(), 8500);
  });

  it('are saved with the hart', () => {
    const machine = counting();
    set(machine, { menvcfg: STCE, stimecmp: 10n });
    const saved = machine.hart.component.save();
    const other = counting();
    restore(other.hart.component, saved, 'hart');
    strictEqual(other.hart.nextTimer(), 1000);
    deepStrictEqual(other.hart.component.save(), saved);
  });

  it('count what guests read in the guest’s time, and stop what mcountinhibit names', () => {
    const machine = counting();
    const { hart } = machine;
    set(machine, { mcounteren: 7n, hcounteren: 7n, htimedelta: (1n << 64n) - 3n });
    reach(machine, 1000);
    machine.core.ram.write32(RAM_BASE, instruction('csrrs', { rd: 10, csr: 0xc01, rs1: 0 }));
    hart.setMode(1, true);
    hart.pc = BigInt(RAM_BASE);
    machine.run(1);
    strictEqual(hart.x(10), 7n);
    set(machine, { mcountinhibit: 5n });
    const stopped = [hart.csr(0xb00), hart.csr(0xb02)];
    machine.core.ram.write32(RAM_BASE, instruction('jal', { rd: 0, target: 0 }));
    hart.pc = BigInt(RAM_BASE);
    machine.run(50);
    deepStrictEqual([hart.csr(0xb00), hart.csr(0xb02)], stopped);
    set(machine, { mcountinhibit: 0n });
    machine.run(50);
    strictEqual(hart.csr(0xb00), (stopped[0] ?? 0n) + 50n);
  });
});
