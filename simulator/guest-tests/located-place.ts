import type { CpuState } from '../hypervisor/cpu';
import { Access } from '../mmu/index';
import type { Place } from './guest-test';
import type { TestedGuest } from './tested-guest';

/** Where the code of a place is. */
export interface LocatedPlace {
  readonly linked: readonly bigint[];
  /** Where it is loaded. */
  readonly loaded: readonly bigint[];
}

/** Where a place is in a program, or why it is nowhere. */
export function locatedPlace(guest: TestedGuest, place: Place): LocatedPlace | string {
  const linked = guest.addressesOf(place);
  if (typeof linked === 'string') return linked;
  return { linked, loaded: linked.flatMap((address) => guest.loadedAt(address) ?? []) };
}

/** Has the machine stop where a hart comes to one of these places, and nowhere else. */
export function stopAtPlaces({ system }: TestedGuest, places: readonly LocatedPlace[]): void {
  const physical = places
    .flatMap(({ loaded }) => loaded)
    .flatMap((address) => (address < 2n ** 53n ? (system.guest.toHost(Number(address)) ?? []) : []));
  system.machine.core.setBreakpoints(new Set(physical), new Set(places.flatMap(({ linked }) => linked)));
}

/** Whether a CPU stands at a place: where that is linked, or where it is loaded. A guest of the program's own has other code there. */
export function isAt({ linked, loaded }: LocatedPlace, cpu: CpuState): boolean {
  if (linked.includes(cpu.pc) && !cpu.virtual) return true;
  const found = cpu.peek(cpu.pc, Access.execute);
  return 'gpa' in found && loaded.includes(BigInt(found.gpa));
}
