import { COSTS, type CostKind } from './cost-model';

/** Why a guest left to the VMM. The names are what filters, counts and reports use. */
export const EXIT_REASONS = {
  'privileged-instruction': 'a privileged instruction, executed by the deprivileged guest kernel',
  'csr-access': 'an access to a CSR that U-mode may not use',
  'sbi-call': 'an SBI call of the guest kernel',
  'shadow-miss': 'a page that the guest maps and its shadow table does not (a hidden page fault)',
  'guest-page-fault': "a page fault that is the guest's own",
  'access-fault': 'an access outside the memory and devices of the VM',
  mmio: 'an access to a device register',
  'guest-exception': "an exception that is the guest's own: system call, breakpoint, illegal instruction",
  'timer-interrupt': "the machine's timer, armed for the guest's",
  'device-interrupt': "an interrupt line of the VM's devices changed",
  'software-interrupt': 'another vCPU sent an interrupt',
} as const;

export type ExitReason = keyof typeof EXIT_REASONS;

/** A 64-bit value as words: turned into text only when somebody looks. */
export interface Words {
  readonly low: number;
  readonly high: number;
}

/** Sensitive state that an exit changed. */
export type StateChange =
  | {
      readonly kind: 'virtual CSR' | 'hardware CSR';
      readonly csr: number;
      readonly before: Words;
      readonly after: Words;
    }
  /** The shadow entry of the page at `address` (GVA). */
  | { readonly kind: 'shadow entry'; readonly address: Words; readonly before: Words; readonly after: Words }
  /** The guest's own page-table entry at `address` (GPA): A or D set by the VMM, as hardware would. */
  | { readonly kind: 'guest entry'; readonly address: number; readonly before: number; readonly after: number }
  /** Translations of this hardware ASID left the TLB. */
  | { readonly kind: 'TLB'; readonly asid: number }
  /** A trap or interrupt was injected: the guest goes on at its trap vector. */
  | { readonly kind: 'trap'; readonly interrupt: boolean; readonly cause: number };

export interface ExitRecord {
  /** 1 for the VM's first exit. */
  readonly number: number;
  readonly vcpu: number;
  /** Machine clock at the exit. */
  readonly clock: number;
  /** Guest pc, as words. */
  readonly pcLow: number;
  readonly pcHigh: number;
  reason: ExitReason;
  /** The guest's virtual privilege. */
  readonly user: boolean;
  /** Hardware cause; interrupts have bit 31 set. */
  readonly cause: number;
  /** The trap value: a virtual address, or the instruction's bits. */
  readonly value: Words;
  /** The instruction's bits where the handler decoded one, else 0. */
  instruction: number;
  readonly changes: StateChange[];
  /** Steps of the narration, as text; filled only while somebody observes the exits. */
  readonly narration: string[];
  cycles: number;
}

/** The last exits are kept; the counts are of all. */
const KEPT = 1000;
/** A handler that changes more than this (a fence of everything) is recorded by a count. */
const KEPT_CHANGES = 64;

/** Every exit of a VM with its position, its reason, what it changed and what it cost. Never part of guest-visible state. */
export class ExitLedger {
  private readonly ring: ExitRecord[] = [];
  private readonly byReason = new Map<ExitReason, { count: number; cycles: number }>();
  private current: ExitRecord | undefined;
  private total = 0;
  private cycleTotal = 0;

  /** Starts the record of an exit; until `close`, costs and changes belong to it. */
  open(exit: Omit<ExitRecord, 'number' | 'instruction' | 'changes' | 'narration' | 'cycles'>): ExitRecord {
    this.total++;
    this.current = { ...exit, number: this.total, instruction: 0, changes: [], narration: [], cycles: 0 };
    if (this.ring.length < KEPT) this.ring.push(this.current);
    else this.ring[(this.total - 1) % KEPT] = this.current;
    this.charge('trapEntry');
    this.charge('contextSave');
    return this.current;
  }

  /** The exit is over: the guest goes on. */
  close(): void {
    const record = this.current;
    if (!record) return;
    this.charge('trapReturn');
    const counts = this.byReason.get(record.reason) ?? { count: 0, cycles: 0 };
    counts.count++;
    counts.cycles += record.cycles;
    this.byReason.set(record.reason, counts);
    this.cycleTotal += record.cycles;
    this.current = undefined;
  }

  /** The exit that is being handled. */
  get handling(): ExitRecord | undefined {
    return this.current;
  }

  /** The handler has found out what kind of exit it handles. */
  classify(reason: ExitReason): void {
    if (this.current) this.current.reason = reason;
  }

  /** The handler has decoded the instruction that exited. */
  decoded(word: number): void {
    if (this.current) this.current.instruction = word;
  }

  /** Adds a cost to the exit that is being handled. */
  charge(kind: CostKind, times = 1): void {
    if (this.current) this.current.cycles += COSTS[kind].cycles * times;
  }

  /** Notes a change of sensitive state by the exit that is being handled. */
  changed(change: StateChange): void {
    if (this.current && this.current.changes.length < KEPT_CHANGES) this.current.changes.push(change);
  }

  get count(): number {
    return this.total;
  }

  get cycles(): number {
    return this.cycleTotal;
  }

  counts(): { reason: ExitReason; count: number; cycles: number }[] {
    return [...this.byReason]
      .map(([reason, { count, cycles }]) => ({ reason, count, cycles }))
      .sort((a, b) => b.count - a.count);
  }

  /** The last `count` exits, newest first; of one vCPU when given. */
  last(count: number, vcpu?: number): ExitRecord[] {
    const result: ExitRecord[] = [];
    for (let i = 0; i < this.ring.length && result.length < count; i++) {
      const record = this.ring[(this.total - 1 - i) % KEPT];
      if (record && (vcpu === undefined || record.vcpu === vcpu)) result.push(record);
    }
    return result;
  }
}
