/** The runner in a worker of a browser: the extension reads files for it. */
import type { FindPattern } from '../../simulator/guest-tests/index';
import { confinedBy } from './lab-jobs';
import type { Order, Told } from './protocol';
import { Runner } from './runner';

/** The global scope of a Worker, as far as it is used. */
interface WorkerScope {
  postMessage(message: Told): void;
  onmessage: ((event: { readonly data: Order }) => void) | null;
}

/** Nothing ends an expression without end here but the extension, which ends a runner that gives no sign of life. */
const find: FindPattern = (pattern, text) => new RegExp(pattern, 'mu').test(text);

function main(worker: WorkerScope): void {
  // Timers of browsers wait 4 ms at least; a message to oneself comes after those that have arrived.
  const { port1, port2 } = new MessageChannel();
  const turns: (() => void)[] = [];
  port1.onmessage = () => turns.shift()?.();
  const reading = new Map<number, (bytes: Uint8Array | undefined) => void>();
  let requests = 0;
  const read = (path: string): Promise<Uint8Array | undefined> =>
    new Promise((resolve) => {
      const request = requests++;
      reading.set(request, resolve);
      worker.postMessage({ kind: 'read', request, path });
    });
  const runner = new Runner({
    readFile: read,
    confined: confinedBy(read),
    async openDisk(path) {
      const bytes = await read(path);
      if (!bytes) throw new Error(`'${path}' is not there`);
      return {
        size: bytes.length,
        read: (offset, length) => bytes.slice(offset, offset + length),
        write: (offset, written) => bytes.set(written, offset),
      };
    },
    find,
    now: () => performance.now(),
    yieldTo(next) {
      turns.push(next);
      port2.postMessage(undefined);
    },
    send: (message) => worker.postMessage(message),
  });
  worker.onmessage = ({ data: order }) => {
    if (order.kind !== 'file') {
      runner.take(order);
      return;
    }
    reading.get(order.request)?.(order.bytes);
    reading.delete(order.request);
  };
}

main(globalThis as unknown as WorkerScope);
