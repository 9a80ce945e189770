import type { DebugProtocol } from '@vscode/debugprotocol';
import { exitKinds } from '../../simulator/hypervisor/engines/registry';
import { KILL_REASONS } from '../../simulator/hypervisor/vm-end';
import { causeOf, exceptionCauses, interruptCauses } from '../../simulator/isa/index';
import type { Trap } from '../../simulator/machine/trap';
import { RequestError } from '../request-error';

export type FilterId = 'killed' | 'exit' | 'trap';

const killReasons = [...Object.keys(KILL_REASONS)];
const causes = [...exceptionCauses, ...interruptCauses];
/** Of every engine, and of a hypervisor of the user's own: the causes of its guest's traps. */
export const exitReasons: readonly string[] = [...new Set([...exitKinds, ...causes].map(({ id }) => id))];

export const exceptionFilters: readonly DebugProtocol.ExceptionBreakpointsFilter[] = [
  {
    filter: 'killed',
    label: 'VM killed',
    description: 'The VMM gives the virtual machine up, or the machine traps for ever.',
    default: true,
    supportsCondition: true,
    conditionDescription: `Reasons, such as: ${killReasons.join(', ')}`,
  },
  {
    filter: 'exit',
    label: 'VM exit',
    description: 'The guest leaves to the VMM, or to a hypervisor of your own.',
    default: false,
    supportsCondition: true,
    conditionDescription: `Reasons, such as: ${exitReasons.slice(0, 4).join(', ')}`,
  },
  {
    filter: 'trap',
    label: 'Guest trap',
    description: 'The guest takes a trap or interrupt into its own handler.',
    default: false,
    supportsCondition: true,
    conditionDescription: 'Causes, such as: store-page-fault, user-ecall, supervisor-timer, 13',
  },
];

/** Which exceptions the user wants to see. */
export class ExceptionFilters {
  private readonly wanted = new Map<FilterId, ReadonlySet<string> | 'all'>();
  /** Of which VMs, by their names; those of all where a filter names none. */
  private readonly vms = new Map<FilterId, ReadonlySet<string>>();

  /**
   * @param conditions by filter: names with commas or blanks between them; `vm:web` is for exceptions of one of several VMs
   * @throws RequestError for unknown filters and names
   */
  static of(filters: readonly string[], conditions: ReadonlyMap<string, string>): ExceptionFilters {
    const result = new ExceptionFilters();
    for (const filter of filters) {
      if (filter !== 'killed' && filter !== 'exit' && filter !== 'trap')
        throw new RequestError(`there is no exception filter '${filter}'`);
      const names = (conditions.get(filter) ?? '').split(/[\s,;|]+/).filter((name) => name !== '');
      const vms = names.filter((name) => name.startsWith(OF_VM)).map((name) => name.slice(OF_VM.length));
      if (vms.length > 0) result.vms.set(filter, new Set(vms));
      result.wanted.set(filter, listed(filter, names));
    }
    return result;
  }

  wants(filter: FilterId): boolean {
    return this.wanted.has(filter);
  }

  /** Whether a filter is for the guest of a VM, or for that of the bare machine. */
  isFor(filter: FilterId, vm: string | undefined): boolean {
    return this.vms.get(filter)?.has(vm ?? '') ?? true;
  }

  /** Whether a filter's condition names reasons, so that it has to be known which one it is. */
  isSelective(filter: FilterId): boolean {
    const wanted = this.wanted.get(filter);
    return wanted !== undefined && wanted !== 'all';
  }

  accepts(filter: FilterId, reason: string): boolean {
    const wanted = this.wanted.get(filter);
    return wanted === 'all' || (wanted?.has(reason) ?? false);
  }

  acceptsTrap({ interrupt, cause }: Trap): boolean {
    return this.accepts('trap', causeOf(cause, interrupt).id);
  }
}

/** Before the name of a VM in a condition. */
const OF_VM = 'vm:';

function listed(filter: FilterId, names: readonly string[]): ReadonlySet<string> | 'all' {
  const reasons = names.filter((name) => !name.startsWith(OF_VM));
  return reasons.length === 0 ? 'all' : new Set(reasons.map((name) => reasonNamed(filter, name)));
}

function reasonNamed(filter: FilterId, name: string): string {
  if (filter === 'trap') {
    const cause = causes.find(({ id, code, interrupt }) => id === name || (!interrupt && String(code) === name));
    if (cause) return cause.id;
    throw new RequestError(`there is no cause '${name}': ${causes.map(({ id }) => id).join(', ')}`);
  }
  const reasons = filter === 'exit' ? exitReasons : [...killReasons];
  if (!reasons.includes(name)) throw new RequestError(`there is no reason '${name}': ${reasons.join(', ')}`);
  return name;
}
