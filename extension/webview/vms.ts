import type { VcpuState, VmState, Vms } from '../../debug-adapter/protocol';
import { vmOperations } from '../views/vm-operations';
import type { Facts } from './changes';
import { shareBar } from './charts';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { duration } from './duration';
import { OWN_GUESTS, ownGuestFacts, ownGuestParts } from './own-guests';
import { type GridRow, grid, note, plural, text, toggle } from './parts';
import { HART, historyChart, percent } from './processor-chart';
import type { PageContext, View } from './view';

/** An operation that came to nothing, and what its VM did then: until that does something else it is worth reading. */
interface Problem {
  readonly vm: string;
  readonly state: string;
  readonly text: string;
}

/** The virtual machines of the host side by side: what each does, what it has had of the host, and what can be done to it. */
export class VmsView implements View {
  readonly empty =
    'Debug a guest, or a scenario with several, to see virtual machines side by side: what each does, and its share of the host.';
  /** Names of VMs, and of guests of the user's own hypervisor. */
  readonly unfolded = new Set<string>();
  readonly isOfMachine = true;
  private content: Vms = { clock: 0, harts: 0, vms: [] };
  private problem: Problem | undefined;

  async load(client: Client): Promise<void> {
    this.content = await client.request('hyperstep/vms', {});
  }

  facts(): Facts {
    const { vms, own } = this.content;
    if (own) return { scopes: new Map([[OWN_GUESTS, ownGuestFacts(own)]]) };
    return { scopes: new Map([[SCOPE, new Map(vms.map((vm) => [vm.name, stateText(vm)]))]]) };
  }

  render(page: PageContext): Element[] {
    const { clock, harts, vms, own } = this.content;
    if (own) return ownGuestParts(own, { clock, harts }, this.unfolded, page);
    if (vms.length === 0)
      return [
        note('There is no hypervisor, or none that has entered a guest yet: the software has the machine to itself.'),
      ];
    const header = element('header', {}, [
      text('title', `${plural(vms.length, 'virtual machine')} on ${plural(harts, 'hart')}`),
      text('space', `after ${duration(clock)}`),
    ]);
    // The same for all, so that they can be compared.
    const most = HART * Math.max(...vms.map(({ vcpus }) => Math.min(vcpus.length, harts)));
    const rows = vms.flatMap((vm) => this.rows(vm, most, page));
    return [header, ...this.problemText(), grid(COLUMNS, rows, 'Virtual machines')];
  }

  private rows(vm: VmState, most: number, page: PageContext): GridRow[] {
    const isOpen = this.unfolded.has(vm.name);
    const toggled = () => {
      toggle(this.unfolded, vm.name);
      void page.refresh();
    };
    const row: GridRow = {
      name: vm.name,
      mark: page.changes.of(SCOPE, vm.name),
      level: 1,
      fold: { isOpen, toggled },
      cells: [
        text('title', vm.name),
        stateText(vm),
        page.isPast ? '' : this.operations(vm, page),
        processorCell(vm, most),
        shareCell(vm, most),
        memoryCell(vm),
        vm.exits.toLocaleString('en'),
        duration(vm.stolen),
        duration(vm.ready),
        vm.switches.toLocaleString('en'),
        vm.vcpus.reduce((sum, { instructions }) => sum + instructions, 0).toLocaleString('en'),
        vm.engine,
      ],
    };
    return isOpen ? [row, ...vm.vcpus.map((vcpu) => vcpuRow(vm, vcpu, most)), ...memoryRows(vm)] : [row];
  }

  private operations(vm: VmState, page: PageContext): Element {
    const buttons = vmOperations.map(({ operation, label, effect }) => {
      const reason = vm.refused[operation];
      return element(
        'button',
        {
          type: 'button',
          class: 'operation',
          // One that means nothing can be gone to as well: it says why.
          'aria-disabled': reason === undefined ? undefined : 'true',
          'aria-label': `${label} ${vm.name}`,
          title: reason === undefined ? effect : `${vm.name} ${reason}`,
          tabindex: -1,
        },
        [label],
        {
          click: (event) => {
            event.stopPropagation();
            if (reason === undefined) void this.operate(vm, operation, page);
            else page.say(`${vm.name} ${reason}`);
          },
        },
      );
    });
    const group = { class: 'operations', role: 'group', 'aria-label': `What can be done to ${vm.name}` };
    return element('span', group, buttons);
  }

  private async operate(
    vm: VmState,
    operation: (typeof vmOperations)[number]['operation'],
    page: PageContext,
  ): Promise<void> {
    this.problem = undefined;
    const came = await page.client
      .request('hyperstep/operateVm', { vm: vm.name, operation })
      .then(({ done, refusal }) => (done ? undefined : (refusal ?? `${vm.name} is as it was`)))
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (came !== undefined) {
      this.problem = { vm: vm.name, state: stateText(vm), text: came };
      page.say(came);
    }
    await page.refresh();
  }

  private problemText(): Element[] {
    const { problem } = this;
    const vm = this.content.vms.find(({ name }) => name === problem?.vm);
    if (!problem || !vm || stateText(vm) !== problem.state) return [];
    return [element('p', { class: 'fault' }, [problem.text])];
  }
}

const SCOPE = 'vms';
const COLUMNS = [
  'name',
  'state',
  'operations',
  'processor',
  'share',
  'memory',
  'exits',
  'stolen',
  'ready',
  'switches',
  'instructions',
  'engine',
];

function vcpuRow(vm: VmState, vcpu: VcpuState, most: number): GridRow {
  const { id, state, hart, history, total, instructions, stolen, ready, switches } = vcpu;
  const name = `${vm.name} vCPU ${id}`;
  return {
    name,
    level: 2,
    cells: [
      `vCPU ${id}`,
      `${state}${hart === undefined ? '' : ` on hart ${hart}`}`,
      '',
      historyChart(name, history, most),
      titled(percent(total), 'of one hart, since the machine was started'),
      '',
      '',
      duration(stolen),
      duration(ready),
      switches.toLocaleString('en'),
      instructions.toLocaleString('en'),
      '',
    ],
  };
}

function stateText({ state, reason }: VmState): string {
  return reason === undefined ? state : `${state}: ${reason}`;
}

function processorCell({ name, history, processor }: VmState, most: number): Element {
  return text(
    'measure',
    historyChart(name, history, most),
    titled(percent(processor.recent), 'of one hart, since the machine was let run last'),
  );
}

/** What it has had in all, and what it has a right to. */
function shareCell({ name, share, processor }: VmState, most: number): Element {
  const { weight, cap, entitled } = share;
  const right = entitled === undefined ? '' : `; ${percent(entitled)} is its right, while all want what they can have`;
  const says = `${name} has had ${percent(processor.total)} of one hart since the machine was started${right}`;
  return text(
    'measure',
    element('span', { title: says }, [shareBar(processor.total, entitled, most, says)]),
    `${percent(processor.total)}${entitled === undefined ? '' : `, entitled to ${percent(entitled)}`}`,
    text('space', ` weight ${weight}${cap === 0 ? '' : `, cap ${cap}%`}`),
  );
}

/** What it has, and where its guest is to have less than it may, its target. */
function memoryCell({ memory }: VmState): Element {
  const { guest, tables, limit, target, minimum, maximum, isFixed, told } = memory;
  const says = [
    `${megabytes(guest)} of its own, and ${megabytes(tables)} for the VMM’s tables`,
    `its guest may have ${megabytes(minimum)} to ${megabytes(maximum)} and is to have ${megabytes(target)}${isFixed ? ', which somebody has set' : ''}`,
    ...(told?.free === undefined ? [] : [`${megabytes(told.free)} are free, it says`]),
  ];
  const most = limit === undefined ? '' : ` of ${megabytes(limit)}`;
  const wanted = target === maximum ? '' : `, target ${megabytes(target)}`;
  return titled(`${megabytes(guest + tables)}${most}${wanted}`, says.join('; '));
}

/** What happened to its memory last, the newest first. */
function memoryRows(vm: VmState): GridRow[] {
  return [...vm.memory.history].reverse().map(({ clock, what, bytes, has }, index) => ({
    name: `${vm.name} memory ${index}`,
    level: 2,
    cells: [
      `memory, ${duration(clock)}`,
      `${what} ${megabytes(bytes)}`,
      ...Array.from({ length: COLUMNS.indexOf('memory') - 3 }, () => ''),
      `had ${megabytes(has)} then`,
      ...Array.from({ length: COLUMNS.length - COLUMNS.indexOf('memory') - 1 }, () => ''),
    ],
  }));
}

function titled(content: Child, title: string): Element {
  return element('span', { title }, [content]);
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
