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
  privilege: CpuMode['privilege'];
  virtual: boolean;
  pcLow: number;
  pcHigh: number;
  /** Of a return its instruction, of a trap whereto. */
  how: 'mret' | 'sret' | TrapMode;
  /** Of a trap. */
  cause: TrapCause | undefined;
  passedOn: boolean;
  readonly words: Int32Array;
}

/** The last trap or return of each hart, from what the hart tells. It only looks, and keeps nothing of the machine's state. */
export class Transitions implements ModeListener {
  private readonly latest: (Kept | undefined)[] = [];

  /**
   * @param isKept whether anything is: of a run that nobody debugs nobody asks for it
   * @param inHost hears of each change after which V is 0
   */
  constructor(
    { machine }: System,
    isKept: boolean,
    private readonly inHost?: (hart: Hart) => void,
  ) {
    if (isKept) for (const hart of machine.harts) hart.modes = this;
  }

  /** Undefined before the first one that was seen. */
  lastOn({ id }: Hart): Transition | undefined {
    const kept = this.latest[id];
    if (!kept) return undefined;
    const { number, before, privilege, virtual, words } = kept;
    const pc = valueOfWords({ low: kept.pcLow, high: kept.pcHigh });
    const after = { privilege, virtual };
    return { number, before, after, how: howOf(kept), pc, low: (csr) => words[DECIDING.indexOf(csr)] ?? 0 };
  }

  trapped(hart: Hart, into: TrapMode, before: CpuMode, cause: TrapCause, passedOn: boolean): void {
    const { state } = hart;
    const epc = EPC[into];
    this.note(hart, before, state.csrLow(epc), state.csrHigh(epc), into, cause, passedOn);
  }

  returned(hart: Hart, instruction: 'mret' | 'sret', before: CpuMode): void {
    this.note(hart, before, hart.pcLow, hart.pcHigh, instruction, undefined, false);
  }

  private note(
    hart: Hart,
    before: CpuMode,
    pcLow: number,
    pcHigh: number,
    how: Kept['how'],
    cause: TrapCause | undefined,
    passedOn: boolean,
  ): void {
    const { id, privilege, virtual, state } = hart;
    let kept = this.latest[id];
    if (!kept) {
      const words = new Int32Array(DECIDING.length);
      kept = { number: 0, before, privilege, virtual, pcLow, pcHigh, how, cause, passedOn, words };
      this.latest[id] = kept;
    }
    kept.number++;
    kept.before = before;
    kept.privilege = privilege;
    kept.virtual = virtual;
    kept.pcLow = pcLow;
    kept.pcHigh = pcHigh;
    kept.how = how;
    kept.cause = cause;
    kept.passedOn = passedOn;
    for (let at = 0; at < SLOTS.length; at++) kept.words[at] = state.csrLow(SLOTS[at] ?? 0);
    if (!virtual) this.inHost?.(hart);
  }
}

function howOf({ how, cause, passedOn }: Kept): Transition['how'] {
  if (how === 'mret' || how === 'sret') return { kind: 'return', instruction: how };
  if (!cause) throw new RangeError(`a trap into ${how} has a cause`);
  return { kind: 'trap', into: how, cause, passedOn };
}
