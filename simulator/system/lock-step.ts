import type { CpuState } from '../hypervisor/cpu';
import { Csr, csrs } from '../isa/index';
import type { EndOfRun } from '../machine/stop';
import { FRAME } from '../mmu/address';
import type { System } from './system';

/** CSRs that a guest of S-mode sees and that must agree; counters follow from the clock. */
const COMPARED_CSRS = [...csrs.filter(({ group }) => group === 'supervisor'), Csr.cycle, Csr.time, Csr.instret];

/** One thing in which two runs of a guest differ. */
export interface Difference {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

export type LockStepResult =
  | { readonly equal: true; readonly instructions: number; readonly end: EndOfRun | undefined }
  /** They agree before the instruction of this number (from 0) and differ after it. */
  | {
      readonly equal: false;
      readonly instruction: number;
      readonly pc: bigint;
      readonly differences: readonly Difference[];
    };

export interface LockStepOptions {
  /** Stop after so many instructions. */
  readonly instructions: number;
  /** Guest memory is compared every so many instructions, and at the end. */
  readonly memoryEvery?: number;
}

/**
 * Runs the same guest on two systems and compares registers, pc, privilege and virtual CSRs at every guest instruction.
 * Engines differ in how they serve a guest, never in what it sees.
 */
export function runInLockStep(
  a: System,
  b: System,
  { instructions, memoryEvery = 100_000 }: LockStepOptions,
): LockStepResult {
  for (let done = 0; ; done++) {
    const pc = a.guest.cpus[0]?.pc ?? 0n;
    const stopA = done < instructions ? a.machine.run({ instructions: 1 }) : undefined;
    const stopB = done < instructions ? b.machine.run({ instructions: 1 }) : undefined;
    const differences = compareCpus(a, b);
    const ended = stopA?.reason !== 'limit';
    if (stopA?.reason !== stopB?.reason)
      differences.push({ what: 'end of run', a: stopA?.reason ?? '', b: stopB?.reason ?? '' });
    if (ended || done % memoryEvery === memoryEvery - 1) differences.push(...compareMemory(a, b));
    if (differences.length > 0) return { equal: false, instruction: done, pc, differences };
    if (ended) return { equal: true, instructions: done, end: a.machine.finished };
  }
}

function compareCpus(a: System, b: System): Difference[] {
  const differences: Difference[] = [];
  const compare = (what: string, left: number | bigint, right: number | bigint): void => {
    if (left !== right) differences.push({ what, a: `0x${left.toString(16)}`, b: `0x${right.toString(16)}` });
  };
  compare('clock', a.guest.clock.now(), b.guest.clock.now());
  for (const [index, left] of a.guest.cpus.entries()) {
    const right = b.guest.cpus[index];
    if (!right) continue;
    const where = a.guest.cpus.length > 1 ? `cpu ${index} ` : '';
    if (left.isStarted !== right.isStarted)
      differences.push({ what: `${where}started`, a: `${left.isStarted}`, b: `${right.isStarted}` });
    // A stopped CPU has no state that its guest could see.
    if (!left.isStarted) continue;
    compareRegisters(where, left, right, compare);
    compare(`${where}pc`, left.pc, right.pc);
    compare(`${where}privilege`, left.privilege, right.privilege);
    for (const { number, name } of COMPARED_CSRS) {
      const [a, b] = [left.readCsr(number), right.readCsr(number)];
      // Guests of one may have what those of the other do not: stimecmp.
      if (a !== undefined && b !== undefined) compare(`${where}${name}`, a, b);
    }
  }
  return differences;
}

function compareRegisters(
  where: string,
  left: CpuState,
  right: CpuState,
  compare: (what: string, a: bigint, b: bigint) => void,
): void {
  for (let register = 1; register < 32; register++)
    compare(`${where}x${register}`, left.x(register), right.x(register));
}

function compareMemory(a: System, b: System): Difference[] {
  const { base, size } = a.guest.ram;
  for (let gpa = base; gpa < base + size; gpa += FRAME) {
    const left = a.guest.toHost(gpa);
    const right = b.guest.toHost(gpa);
    if (left === undefined || right === undefined) continue;
    const [x, y] = [a.machine.core.ram.peek(left, FRAME), b.machine.core.ram.peek(right, FRAME)];
    for (let i = 0; i < FRAME; i++) {
      if (x[i] !== y[i])
        return [
          {
            what: `memory at 0x${(gpa + i).toString(16)}`,
            a: `0x${(x[i] ?? 0).toString(16)}`,
            b: `0x${(y[i] ?? 0).toString(16)}`,
          },
        ];
    }
  }
  return [];
}
