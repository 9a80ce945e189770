import type { Hart } from '../core/index';
import { ConsoleScript } from '../guest-tests/console-script';
import { GuestRun, type Passed } from '../guest-tests/guest-run';
import { isAt, type LocatedPlace, locatedPlace, stopAtPlaces } from '../guest-tests/located-place';
import { type BuiltProgram, TestedGuest } from '../guest-tests/tested-guest';
import { ordinal, times } from '../guest-tests/words';
import type { CpuState } from '../hypervisor/cpu';
import type { System, SystemConfiguration } from '../system/system';
import type { Moment } from './lab';
import { type LastTrap, TrapLog } from './trap-log';

/** A guest at the moment that a question is about. */
export interface Standing {
  readonly guest: TestedGuest;
  readonly cpu: CpuState;
  readonly hart: Hart;
  /** The last trap before it. */
  readonly trap: LastTrap | undefined;
}

/** A guest on its way to the moment that a question is about: slice by slice. */
export class MomentRun {
  private readonly guest: TestedGuest;
  private readonly run: GuestRun;
  private readonly traps: TrapLog;
  private readonly place: LocatedPlace | string | undefined;
  private readonly limit: number;
  private arrivals = 0;
  /** Where it has arrived, once it has. */
  private arrived: { readonly cpu: CpuState; readonly retired: number } | undefined;
  private steps = 0;
  private seen: { readonly cpu: CpuState; readonly retired: number } | undefined;

  /** @throws ConfigurationError */
  constructor(
    private readonly moment: Moment,
    built: BuiltProgram,
    makeSystem: (console: SystemConfiguration['console']) => System,
  ) {
    const script = new ConsoleScript(moment.run.input);
    this.guest = new TestedGuest(makeSystem(script.print), built);
    this.limit = moment.run.limit;
    this.run = new GuestRun(this.guest, script, this.limit);
    this.traps = new TrapLog(this.guest.system);
    this.place = moment.place && locatedPlace(this.guest, moment.place);
    if (this.place !== undefined && typeof this.place !== 'string') stopAtPlaces(this.guest, [this.place]);
  }

  /** Runs on for a while. @returns where it stands at the moment, or why there is no such moment, once that is known */
  step(): Standing | string | undefined {
    const { place, moment } = this;
    if (typeof place === 'string') return `${moment.place?.text}: ${place}`;
    if (this.arrived && this.steps === moment.steps) return this.standing(this.arrived.cpu);
    const { clock } = this.guest.system.machine;
    const before = clock.retired;
    const passed = this.run.next({ stopAtGuestTrap: () => true }, this.arrived ? 1 : undefined);
    if (passed?.reason === 'guest-trap') this.traps.note(passed.trap);
    if (this.arrived) {
      if (passed?.reason === 'guest-trap' || clock.retired > before) this.steps += 1;
      else if (passed) return this.standing(this.arrived.cpu);
      return undefined;
    }
    if (passed?.reason === 'breakpoint') this.arrive(passed.hart, place);
    else if (passed && passed.reason !== 'guest-trap') return this.ended(passed);
    return undefined;
  }

  private arrive(hart: Hart, place: LocatedPlace | undefined): void {
    const { guest, moment } = this;
    const cpu = guest.system.cpuOn(hart);
    if (!cpu || !place || !isAt(place, cpu)) return;
    const { retired } = cpu;
    // An instruction is arrived at once, however often a handler leads back to it.
    if (this.seen?.cpu === cpu && this.seen.retired === retired) return;
    this.seen = { cpu, retired };
    this.arrivals += 1;
    if (this.arrivals < moment.arrival) return;
    stopAtPlaces(guest, []);
    this.arrived = { cpu, retired };
  }

  private ended(end: Exclude<Passed, { reason: 'breakpoint' | 'guest-trap' }>): Standing | string {
    const { guest, moment, limit } = this;
    const where = guest.describe(guest.firstCpu.pc);
    if (end.reason === 'too-much') return `${end.what}, at ${where}`;
    if (moment.place === undefined)
      return end.reason === 'limit'
        ? `it still runs after ${times(limit, 'instruction')}, at ${where}`
        : this.standing(guest.firstCpu);
    const nth = moment.arrival === 1 ? '' : ` for the ${ordinal(moment.arrival)} time`;
    const how =
      end.reason === 'limit' ? `it still runs after ${times(limit, 'instruction')}` : `its run ends (${end.reason})`;
    return `it does not come to ${moment.place.text}${nth}: ${how}, at ${where}`;
  }

  private standing(cpu: CpuState): Standing {
    const { guest } = this;
    return { guest, cpu, hart: guest.system.hartOf(cpu), trap: this.traps.last() };
  }
}
