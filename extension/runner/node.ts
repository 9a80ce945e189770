/** The runner as a process, which the extension has started: orders come over the channel between them. */
import { openHostFile } from '../../host-files/open';
import { readHostFile } from '../../host-files/read';
import { confinedReader } from '../cli/lab/confined-files';
import { findPattern } from '../cli/test/find-pattern';
import type { Order } from './protocol';
import { Runner } from './runner';

/** Takes orders until the extension is gone. @returns whether there is somebody to give them */
export function serveRunner(): boolean {
  if (!process.connected) return false;
  const runner = new Runner({
    readFile: (path, limit) => readHostFile(path, { limit }),
    confined: confinedReader,
    openDisk: async (path) => openHostFile(path, false),
    find: findPattern,
    now: () => performance.now(),
    yieldTo: (next) => void setImmediate(next),
    send: (message) => void process.send?.(message),
  });
  process.on('message', (order: Order) => {
    if (order.kind !== 'file') runner.take(order);
  });
  process.on('disconnect', () => process.exit(0));
  return true;
}
