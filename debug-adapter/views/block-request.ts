import type { DmaSpace } from '../../simulator/devices/dma';
import { DESC_F_WRITE, type DescriptorChain } from '../../simulator/devices/virtio/virtqueue';
import { plural } from '../format';

const HEADER = 16;
const names: { readonly [type: number]: string } = { 0: 'read', 1: 'write', 4: 'flush', 8: 'get id' };
const outcomes: { readonly [status: number]: string } = { 0: 'OK', 1: 'I/O error', 2: 'unsupported' };

/** What a chain asks of a block device (virtio 1.2, 5.2.6), and how it ended: `read sector 2, 512 bytes: OK`. */
export function describeBlockRequest(memory: DmaSpace, { descriptors }: DescriptorChain, isDone: boolean): string {
  const [first] = descriptors;
  const header = first && first.length >= HEADER ? memory.read(first.address, HEADER) : undefined;
  if (!header) return 'a request without a header';
  const view = new DataView(header.buffer, header.byteOffset, HEADER);
  const type = view.getUint32(0, true);
  const sector = view.getBigUint64(8, true);
  const isRead = type !== 1;
  const room = descriptors
    .slice(1)
    .filter(({ flags }) => ((flags & DESC_F_WRITE) !== 0) === isRead)
    .reduce((sum, { length }) => sum + length, 0);
  const bytes = isRead ? Math.max(0, room - 1) : room;
  const name = names[type] ?? `request of type ${type}`;
  const what = type > 1 ? name : `${name} sector ${sector}, ${plural(bytes, 'byte')}`;
  return isDone ? `${what}: ${outcomeOf(memory, descriptors)}` : what;
}

/** The last byte that the device writes is the status. */
function outcomeOf(memory: DmaSpace, descriptors: DescriptorChain['descriptors']): string {
  const last = descriptors.filter(({ flags, length }) => flags & DESC_F_WRITE && length > 0).at(-1);
  const status = last && memory.read(last.address + last.length - 1, 1)?.[0];
  return status === undefined ? 'no status' : (outcomes[status] ?? `status ${status}`);
}
