import type { HostFile } from '../simulator/devices/disk';
import { decodeBase64, encodeBase64 } from './base64';
import { Connection } from './connection';
import type { Host } from './host';
import { vmmScheme } from './protocol';
import { Session } from './session';

/** The global scope of a Worker, as far as it is used. */
interface WorkerScope {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

/** The adapter in a Worker: DAP messages as objects. Files come from the extension, which is asked for them. */
function main(worker: WorkerScope): void {
  const connection = new Connection((message) => worker.postMessage(message));
  const session = new Session(connection, workerHost(connection));
  worker.onmessage = ({ data }) => session.handle(data);
}

function workerHost(connection: Connection): Host {
  // Timers of browsers wait 4 ms at least; a message to oneself comes after those that have arrived.
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  const read = async (path: string): Promise<Uint8Array> => {
    const { base64 } = await connection.ask('hyperstep/readFile', { path });
    return decodeBase64(base64) ?? new Uint8Array();
  };
  return {
    readFile: (path) => read(path).catch(() => undefined),
    openDisk: async (path, writable) => memoryFile(await read(path), writable, connection, path),
    vmmSourcePath: (file) => `${vmmScheme}:/${file}`,
    yieldTo(next) {
      waiting.push(next);
      port2.postMessage(undefined);
    },
    later: (milliseconds, next) => void setTimeout(next, milliseconds),
    now: () => performance.now(),
    isCongested: () => false,
    exit: () => undefined,
  };
}

/** A disk image read whole; what is written to it in place is written back whole, a while after the last write. */
function memoryFile(bytes: Uint8Array, writable: boolean, connection: Connection, path: string): HostFile {
  const QUIET = 500;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (): void =>
    void connection.ask('hyperstep/writeFile', { path, base64: encodeBase64(bytes) }).catch(() => {});
  return {
    size: bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    write(offset, written) {
      bytes.set(written, offset);
      if (!writable) return;
      clearTimeout(timer);
      timer = setTimeout(save, QUIET);
    },
  };
}

main(globalThis as unknown as WorkerScope);
