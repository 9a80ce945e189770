import type { Hart } from '../../simulator/core/index';
import { highWord, lowWord } from '../../simulator/core/index';
import type { CpuMode } from '../../simulator/hypervisor/cpu';
import { Privilege } from '../../simulator/mmu/index';
import { valueOfWords } from '../format';
import type { GuestExit } from './guest-exits';
import { NumberRing } from './number-ring';
import type { OwnGuest } from './own-guest';

/** Exits, and changes of what harts execute, that are kept. */
const MOST = 100_000;
/** In place of a guest's id, which are from 1 on. */
const NOBODY = 0;

/** What a hart executes: a guest, its hypervisor with the programs below it, or software in M-mode. */
const STATES = ['guest', 'HS', 'M'] as const;
type OwnState = (typeof STATES)[number];

/** A hart executes something from an instant on. */
export interface PastStay {
  readonly hart: number;
  readonly clock: number;
  readonly state: OwnState;
  /** By its id, while it is a guest. */
  readonly guest: number | undefined;
}

/** An exit of a guest into the user's own hypervisor, as far as it is kept. */
export interface PastGuestExit
  extends Pick<GuestExit, 'number' | 'clock' | 'cause' | 'interrupt' | 'pc' | 'value' | 'mode'> {
  readonly hart: number;
  readonly guest: number;
  /** The guest that its hart came into next; undefined before it has. */
  readonly entered: number | undefined;
}

const exitColumns = {
  clock: 0,
  number: 1,
  hart: 2,
  guest: 3,
  entered: 4,
  cause: 5,
  interrupt: 6,
  user: 7,
  pcLow: 8,
  pcHigh: 9,
  valueLow: 10,
  valueHigh: 11,
} as const;

/**
 * What the harts executed since the first entry into a guest of the user's own hypervisor, and the exits: for the timeline, from what harts tell as it
 * happens. It only looks.
 */
export class OwnHistory {
  private readonly exits = new NumberRing(Object.keys(exitColumns).length, MOST);
  private readonly stays = new NumberRing(4, MOST);
  /** Of each hart on which a guest was entered: what it executes, and where its last exit is kept. */
  private readonly places: ({ state: OwnState; guest: number; exit: number | undefined } | undefined)[] = [];
  private readonly names: string[] = [];

  /** How many exits there were that are not kept. */
  get forgotten(): number {
    return this.exits.first;
  }

  /** The name of a guest by its id, also of one that nobody knows any more. */
  nameOf(guest: number): string {
    return this.names[guest] ?? `guest ${guest}`;
  }

  /** A hart comes into a guest. */
  entered({ id }: Hart, guest: OwnGuest, clock: number): void {
    this.names[guest.id] = guest.name;
    this.places[id] ??= { state: 'HS', guest: NOBODY, exit: undefined };
    const { exit } = this.places[id];
    if (exit !== undefined && exit >= this.exits.first) this.exits.set(exit, exitColumns.entered, guest.id);
    this.became(id, 'guest', guest.id, clock);
  }

  /** A guest has exited. */
  left(exit: GuestExit): void {
    const { cpu, clock, number, guest, cause, interrupt, mode, pc, value, byMachine } = exit;
    this.names[guest.id] = guest.name;
    this.places[cpu] ??= { state: 'guest', guest: guest.id, exit: undefined };
    this.places[cpu].exit = this.exits.count;
    this.exits.add([
      clock,
      number,
      cpu,
      guest.id,
      NOBODY,
      cause,
      interrupt ? 1 : 0,
      mode.privilege === Privilege.user ? 1 : 0,
      lowWord(pc),
      highWord(pc),
      lowWord(value),
      highWord(value),
    ]);
    this.became(cpu, byMachine ? 'M' : 'HS', NOBODY, clock);
  }

  /** A hart is in another mode with V = 0: what was before its first guest, nobody asks for. */
  inHost({ id }: Hart, privilege: Privilege, clock: number): void {
    if (this.places[id]) this.became(id, privilege === Privilege.machine ? 'M' : 'HS', NOBODY, clock);
  }

  private became(hart: number, state: OwnState, guest: number, clock: number): void {
    const place = this.places[hart];
    if (!place || (place.state === state && place.guest === guest)) return;
    place.state = state;
    place.guest = guest;
    this.stays.add([clock, hart, STATES.indexOf(state), guest]);
  }

  /** Changes of what harts execute that are kept, in the order in which they were seen. */
  *changes(): Generator<PastStay> {
    const { stays } = this;
    for (let row = stays.first; row < stays.count; row++) {
      const guest = stays.at(row, 3);
      yield {
        clock: stays.at(row, 0),
        hart: stays.at(row, 1),
        state: STATES[stays.at(row, 2)] ?? 'HS',
        guest: guest === NOBODY ? undefined : guest,
      };
    }
  }

  /** When the last so many of the exits that are kept came, of all of them when the first entry did; undefined where there is nothing. */
  sinceLast(count: number): number | undefined {
    const { exits, stays } = this;
    if (exits.count <= count && stays.first === 0 && stays.count > 0) return stays.at(0, 0);
    return exits.count === 0 ? undefined : exits.at(Math.max(exits.first, exits.count - count), exitColumns.clock);
  }

  /** Places of the exits of an interval, its ends included, in their order. */
  exitsIn(from: number, to: number): number[] {
    const { exits } = this;
    const rows: number[] = [];
    for (let row = exits.first; row < exits.count; row++) {
      const clock = this.clockOf(row);
      if (clock >= from && clock <= to) rows.push(row);
    }
    return rows;
  }

  /** When an exit came. */
  clockOf(place: number): number {
    return this.exits.at(place, exitColumns.clock);
  }

  exitAt(place: number): PastGuestExit {
    const read = (column: keyof typeof exitColumns): number => this.exits.at(place, exitColumns[column]);
    const entered = read('entered');
    const mode: CpuMode = { privilege: read('user') ? Privilege.user : Privilege.supervisor, virtual: true };
    return {
      clock: read('clock'),
      number: read('number'),
      hart: read('hart'),
      guest: read('guest'),
      entered: entered === NOBODY ? undefined : entered,
      cause: read('cause'),
      interrupt: read('interrupt') === 1,
      mode,
      pc: valueOfWords({ low: read('pcLow'), high: read('pcHigh') }),
      value: valueOfWords({ low: read('valueLow'), high: read('valueHigh') }),
    };
  }
}
