import type { RunListener } from '../../simulator/hypervisor/dispatcher';
import type { ExitListener, ExitRecord } from '../../simulator/hypervisor/ledger/ledger';
import { RUN_STATES, type RunState } from '../../simulator/hypervisor/runnable';
import type { Vcpu } from '../../simulator/hypervisor/vcpu';
import type { System } from '../../simulator/system/system';
import { NumberRing } from './number-ring';

/** Exits and changes of state that are kept. */
const MOST = 100_000;

/** An exit, as far as it is kept. */
export interface PastExit {
  readonly number: number;
  readonly hart: number;
  /** On the machine's clock: when it came, and when its handler was over. */
  readonly clock: number;
  readonly end: number;
  /** Places among `vcpus`; undefined where the hart had, or has, nothing to do. */
  readonly left: number | undefined;
  readonly entered: number | undefined;
  readonly reason: string;
  /** As in the ledger's records. */
  readonly cause: number;
  readonly pcLow: number;
  readonly pcHigh: number;
  readonly valueLow: number;
  readonly valueHigh: number;
  /** The exit that has caused it; 0 where none has. */
  readonly by: number;
  /** What happened outside of all exits and has caused it, by its name. */
  readonly event: string | undefined;
}

/** Where an exit is kept. */
type PastExitPlace = number;

/** A vCPU is in a state from an instant on. */
export interface PastState {
  readonly vcpu: number;
  readonly clock: number;
  readonly run: RunState;
}

const NOBODY = -1;
const exitColumns = {
  clock: 0,
  end: 1,
  number: 2,
  hart: 3,
  left: 4,
  entered: 5,
  kind: 6,
  cause: 7,
  pcLow: 8,
  pcHigh: 9,
  valueLow: 10,
  valueHigh: 11,
  by: 12,
  event: 13,
} as const;
const EXIT_WIDTH = Object.keys(exitColumns).length;
const STATE_WIDTH = 3;

/**
 * The last exits and what vCPUs did, for the timeline: from what the VMM tells as it happens. It only looks. It listens from the
 * machine's begin, in every session; on the bare machine there is nothing.
 */
export class RunHistory implements ExitListener, RunListener {
  private readonly exits = new NumberRing(EXIT_WIDTH, MOST);
  private readonly states = new NumberRing(STATE_WIDTH, MOST);
  /** Of kinds of exits, and of events. */
  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  /** What is written to a ring: an exit or a change must not cost an allocation. */
  private readonly exit = new Float64Array(EXIT_WIDTH);
  private readonly state = new Float64Array(STATE_WIDTH);
  private readonly isCharged: boolean;
  /** Of all VMs, in their order. */
  readonly vcpus: readonly Vcpu[];
  /** By the id of the VM and the number among its vCPUs. */
  private readonly places = new Map<number, number[]>();

  /** @param isKept whether anything is: of a run that nobody debugs nobody asks for it */
  constructor({ hypervisor, configuration }: System, isKept: boolean) {
    this.isCharged = configuration.vmmTime === 'charged';
    this.vcpus = hypervisor?.vms.flatMap(({ vcpus }) => vcpus) ?? [];
    for (const [place, { name }] of this.vcpus.entries()) {
      const own = this.places.get(name.vm) ?? [];
      own[name.vcpu] = place;
      this.places.set(name.vm, own);
    }
    if (isKept) hypervisor?.listen(this);
    // What they do when somebody begins to look.
    for (const vcpu of this.vcpus) this.became(vcpu, vcpu.spends, hypervisor?.machine.clock.now() ?? 0);
  }

  closed(record: ExitRecord): void {
    const { clock, number, hart, left, entered, cause, pcLow, pcHigh, value, because, cycles } = record;
    const by = because === null ? 0 : because.kind === 'exit' ? because.number : (because.exit ?? 0);
    const { exit } = this;
    exit[exitColumns.clock] = clock;
    exit[exitColumns.end] = this.isCharged ? clock + cycles : clock;
    exit[exitColumns.number] = number;
    exit[exitColumns.hart] = hart;
    exit[exitColumns.left] = this.placeOf(left);
    exit[exitColumns.entered] = this.placeOf(entered);
    exit[exitColumns.kind] = this.nameNumber(record.kind.id);
    exit[exitColumns.cause] = cause;
    exit[exitColumns.pcLow] = pcLow;
    exit[exitColumns.pcHigh] = pcHigh;
    exit[exitColumns.valueLow] = value.low;
    exit[exitColumns.valueHigh] = value.high;
    exit[exitColumns.by] = by;
    exit[exitColumns.event] = because?.kind === 'event' ? this.nameNumber(because.name) : NOBODY;
    this.exits.add(exit);
  }

  became({ name }: Vcpu, run: RunState, now: number): void {
    const { state } = this;
    state[0] = now;
    state[1] = this.placeOf(name);
    state[2] = RUN_STATES.indexOf(run);
    this.states.add(state);
  }

  /** How many exits there were that are not kept. */
  get forgotten(): number {
    return this.exits.first;
  }

  /**
   * The exits that are kept and were not over before an interval nor came after it, and of each hart the last one before it; by their numbers.
   * Those of harts beside each other are not quite in the order of their clocks.
   */
  exitsAround(from: number, to: number): readonly PastExitPlace[] {
    const { exits } = this;
    const before = new Map<number, number>();
    const rows: number[] = [];
    for (let row = exits.first; row < exits.count; row++) {
      if (exits.at(row, exitColumns.clock) > to) continue;
      if (exits.at(row, exitColumns.end) < from) before.set(exits.at(row, exitColumns.hart), row);
      else rows.push(row);
    }
    return [...[...before.values()].sort((a, b) => a - b), ...rows];
  }

  /** When an exit came. */
  clockOf(place: PastExitPlace): number {
    return this.exits.at(place, exitColumns.clock);
  }

  /** Who had a hart before an exit, until when, and who had it afterwards, from when on. */
  switchAt(place: PastExitPlace): Pick<PastExit, 'hart' | 'clock' | 'end' | 'left' | 'entered'> {
    const { exits } = this;
    const { clock, end, hart } = exitColumns;
    return {
      clock: exits.at(place, clock),
      end: exits.at(place, end),
      hart: exits.at(place, hart),
      left: this.vcpuIn(place, exitColumns.left),
      entered: this.vcpuIn(place, exitColumns.entered),
    };
  }

  /** When the last so many of the exits that are kept began; undefined where there are none. */
  sinceLast(count: number): number | undefined {
    const { exits } = this;
    return exits.count === 0 ? undefined : exits.at(Math.max(exits.first, exits.count - count), exitColumns.clock);
  }

  /** Changes of state that are kept, from the first of each vCPU on. */
  *stateChanges(): Generator<PastState> {
    const { states } = this;
    for (let row = states.first; row < states.count; row++)
      yield { clock: states.at(row, 0), vcpu: states.at(row, 1), run: RUN_STATES[states.at(row, 2)] ?? 'off' };
  }

  /** All of an exit. */
  exitAt(place: PastExitPlace): PastExit {
    const read = (column: number): number => this.exits.at(place, column);
    const vcpu = (column: number): number | undefined => this.vcpuIn(place, column);
    const { clock, end, number, hart, left, entered, kind, cause, pcLow, pcHigh, valueLow, valueHigh, by, event } =
      exitColumns;
    return {
      clock: read(clock),
      end: read(end),
      number: read(number),
      hart: read(hart),
      left: vcpu(left),
      entered: vcpu(entered),
      reason: this.names[read(kind)] ?? '',
      cause: read(cause),
      pcLow: read(pcLow),
      pcHigh: read(pcHigh),
      valueLow: read(valueLow),
      valueHigh: read(valueHigh),
      by: read(by),
      event: this.names[read(event)],
    };
  }

  private vcpuIn(place: PastExitPlace, column: number): number | undefined {
    const vcpu = this.exits.at(place, column);
    return vcpu === NOBODY ? undefined : vcpu;
  }

  private placeOf(name: Vcpu['name'] | null): number {
    return name ? (this.places.get(name.vm)?.[name.vcpu] ?? NOBODY) : NOBODY;
  }

  private nameNumber(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
