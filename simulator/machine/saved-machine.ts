import { type Hart, Status, savedStatus } from '../core/index';
import { Privilege } from '../mmu/index';
import { type Component, type PartProblem, type SavedField, withoutState } from '../schema/state/component';
import { isNumbers, isPlainList, isPlainRecord } from '../schema/state/plain';

/** What has a state of its own. */
interface Holder {
  readonly component: Component;
}

/** The parts of a machine. */
export interface MachineParts {
  readonly harts: readonly Hart[];
  readonly board: Holder | undefined;
  /** The software of M-mode and S-mode that is TypeScript. */
  readonly firmware: Holder | undefined;
  readonly vmm: Holder | undefined;
  readonly scheduler: Holder;
  readonly clock: Holder;
}

/** All state of a machine but RAM. @param restored called when another state has been taken up */
export function machineComponent(machine: MachineParts, restored: () => void): Component {
  const { harts, board, firmware, vmm, scheduler, clock } = machine;
  const parts = {
    ...Object.fromEntries(harts.map((hart) => [hartName(hart), hart.component])),
    ...(board && { board: board.component }),
    ...(firmware && { firmware: firmware.component }),
    ...(vmm && { vmm: vmm.component }),
    scheduler: scheduler.component,
    // Last: what is restored before may have set deadlines, which are the clock's to know.
    clock: clock.component,
  };
  return withoutState('machine', { parts, check: (field) => problemOfTraps(machine, field), restored });
}

const hartName = ({ id }: Hart): string => `hart${id}`;

/** A hart whose handler has yet to begin is in a mode that somebody hosts, with its interrupts off, as its trap left it. */
function problemOfTraps({ harts, firmware, vmm }: MachineParts, field: SavedField): PartProblem | undefined {
  const hasTrapped = (hart: string): boolean => {
    const [privilege, csrs] = [field(hart, 'privilege'), field(hart, 'csrs')];
    const status = isNumbers(csrs) ? savedStatus(csrs) : 0;
    if (privilege === Privilege.machine) return firmware !== undefined && !(status & Status.MIE);
    if (privilege !== Privilege.supervisor || field(hart, 'virtual')) return false;
    return vmm !== undefined && !(status & Status.SIE);
  };
  const slots = field('scheduler', 'harts');
  const wrong = harts.find((hart) => {
    const slot = isPlainList(slots) ? slots[hart.id] : undefined;
    return isPlainRecord(slot) && slot['trapped'] === true && !hasTrapped(hartName(hart));
  });
  return (
    wrong && {
      part: 'scheduler',
      path: ['harts', wrong.id, 'trapped'],
      problem: 'must be false of a hart that is in a mode that nobody hosts, or has its interrupts on',
    }
  );
}
