import {
  type CpuMode,
  CsrSlot,
  type Hart,
  type ModeListener,
  type TrapCause,
  type TrapMode,
} from '../../simulator/core/index';
import type { System } from '../../simulator/system/system';
import { valueOfWords } from '../format';

/** The CSRs that decide which mode takes a trap, and whether an instruction traps: their low words have all that does. */
const DECIDING = [
  'mstatus',
  'hstatus',
  'medeleg',
  'mideleg',
  'hedeleg',
  'hideleg',
  'mcounteren',
  'hcounteren',
  'scounteren',
] as const;
export type DecidingCsr = (typeof DECIDING)[number];

const SLOTS = DECIDING.map((name) => CsrSlot[name]);
const EPC = { m: CsrSlot.mepc, s: CsrSlot.sepc, vs: CsrSlot.vsepc } as const;

/** The last change of a hart's mode. */
export interface Transition {
  readonly before: CpuMode;
  readonly after: CpuMode;
  /** How many there have been on its hart, with it. */
  readonly number: number;
  /** Of a trap the instruction that trapped, or before which an interrupt came; of a return where it went to. */
  readonly pc: bigint;
  readonly how:
    | { readonly kind: 'return'; readonly instruction: 'mret' | 'sret' }
    | { readonly kind: 'trap'; readonly into: TrapMode; readonly cause: TrapCause; readonly passedOn: boolean };
  /** The low word of a CSR as it was then. */
  low(csr: DecidingCsr): number;
}

/** What is kept of it: used again and again, so that of what traps allocate only the last lives. */
interface Kept {
  number: number;
  before: CpuMode;
  after: CpuMode;
  pcLow: number;
  pcHigh: number;
  how: Transition['how'];
  readonly words: Int32Array;
}

/** The last trap or return of each hart, from what the hart tells. It only looks, and keeps nothing of the machine's state. */
export class Transitions implements ModeListener {
  private readonly latest: (Kept | undefined)[] = [];

  /** @param inHost hears of each change after which V is 0 */
  constructor(
    { machine }: System,
    private readonly inHost?: (hart: Hart) => void,
  ) {
    for (const hart of machine.harts) hart.modes = this;
  }

  /** Undefined before the first one that was seen. */
  lastOn({ id }: Hart): Transition | undefined {
    const kept = this.latest[id];
    if (!kept) return undefined;
    const { number, before, after, how, words } = kept;
    const pc = valueOfWords({ low: kept.pcLow, high: kept.pcHigh });
    return { number, before, after, how, pc, low: (csr) => words[DECIDING.indexOf(csr)] ?? 0 };
  }

  trapped(hart: Hart, into: TrapMode, before: CpuMode, cause: TrapCause, passedOn: boolean): void {
    const { state } = hart;
    const epc = EPC[into];
    this.note(hart, before, state.csrLow(epc), state.csrHigh(epc), { kind: 'trap', into, cause, passedOn });
  }

  returned(hart: Hart, instruction: 'mret' | 'sret', before: CpuMode): void {
    this.note(hart, before, hart.pcLow, hart.pcHigh, { kind: 'return', instruction });
  }

  private note(hart: Hart, before: CpuMode, pcLow: number, pcHigh: number, how: Transition['how']): void {
    const { id, privilege, virtual, state } = hart;
    const after = { privilege, virtual };
    let kept = this.latest[id];
    if (!kept) {
      kept = { number: 0, before, after, pcLow, pcHigh, how, words: new Int32Array(DECIDING.length) };
      this.latest[id] = kept;
    }
    kept.number++;
    kept.before = before;
    kept.after = after;
    kept.pcLow = pcLow;
    kept.pcHigh = pcHigh;
    kept.how = how;
    for (let at = 0; at < SLOTS.length; at++) kept.words[at] = state.csrLow(SLOTS[at] ?? 0);
    if (!virtual) this.inHost?.(hart);
  }
}
