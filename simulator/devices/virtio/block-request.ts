import { isWritable } from './chain-buffers';
import type { Request } from './description';
import { bytesAt, bytesInWords, lengthOf } from './words';

// virtio 1.2, section 5.2.6
export const RequestType = { in: 0, out: 1, flush: 4, getId: 8 } as const;
export const RequestStatus = { ok: 0, ioError: 1, unsupported: 2 } as const;
/** Bytes of a request before its data: type, reserved, sector. */
export const REQUEST_HEADER = 16;

const names: { readonly [type: number]: string } = {
  [RequestType.in]: 'read',
  [RequestType.out]: 'write',
  [RequestType.flush]: 'flush',
  [RequestType.getId]: 'get id',
};
const outcomes: { readonly [status: number]: string } = {
  [RequestStatus.ok]: 'OK',
  [RequestStatus.ioError]: 'I/O error',
  [RequestStatus.unsupported]: 'unsupported',
};

/** What a chain asks of a block device, and how it ended: `read sector 2, 512 bytes: OK`. */
export function describeBlockRequest(request: Request): string {
  const header = bytesAt(request, 'readable', 0, REQUEST_HEADER);
  if (header.length < REQUEST_HEADER) return 'a request without a header';
  const view = new DataView(header.buffer);
  const type = view.getUint32(0, true);
  const sector = view.getBigUint64(8, true);
  const what = names[type] ?? `request of type ${type}`;
  const bytes =
    type === RequestType.out
      ? lengthOf(request, 'readable') - REQUEST_HEADER
      : Math.max(0, lengthOf(request, 'writable') - 1);
  const place = type === RequestType.in || type === RequestType.out ? ` sector ${sector}, ${bytesInWords(bytes)}` : '';
  return request.written === undefined ? what + place : `${what}${place}: ${outcomeOf(request)}`;
}

/** The last byte that the device writes is the status. */
function outcomeOf({ chain, memory }: Request): string {
  const last = chain.descriptors.filter((each) => isWritable(each) && each.length > 0).at(-1);
  const status = last && memory.read(last.address + last.length - 1, 1)?.[0];
  return status === undefined ? 'no status' : (outcomes[status] ?? `status ${status}`);
}
