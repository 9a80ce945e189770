import type { EndOfRun } from '../machine/stop';
import { FRAME } from '../mmu/address';
import { ComparedCpus, type Difference } from './compared-cpus';
import type { System } from './system';

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
  const cpus = new ComparedCpus(a.guest.cpus, b.guest.cpus);
  for (let done = 0; ; done++) {
    const pc = a.guest.cpus[0]?.pc ?? 0n;
    const stopA = done < instructions ? a.machine.run({ instructions: 1 }) : undefined;
    const stopB = done < instructions ? b.machine.run({ instructions: 1 }) : undefined;
    const differences = cpus.differences();
    const clocks = [a, b].map(({ guest }) => guest.clock.now().toString());
    // Of several CPUs each has its own, which its cycle tells.
    if (a.guest.cpus.length === 1 && clocks[0] !== clocks[1])
      differences.unshift({ what: 'clock', a: `${clocks[0]} ns`, b: `${clocks[1]} ns` });
    const ended = stopA?.reason !== 'limit';
    if (stopA?.reason !== stopB?.reason)
      differences.push({ what: 'end of run', a: stopA?.reason ?? '', b: stopB?.reason ?? '' });
    if (ended || done % memoryEvery === memoryEvery - 1) differences.push(...compareMemory(a, b));
    if (differences.length > 0) return { equal: false, instruction: done, pc, differences };
    if (ended) return { equal: true, instructions: done, end: a.machine.finished };
  }
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
