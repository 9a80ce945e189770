import type { CpuState } from '../hypervisor/cpu';
import { Csr, type CsrDescription, csrs, lowMask } from '../isa/index';
import { Privilege } from '../mmu/index';

/** One thing in which two runs of a guest differ. */
export interface Difference {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** CSRs that a guest of S-mode sees and that must agree; counters follow from the clock. */
const COMPARED_CSRS = [...csrs.filter(({ group }) => group === 'supervisor'), Csr.cycle, Csr.time, Csr.instret];

/**
 * Those of them that others change, and time: a CPU sees them with its next instruction. What is on its way until then is nobody's business
 * but the firmware's or the VMM's, who have it in different places.
 */
const CHANGED_BY_OTHERS: ReadonlySet<CsrDescription> = new Set([Csr.sip, Csr.cycle, Csr.time]);

const SIE = BigInt(lowMask(Csr.sstatus, 'SIE'));

/** The CPUs of a guest on two systems, compared after each instruction of the guest. */
export class ComparedCpus {
  /** What each CPU had retired when it was last compared. */
  private retired: number[];
  /** By CPU, what it had retired when its comparison was put off to the next instruction. */
  private readonly putOff = new Map<number, number>();

  constructor(
    private readonly a: readonly CpuState[],
    private readonly b: readonly CpuState[],
  ) {
    this.retired = a.map((cpu) => cpu.retired);
  }

  differences(): Difference[] {
    const before = this.retired;
    this.retired = this.a.map((cpu) => cpu.retired);
    const wentOn = [...this.retired.keys()].filter((index) => this.retired[index] !== before[index]);
    return this.a.flatMap((left, index) => {
      const right = this.b[index];
      const where = this.a.length > 1 ? `cpu ${index} ` : '';
      if (!right) return [];
      if (left.isStarted !== right.isStarted)
        return [{ what: `${where}started`, a: `${left.isStarted}`, b: `${right.isStarted}` }];
      // A stopped CPU has no state that its guest could see.
      if (!left.isStarted || this.isToBePutOff(index, left, right)) return [];
      // A call that was held until others had come up goes on with the last instruction of those: two at once.
      const isAlone = wentOn.length === 1 && wentOn[0] === index;
      return differencesOf(where, left, right, isAlone);
    });
  }

  /** Of an IPI to itself, a CPU may have taken the interrupt with its call, or be about to take it: its next instruction tells. */
  private isToBePutOff(index: number, left: CpuState, right: CpuState): boolean {
    if (interruptIsDue(left) === interruptIsDue(right)) {
      this.putOff.delete(index);
      return false;
    }
    const since = this.putOff.get(index) ?? left.retired;
    this.putOff.set(index, since);
    return since === left.retired;
  }
}

/** Whether a CPU takes an interrupt before its next instruction. */
function interruptIsDue(cpu: CpuState): boolean {
  const value = (csr: CsrDescription): bigint => cpu.readCsr(csr.number) ?? 0n;
  const takesThem = cpu.privilege === Privilege.user || (value(Csr.sstatus) & SIE) !== 0n;
  return takesThem && (value(Csr.sip) & value(Csr.sie)) !== 0n;
}

/** @param isAlone whether it is the one CPU that has gone on since both were last compared */
function differencesOf(where: string, left: CpuState, right: CpuState, isAlone: boolean): Difference[] {
  const differences: Difference[] = [];
  const compare = (what: string, a: number | bigint, b: number | bigint): void => {
    if (a !== b) differences.push({ what: `${where}${what}`, a: `0x${a.toString(16)}`, b: `0x${b.toString(16)}` });
  };
  for (let register = 1; register < 32; register++) compare(`x${register}`, left.x(register), right.x(register));
  compare('pc', left.pc, right.pc);
  compare('privilege', left.privilege, right.privilege);
  for (const csr of COMPARED_CSRS) {
    if (!isAlone && CHANGED_BY_OTHERS.has(csr)) continue;
    const values = { a: left.readCsr(csr.number), b: right.readCsr(csr.number) };
    // Guests of one may have what those of the other do not: stimecmp.
    if (values.a !== undefined && values.b !== undefined) compare(csr.name, values.a, values.b);
  }
  return differences;
}
