import type { VcpuState, VmState, Vms } from '../../debug-adapter/protocol';
import type { Facts } from './changes';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { grid, note, plural, text } from './parts';
import { duration } from './past';
import type { PageContext, View } from './view';

/** The virtual machines of the host side by side: what each does, and what it has had of the host. */
export class VmsView implements View {
  readonly empty =
    'Debug a guest, or a scenario with several, to see virtual machines side by side: what each does, and its share of the host.';
  readonly unfolded = new Set<string>();
  readonly isOfMachine = true;
  private content: Vms = { clock: 0, harts: 0, vms: [] };

  async load(client: Client): Promise<void> {
    this.content = await client.request('hyperstep/vms', {});
  }

  facts(): Facts {
    const things = new Map(this.content.vms.map((vm) => [vm.name, stateText(vm)]));
    return { scopes: new Map([[SCOPE, things]]) };
  }

  render({ changes }: PageContext): Element[] {
    const { clock, harts, vms } = this.content;
    if (vms.length === 0) return [note('There is no hypervisor: the guest has the machine to itself.')];
    const header = element('header', {}, [
      text('title', `${plural(vms.length, 'virtual machine')} on ${plural(harts, 'hart')}`),
      text('space', `after ${duration(clock)}`),
    ]);
    const rows = vms.map((vm) => ({
      name: vm.name,
      mark: changes.of(SCOPE, vm.name),
      cells: [
        text('title', vm.name),
        stateText(vm),
        percent(vm.processor.recent, 'of one hart, since the machine was let run last'),
        percent(vm.processor.total, 'of one hart, since the machine was started'),
        shareText(vm),
        vm.vcpus.map(vcpuText).join(', '),
        element('span', { title: `and ${megabytes(vm.memory.tables)} for the VMM’s tables` }, [
          megabytes(vm.memory.guest),
        ]),
        vm.exits.toLocaleString('en'),
        duration(vm.stolen),
        vm.switches.toLocaleString('en'),
        vm.engine,
      ],
    }));
    return [header, grid(COLUMNS, rows, 'Virtual machines')];
  }
}

const SCOPE = 'vms';
const COLUMNS = [
  'name',
  'state',
  'last run',
  'in all',
  'share',
  'vCPUs',
  'memory',
  'exits',
  'stolen',
  'switches',
  'engine',
];

function stateText({ state, reason }: VmState): string {
  return reason === undefined ? state : `${state}: ${reason}`;
}

function shareText({ share: { weight, cap } }: VmState): string {
  return `weight ${weight}${cap === 0 ? '' : `, cap ${cap}%`}`;
}

function vcpuText({ id, state, hart }: VcpuState): string {
  return `${id} ${state}${hart === undefined ? '' : ` on hart ${hart}`}`;
}

function percent(value: number, title: string): Child {
  return element('span', { title }, [`${value.toFixed(1)}%`]);
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
