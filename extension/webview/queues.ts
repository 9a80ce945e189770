import type { Descriptor, DescriptorChain, VirtioDevice, VirtQueue } from '../../debug-adapter/protocol';
import type { Facts } from './changes';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { address, fold, grid, guestAddress, heading, marked, note, plural, text, toggle } from './parts';
import type { PageContext, View } from './view';

/** The virtqueues of each device: descriptor table, available ring, used ring, and the chains that they make. */
export class QueuesView implements View {
  readonly empty = 'Debug a guest with a disk to see its virtqueues: descriptors, rings and chains.';
  private devices: VirtioDevice[] = [];
  /** `device/queue/chain` */
  readonly unfolded = new Set<string>();

  async load(client: Client, threadId: number): Promise<void> {
    this.devices = (await client.request('hyperstep/queues', { threadId })).devices;
  }

  facts(): Facts {
    const queues = this.devices.flatMap((device) =>
      device.queues.map((queue): [string, Map<string, string>] => [scopeOf(device, queue), factsOf(queue)]),
    );
    const devices = this.devices.map(({ slot, status, features }): [string, string] => [
      String(slot),
      [...status, ...features].join(' '),
    ]);
    return { scopes: new Map([[DEVICES, new Map(devices)], ...queues]) };
  }

  render(page: PageContext): Element[] {
    if (this.devices.length === 0)
      return [note('The machine has no virtio device. Give it a disk: "disks" in launch.json.')];
    return this.devices.map((device) => this.device(device, page));
  }

  private device(device: VirtioDevice, page: PageContext): Element {
    const { name, slot, gpa, interrupt, status, features } = device;
    return element('section', { 'aria-label': `${name} in slot ${slot}` }, [
      heading(name, ' ', text('space', `slot ${slot}, interrupt ${interrupt}, `), address('gpa', gpa)),
      element('p', { class: 'facts' }, [
        text('status', status.join(' · ') || 'reset'),
        ...marked(page.changes.of(DEVICES, String(slot))),
        ...features.map((feature) => text('chip', feature)),
      ]),
      ...device.queues.map((queue) => this.queue(device, queue, page)),
    ]);
  }

  private queue(device: VirtioDevice, queue: VirtQueue, page: PageContext): Element {
    const scope = scopeOf(device, queue);
    const mark = (name: string): Element[] => marked(page.changes.of(scope, name));
    const title = [`Queue ${queue.index} `, text('space', `${queue.name}, size ${queue.size}`)];
    if (!queue.ready)
      return element('div', { class: 'queue' }, [element('h3', {}, title), note('Not set up by the driver.')]);
    const chains = [...queue.chains].reverse();
    return element('div', { class: 'queue' }, [
      element('h3', {}, title),
      element('h4', {}, ['Chains ', text('space', 'newest first')]),
      ...(chains.length === 0 ? [note('No request yet.')] : []),
      element(
        'div',
        { 'data-items': 'list', 'aria-label': `Chains of ${device.name} in slot ${device.slot}, queue ${queue.index}` },
        chains.map((chain) => this.chain(scope, chain, queue, page)),
      ),
      part('Available ring', guestAddress(queue.availableRing), [
        `idx ${queue.availableRing.next}, read by the device to ${queue.taken} `,
        ...mark('available'),
      ]),
      ring(queue.available.map(({ position, head, state }) => ({ position, head, detail: state }))),
      part('Used ring', guestAddress(queue.usedRing), [`idx ${queue.usedRing.next} `, ...mark('used')]),
      ring(queue.used.map(({ position, head, written }) => ({ position, head, detail: `${written} B written` }))),
      part('Descriptor table', guestAddress(queue.descriptorTable), [
        `${plural(queue.descriptors.length, 'descriptor')} in chains`,
      ]),
      ...(queue.descriptors.length > 0
        ? [descriptorTable(queue.descriptors, `Descriptors of queue ${queue.index}`)]
        : []),
    ]);
  }

  private chain(scope: string, chain: DescriptorChain, queue: VirtQueue, page: PageContext): Element {
    const place = `${scope}/${chain.head}`;
    const isOpen = this.unfolded.has(place);
    const label = [
      text('index', `#${chain.head}`),
      text('request', chain.request),
      ...marked(page.changes.of(scope, chainName(chain))),
      text(`state ${chain.state.replace(' ', '-')}`, chain.state),
    ];
    const members = chain.descriptors.flatMap((index) =>
      queue.descriptors.filter((descriptor) => descriptor.index === index),
    );
    const switchIt = () => {
      toggle(this.unfolded, place);
      page.refresh();
    };
    return element('div', { class: 'chain' }, [
      fold(label, isOpen, switchIt, { item: place }),
      ...(isOpen ? [descriptorTable(members, `Descriptors of chain ${chain.head}`)] : []),
    ]);
  }
}

function part(title: string, place: Element, facts: readonly Child[]): Element {
  return element('h4', {}, [title, ' ', place, ' ', text('space', ...facts)]);
}

function ring(entries: readonly { position: number; head: number; detail: string }[]): Element {
  if (entries.length === 0) return note('Empty.');
  const cells = entries.map(({ position, head, detail }) =>
    element('li', { title: `entry ${position}: chain ${head}, ${detail}`, class: `cell ${detail}` }, [
      text('position', String(position)),
      text('head', `#${head}`),
      text('detail', detail),
    ]),
  );
  return element('ol', { class: 'ring' }, cells);
}

function descriptorTable(descriptors: readonly Descriptor[], label: string): Element {
  const rows = descriptors.map((descriptor) => ({
    name: String(descriptor.index),
    cells: [
      String(descriptor.index),
      guestAddress(descriptor),
      `${descriptor.length} B`,
      descriptor.flags.includes('indirect') ? 'indirect' : descriptor.flags.includes('write') ? 'writes' : 'reads',
      descriptor.next === undefined ? '' : `→ ${descriptor.next}`,
    ],
  }));
  return grid(['#', 'buffer', 'length', 'device', 'next'], rows, label);
}

const DEVICES = 'devices';

function scopeOf({ slot }: VirtioDevice, { index }: VirtQueue): string {
  return `${slot}/${index}`;
}

function chainName({ head }: DescriptorChain): string {
  return `chain ${head}`;
}

/** What may change of a queue, by what it is. */
function factsOf({ availableRing, usedRing, taken, ready, chains }: VirtQueue): Map<string, string> {
  return new Map([
    ['ready', String(ready)],
    ['available', `${availableRing.next} ${taken}`],
    ['used', String(usedRing.next)],
    ...chains.map((chain): [string, string] => [
      chainName(chain),
      `${chain.state} ${chain.request} ${chain.descriptors.join()}`,
    ]),
  ]);
}
