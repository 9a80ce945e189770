import type { Hart, TrapMode, WorldListener } from '../../simulator/core/index';
import { KEPT_EXITS } from '../../simulator/hypervisor/ledger/ledger';
import { HISTORY_COLUMNS, passHistory } from '../../simulator/hypervisor/time-history';
import { Csr } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { System } from '../../simulator/system/system';
import { GuestExits } from './guest-exits';
import { keyOf, newGuest, type OwnGuest, type Stay } from './own-guest';
import { OwnHistory } from './own-history';

/** More than so many at once nobody looks at: one that has not run for longest is forgotten. */
const MOST_GUESTS = 256;

/** A hart has come into another guest than it was in last. */
export interface WorldSwitch {
  readonly number: number;
  readonly hart: number;
  readonly clock: number;
  /** Undefined of the first one. */
  readonly from: OwnGuest | undefined;
  readonly to: OwnGuest;
  /** The instruction that had written hgatp last; undefined where the guest has the value of the reset. */
  readonly pc: bigint | undefined;
}

/** What is known of a hart. */
interface Place {
  /** The guest that it executes, or executed last. */
  guest: OwnGuest | undefined;
  /** The machine's firmware has it, which is nobody's hypervisor: the guest will go on, or its hypervisor gets the trap. */
  inFirmware: boolean;
  hgatpWriter: bigint | undefined;
}

/** The guests of a hypervisor that runs on the bare machine, from what happens on the harts alone. It only looks. */
export class OwnGuests implements WorldListener {
  readonly exits = new GuestExits();
  readonly history = new OwnHistory();
  private readonly byHgatp = new Map<bigint, OwnGuest>();
  private readonly places: Place[];
  private readonly kept: WorldSwitch[] = [];
  private made = 0;
  private switched = 0;

  /** @param isKept whether the history is, besides what is counted: of a run that nobody debugs nobody asks for it */
  constructor(
    private readonly system: System,
    private readonly isKept: boolean,
  ) {
    const { harts } = system.machine;
    this.places = harts.map(() => ({ guest: undefined, inFirmware: false, hgatpWriter: undefined }));
    if (this.isPossible) for (const hart of harts) hart.worlds = this;
  }

  /** Whether there can be any: the machine has H, and its S-mode is the user's. */
  get isPossible(): boolean {
    return this.system.vm === undefined && (this.system.machine.harts[0]?.options.hypervisor ?? false);
  }

  private get isFirmwareOurs(): boolean {
    return this.system.configuration.firmware === 'sbi';
  }

  /** In the order in which they were entered first. */
  get all(): readonly OwnGuest[] {
    return [...this.byHgatp.values()].sort((one, other) => one.id - other.id);
  }

  /** How many there were that are forgotten. */
  get forgotten(): number {
    return this.made - this.byHgatp.size;
  }

  get switchCount(): number {
    return this.switched;
  }

  /** The last switches, the newest first. */
  lastSwitches(count: number): WorldSwitch[] {
    const found: WorldSwitch[] = [];
    for (let number = this.switched; number > 0 && found.length < count; number--) {
      const each = this.kept[number % KEPT_EXITS];
      if (each?.number !== number) break;
      found.push(each);
    }
    return found;
  }

  /** The guest that a hart executes, or whose exit its hypervisor handles: as long as hgatp is still that guest's. */
  on(hart: Hart): OwnGuest | undefined {
    const guest = this.places[hart.id]?.guest;
    return guest && this.byHgatp.get(keyOf(hart.csr(Csr.hgatp.number))) === guest ? guest : undefined;
  }

  /** The guest to which a VMID was given last that another had before. */
  holderOf(vmid: number): OwnGuest | undefined {
    const holders = [...this.byHgatp.values()].filter((guest) => guest.vmid === vmid);
    return holders.sort((one, other) => lastRun(other) - lastRun(one))[0];
  }

  hgatpWritten(hart: Hart): void {
    this.place(hart).hgatpWriter = hart.pc;
  }

  entered(hart: Hart): void {
    const place = this.place(hart);
    const guest = this.guestOf(hart.csr(Csr.hgatp.number));
    const goesOn = place.inFirmware && place.guest === guest;
    place.inFirmware = false;
    if (goesOn) return;
    const stay = this.stayOf(guest, hart);
    const clock = this.clockOf(hart);
    stay.entered++;
    stay.since = { clock, retired: hart.reached };
    passHistory(stay.columns, stay.told, clock, false);
    stay.told = clock;
    if (place.guest !== guest) this.note({ hart: hart.id, clock, from: place.guest, to: guest, pc: place.hgatpWriter });
    place.guest = guest;
    if (this.isKept) this.history.entered(hart, guest, clock);
  }

  /** A hart is in another mode with V = 0. The firmware takes no time. */
  inHost(hart: Hart): void {
    const { privilege } = hart;
    if (this.made === 0 || (privilege === Privilege.machine && this.isFirmwareOurs)) return;
    this.history.inHost(hart, privilege, this.clockOf(hart));
  }

  left(hart: Hart, mode: Exclude<TrapMode, 'vs'>): void {
    const place = this.place(hart);
    // The firmware takes no time, and an instruction that it does is the guest's.
    place.inFirmware = mode === 'm' && this.isFirmwareOurs;
    if (place.inFirmware) return;
    // One that was in a guest already when somebody began to look.
    const guest = place.guest ?? this.guestOf(hart.csr(Csr.hgatp.number));
    place.guest = guest;
    const stay = this.stayOf(guest, hart);
    const clock = this.clockOf(hart);
    stay.left++;
    if (stay.since) {
      stay.retired += hart.reached - stay.since.retired;
      stay.ran += clock - stay.since.clock;
      stay.since = undefined;
      passHistory(stay.columns, stay.told, clock, true);
      stay.told = clock;
    }
    const exit = this.exits.note(hart, mode, guest, clock);
    if (this.isKept) this.history.left(exit);
  }

  private note(happened: Omit<WorldSwitch, 'number'>): void {
    this.switched++;
    this.kept[this.switched % KEPT_EXITS] = { number: this.switched, ...happened };
  }

  private place({ id }: Hart): Place {
    const place = this.places[id];
    if (!place) throw new RangeError(`hart ${id} is not of this machine`);
    return place;
  }

  private guestOf(hgatp: bigint): OwnGuest {
    const key = keyOf(hgatp);
    const known = this.byHgatp.get(key);
    if (known) return known;
    if (this.byHgatp.size >= MOST_GUESTS) this.forgetOne();
    const guest = newGuest(++this.made, hgatp);
    this.byHgatp.set(key, guest);
    return guest;
  }

  private forgetOne(): void {
    const isOn = (guest: OwnGuest): boolean => this.places.some((place) => place.guest === guest);
    const off = [...this.byHgatp.values()].filter((guest) => !isOn(guest));
    const oldest = off.reduce((least, guest) => (lastRun(guest) < lastRun(least) ? guest : least));
    this.byHgatp.delete(oldest.key);
  }

  private stayOf(guest: OwnGuest, { id }: Hart): Stay {
    const { stays } = guest;
    const known = stays.get(id);
    if (known) return known;
    const columns = new Uint32Array(HISTORY_COLUMNS);
    const stay: Stay = { hart: id, entered: 0, left: 0, retired: 0, ran: 0, columns, told: 0, since: undefined };
    stays.set(id, stay);
    return stay;
  }

  /** The time where a hart has come to. */
  private clockOf(hart: Hart): number {
    const { scheduler } = this.system.machine;
    return scheduler.timeOf(hart) + hart.reached - hart.retired;
  }
}

/** When it was on a hart last. */
const lastRun = ({ stays }: OwnGuest): number => Math.max(...[...stays.values()].map(({ told }) => told));
