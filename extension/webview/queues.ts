import type { Descriptor, DescriptorChain, VirtioDevice, VirtQueue } from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { address, fold, guestAddress, heading, note, plural, table, text, toggle } from './parts';
import type { View } from './view';

/** The virtqueues of each device: descriptor table, available ring, used ring, and the chains that they make. */
export class QueuesView implements View {
  readonly empty = 'Debug a guest with a disk to see its virtqueues: descriptors, rings and chains.';
  private devices: VirtioDevice[] = [];
  /** `device/queue/chain` */
  readonly unfolded = new Set<string>();

  async load(client: Client, threadId: number): Promise<void> {
    this.devices = (await client.request('hyperstep/queues', { threadId })).devices;
  }

  render(_client: Client, refresh: () => void): Element[] {
    if (this.devices.length === 0)
      return [note('The machine has no virtio device. Give it a disk: "disks" in launch.json.')];
    return this.devices.map((device) => this.device(device, refresh));
  }

  private device(device: VirtioDevice, refresh: () => void): Element {
    const { name, slot, gpa, interrupt, status, features } = device;
    return element('section', { 'aria-label': `${name} in slot ${slot}` }, [
      heading(name, ' ', text('space', `slot ${slot}, interrupt ${interrupt}, `), address('gpa', gpa)),
      element('p', { class: 'facts' }, [
        text('status', status.join(' · ') || 'reset'),
        ...features.map((feature) => text('chip', feature)),
      ]),
      ...device.queues.map((queue) => this.queue(device, queue, refresh)),
    ]);
  }

  private queue(device: VirtioDevice, queue: VirtQueue, refresh: () => void): Element {
    const title = [`Queue ${queue.index} `, text('space', `${queue.name}, size ${queue.size}`)];
    if (!queue.ready)
      return element('div', { class: 'queue' }, [element('h3', {}, title), note('Not set up by the driver.')]);
    const chains = [...queue.chains].reverse();
    return element('div', { class: 'queue' }, [
      element('h3', {}, title),
      element('h4', {}, ['Chains ', text('space', 'newest first')]),
      ...(chains.length === 0 ? [note('No request yet.')] : []),
      ...chains.map((chain) => this.chain(`${device.slot}/${queue.index}/${chain.head}`, chain, queue, refresh)),
      part('Available ring', guestAddress(queue.availableRing), [
        `idx ${queue.availableRing.next}, read by the device to ${queue.taken}`,
      ]),
      ring(queue.available.map(({ position, head, state }) => ({ position, head, detail: state }))),
      part('Used ring', guestAddress(queue.usedRing), [`idx ${queue.usedRing.next}`]),
      ring(queue.used.map(({ position, head, written }) => ({ position, head, detail: `${written} B written` }))),
      part('Descriptor table', guestAddress(queue.descriptorTable), [
        `${plural(queue.descriptors.length, 'descriptor')} in chains`,
      ]),
      ...(queue.descriptors.length > 0 ? [descriptorTable(queue.descriptors)] : []),
    ]);
  }

  private chain(place: string, chain: DescriptorChain, queue: VirtQueue, refresh: () => void): Element {
    const isOpen = this.unfolded.has(place);
    const label = [
      text('index', `#${chain.head}`),
      text('request', chain.request),
      text(`state ${chain.state.replace(' ', '-')}`, chain.state),
    ];
    const members = chain.descriptors.flatMap((index) =>
      queue.descriptors.filter((descriptor) => descriptor.index === index),
    );
    const switchIt = () => {
      toggle(this.unfolded, place);
      refresh();
    };
    return element('div', { class: 'chain' }, [
      fold(label, isOpen, switchIt),
      ...(isOpen ? [descriptorTable(members)] : []),
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

function descriptorTable(descriptors: readonly Descriptor[]): Element {
  const rows = descriptors.map((descriptor) => [
    String(descriptor.index),
    guestAddress(descriptor),
    `${descriptor.length} B`,
    descriptor.flags.includes('indirect') ? 'indirect' : descriptor.flags.includes('write') ? 'writes' : 'reads',
    descriptor.next === undefined ? '' : `→ ${descriptor.next}`,
  ]);
  return table(['#', 'buffer', 'length', 'device', 'next'], rows, 'Descriptors');
}
