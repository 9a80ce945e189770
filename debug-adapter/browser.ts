import type { HostFile } from '../simulator/devices/disk/disk-image';
import { decodeBase64, encodeBase64 } from '../simulator/object/bytes/base64';
import { vmmScheme } from './protocol';
import { Session } from './session';
import { Connection } from './transport/connection';
import type { Host } from './transport/host';

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
  const disks: MemoryFile[] = [];
  const read = async (path: string): Promise<Uint8Array> => {
    const { base64 } = await connection.ask('hyperstep/readFile', { path });
    return decodeBase64(base64) ?? new Uint8Array();
  };
  return {
    readFile: (path) => read(path).catch(() => undefined),
    async openDisk(path, writable) {
      const bytes = await read(path);
      const disk = new MemoryFile(bytes, async () => {
        if (writable) await connection.ask('hyperstep/writeFile', { path, base64: encodeBase64(bytes) });
      });
      disks.push(disk);
      return disk;
    },
    vmmSourcePath: (file) => `${vmmScheme}:/${file}`,
    yieldTo(next) {
      waiting.push(next);
      port2.postMessage(undefined);
    },
    later: (milliseconds, next) => void setTimeout(next, milliseconds),
    now: () => performance.now(),
    isCongested: () => false,
    async save() {
      await Promise.all(disks.map((disk) => disk.save()));
    },
    exit: () => undefined,
  };
}

/** A disk image read whole. What the guest writes to it is written back whole, some time after the last write. */
class MemoryFile implements HostFile {
  private static readonly quiet = 500;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly writeBack: () => Promise<void>,
  ) {}

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), MemoryFile.quiet);
  }

  /** Writes back what was written since the last time. A file that cannot be written stays as it was. */
  async save(): Promise<void> {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.writeBack().catch(() => undefined);
  }
}

main(globalThis as unknown as WorkerScope);
