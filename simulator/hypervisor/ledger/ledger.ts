import type { SbiCallId } from '../../firmware/sbi/call';
import { componentOf, type StateHolder } from '../../schema/state/component';
import { exitKindNamed } from '../engines/registry';
import { commonExits, type ExitKind } from '../exits/exit-kind';
import { type CauseId, Causes, type Effect } from './causes';
import { type Charges, COSTS, type Cost, type CostKind, costKinds, noCharges } from './cost-model';
import {
  inOrder,
  KEPT_CHANGES,
  KEPT_EXITS,
  ledgerSchema,
  type SavedLedger,
  type StateChange,
  type Words,
} from './saved-ledger';
import type { VcpuName } from './vcpu-name';

export { KEPT_EXITS, type StateChange, type Words } from './saved-ledger';

/** In the cause of an exit's record: it is an interrupt. */
export const INTERRUPT_BIT = 0x80000000;

/** What is known of an exit when it happens. */
export interface ExitStart {
  readonly hart: number;
  /** Who ran on it; null of an interrupt that came to a hart that had nothing to do. */
  readonly left: VcpuName | null;
  /** Machine clock at the exit. */
  readonly clock: number;
  /** Guest pc, as words: of whoever was left, or of whom the hart has come for. */
  readonly pcLow: number;
  readonly pcHigh: number;
  readonly kind: ExitKind;
  /** The guest's virtual privilege. */
  readonly user: boolean;
  /** Hardware cause; interrupts have INTERRUPT_BIT set. */
  readonly cause: number;
  /** The trap value: a virtual address, or the instruction's bits. */
  readonly value: Words;
  /** What a call of the firmware asks for; null when the exit is none. */
  readonly call: SbiCallId | null;
  /** What has caused an interrupt's exit; null of one that the guest's instruction caused. */
  readonly because: CauseId | null;
}

export interface ExitRecord extends ExitStart {
  /** Who runs on the hart afterwards; null where it has nothing to do then, or the exit is being handled still. */
  readonly entered: VcpuName | null;
  /** 1 for the VM's first exit. */
  readonly number: number;
  /** The instruction's bits where the handler decoded one, else 0. */
  readonly instruction: number;
  readonly changes: readonly StateChange[];
  readonly cycles: number;
}

/** Exits of a kind. */
interface Tally {
  count: number;
  cycles: number;
}

/** Whose exits are those of harts that had nothing to do, and have still nothing to do. */
const NO_VM = -1;

/** Whose an exit is: of who was left, or of whom a hart has come for that had nothing to do. */
export const concernedBy = ({ left, entered }: Pick<ExitRecord, 'left' | 'entered'>): VcpuName | null =>
  left ?? entered;

/** Who is told of exits that are over. The record is another one's soon; nothing may be changed. */
export interface ExitListener {
  closed(record: ExitRecord): void;
}

/** A record in the making. The ledger's records are used again and again: an exit must not cost an allocation that lives. */
type Draft = { -readonly [field in keyof ExitRecord]: ExitRecord[field] } & {
  changes: StateChange[];
  value: { low: number; high: number };
};

/** Of exits that have changed nothing so far; nothing is added to it. */
const NO_CHANGES: StateChange[] = [];

/**
 * Every exit of a VM with its position, its reason, what it changed and what it cost. Never part of guest-visible state.
 * Records are valid until the machine runs on.
 */
export class ExitLedger implements StateHolder<SavedLedger> {
  readonly component = componentOf(ledgerSchema, this);
  /** What has caused what happens to vCPUs. */
  readonly causes = new Causes();
  /** Undefined while nobody looks. */
  listener: ExitListener | undefined;
  private readonly asked = new Map<string, number>();
  private readonly ring: Draft[] = [];
  private readonly tallies = new Map<number, Map<ExitKind, Tally>>();
  private current: Draft | undefined;
  private known = false;
  private total = 0;
  private cycleTotal = 0;
  /** How often each cost has come, by its place in the table. */
  private readonly charged: number[] = costKinds.map(() => 0);

  /** @param event what happens outside of all exits, by its name */
  constructor(private readonly event: () => string) {}

  /** What causes what happens now. */
  get presentCause(): CauseId {
    const { current } = this;
    if (current) return { kind: 'exit', number: current.number };
    const name = this.event();
    return { kind: 'event', name, exit: this.asked.get(name) ?? null };
  }

  /** A device of a VM's is to do something later: whoever acts now has asked for it, or the device itself goes on. */
  scheduled(event: string): void {
    const { current } = this;
    if (current) this.asked.set(event, current.number);
    else if (this.event() !== event) this.asked.delete(event);
  }

  /** What an exit has asked devices to do later, by their names, as long as nobody has asked for more. */
  askedBy(exit: number): readonly string[] {
    return [...this.asked].filter(([, number]) => number === exit).map(([event]) => event);
  }

  /** What happens now has an effect on a vCPU. */
  caused(vcpu: VcpuName, effect: Effect): void {
    this.causes.note(vcpu, effect, this.presentCause);
  }

  /** Starts the record of an exit; until `close`, costs and changes belong to it. */
  open(start: ExitStart): void {
    const draft = this.draft(this.total % KEPT_EXITS);
    this.total++;
    draft.number = this.total;
    draft.hart = start.hart;
    draft.left = start.left;
    draft.entered = null;
    draft.clock = start.clock;
    draft.pcLow = start.pcLow;
    draft.pcHigh = start.pcHigh;
    draft.kind = start.kind;
    draft.user = start.user;
    draft.cause = start.cause;
    draft.value.low = start.value.low;
    draft.value.high = start.value.high;
    draft.call = start.call;
    draft.because = start.because;
    draft.instruction = 0;
    draft.changes = NO_CHANGES;
    draft.cycles = 0;
    this.current = draft;
    this.known = false;
    this.add(draft, COSTS.trapEntry, 1);
    this.add(draft, COSTS.contextSave, 1);
  }

  private draft(slot: number): Draft {
    let draft = this.ring[slot];
    if (!draft) {
      draft = {
        number: 0,
        hart: 0,
        left: null,
        entered: null,
        clock: 0,
        pcLow: 0,
        pcHigh: 0,
        kind: commonExits.guestException,
        user: false,
        cause: 0,
        value: { low: 0, high: 0 },
        call: null,
        because: null,
        instruction: 0,
        changes: [],
        cycles: 0,
      };
      this.ring.push(draft);
    }
    return draft;
  }

  /** A hart that had nothing to do has come for a vCPU, which goes on at a pc. */
  cameFor(vcpu: VcpuName, pc: Words, user: boolean): void {
    const { current } = this;
    if (!current || current.left) return;
    current.pcLow = pc.low;
    current.pcHigh = pc.high;
    current.user = user;
    current.because ??= this.causes.take(vcpu, 'kick') ?? null;
    current.entered = vcpu;
  }

  /** The exit is over: the hart goes on with `entered`, or has nothing to do. @returns what it has cost, in cycles */
  close(entered: VcpuName | null): number {
    const record = this.current;
    if (!record) return 0;
    record.entered = entered;
    this.charge('trapReturn');
    this.tally(concernedBy(record)?.vm ?? NO_VM, record.kind, 1, record.cycles);
    this.cycleTotal += record.cycles;
    this.current = undefined;
    this.listener?.closed(record);
    return record.cycles;
  }

  private tally(vm: number, kind: ExitKind, count: number, cycles: number): void {
    let kinds = this.tallies.get(vm);
    if (!kinds) {
      kinds = new Map();
      this.tallies.set(vm, kinds);
    }
    const counts = kinds.get(kind);
    if (counts) {
      counts.count += count;
      counts.cycles += cycles;
    } else {
      kinds.set(kind, { count, cycles });
    }
  }

  /** All of its records. Not while an exit is being handled. */
  state(): SavedLedger {
    return {
      total: this.total,
      cycles: this.cycleTotal,
      charges: this.charges,
      causes: this.causes.save(),
      asked: this.asked,
      tallies: [...this.tallies]
        .flatMap(([vm, kinds]) => [...kinds].map(([{ id }, counts]) => ({ vm, reason: id, ...counts })))
        .sort(inOrder),
      ring: this.ring.map(({ kind, ...record }) => ({ ...record, reason: kind.id })),
    };
  }

  restore({ total, cycles, charges, causes, asked, tallies, ring }: SavedLedger): void {
    this.total = total;
    this.cycleTotal = cycles;
    for (const kind of costKinds) this.charged[COSTS[kind].index] = charges[kind];
    this.causes.restore(causes);
    this.asked.clear();
    for (const [event, exit] of asked) this.asked.set(event, exit);
    this.tallies.clear();
    for (const { vm, reason, count, cycles } of tallies) this.tally(vm, kindOf(reason), count, cycles);
    this.ring.splice(
      0,
      this.ring.length,
      ...ring.map(({ reason, ...record }) => ({ ...record, kind: kindOf(reason) })),
    );
    this.current = undefined;
  }

  /** The exit that is being handled. */
  get handling(): ExitRecord | undefined {
    return this.current;
  }

  /** Whether the handler has said what kind of exit it handles: until then the record has what the cause alone tells. */
  get isClassified(): boolean {
    return this.known;
  }

  /** The handler has found out what kind of exit it handles. */
  classify(kind: ExitKind): void {
    this.known = true;
    if (this.current) this.current.kind = kind;
  }

  /** The handler has decoded the instruction that exited. */
  decoded(word: number): void {
    if (this.current) this.current.instruction = word;
  }

  /** Adds a cost to the exit that is being handled. */
  charge(kind: CostKind, times = 1): void {
    if (this.current) this.add(this.current, COSTS[kind], times);
  }

  private add(draft: Draft, { cycles, index }: Cost, times: number): void {
    draft.cycles += cycles * times;
    this.charged[index] = (this.charged[index] ?? 0) + times;
  }

  /** Notes a change of sensitive state by the exit that is being handled. */
  changed(change: StateChange): void {
    const { current } = this;
    // Most exits change one thing: a list for just that costs less than one that has been emptied.
    if (current?.changes === NO_CHANGES) current.changes = [change];
    else if (current && current.changes.length < KEPT_CHANGES) current.changes.push(change);
  }

  get count(): number {
    return this.total;
  }

  get cycles(): number {
    return this.cycleTotal;
  }

  /** How often each cost has come, in all exits. */
  get charges(): Charges {
    const entries = costKinds.map((kind) => [kind, this.charged[COSTS[kind].index] ?? 0]);
    return { ...noCharges(), ...Object.fromEntries(entries) };
  }

  /** What the exit that is being handled has cost so far, in cycles. */
  get costSoFar(): number {
    return this.current?.cycles ?? 0;
  }

  /**
   * How many exits of each kind are over, by the kinds' ids: the most frequent first, those that are as frequent by their ids.
   * @param vm of one VM; absent, of all
   */
  counts(vm?: number): { reason: string; count: number; cycles: number }[] {
    const sums = new Map<string, Tally>();
    for (const [of, kinds] of this.tallies) {
      if (vm !== undefined && of !== vm) continue;
      for (const [{ id }, { count, cycles }] of kinds) {
        const sum = sums.get(id) ?? { count: 0, cycles: 0 };
        sums.set(id, { count: sum.count + count, cycles: sum.cycles + cycles });
      }
    }
    return [...sums]
      .map(([reason, { count, cycles }]) => ({ reason, count, cycles }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }

  /** The record of an exit, if it is still kept. */
  record(number: number): ExitRecord | undefined {
    const record = this.ring[(number - 1) % KEPT_EXITS];
    return record?.number === number ? record : undefined;
  }

  /** The last `count` of those exits that are kept and wanted, newest first. */
  last(count: number, isWanted: (record: ExitRecord) => boolean = () => true): ExitRecord[] {
    const result: ExitRecord[] = [];
    for (let i = 0; i < this.ring.length && result.length < count; i++) {
      const record = this.ring[(this.total - 1 - i) % KEPT_EXITS];
      if (record && isWanted(record)) result.push(record);
    }
    return result;
  }
}

/** @throws RangeError where no engine has such exits */
function kindOf(id: string): ExitKind {
  const kind = exitKindNamed(id);
  if (!kind) throw new RangeError(`there are no exits of the kind ${id}`);
  return kind;
}
