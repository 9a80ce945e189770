import { Clint } from '../devices/clint';
import type { AccessSize, MmioDevice, TimedDevice } from '../devices/device';
import { Plic } from '../devices/plic';
import { Rom } from '../devices/rom';
import { Uart } from '../devices/uart';
import { type BalloonHost, type MemoryStatistics, VirtioBalloon } from '../devices/virtio/balloon';
import { VirtioConsole } from '../devices/virtio/console';
import { VirtioNetwork } from '../devices/virtio/network';
import { VirtioTransport } from '../devices/virtio/transport';
import { type Component, withoutState } from '../schema/state/component';
import { type BoardParts, boardDevices } from './board-devices';
import { MEMORY_MAP, PLIC_SOURCES } from './memory-map';

export type { BoardClock, BoardParts, HartLines } from './board-devices';

/** The devices of one `virt` board: the bare machine's, or those that a VM's guest sees. */
export class Board {
  readonly clint: Clint | undefined;
  readonly uart: Uart;
  readonly plic: Plic;
  readonly rom: Rom | undefined;
  readonly virtio: readonly VirtioTransport[];
  readonly devices: readonly MmioDevice[];
  readonly component: Component;

  constructor(parts: BoardParts) {
    const { clock, name } = parts;
    const plic = new Plic(
      MEMORY_MAP.plic.base,
      PLIC_SOURCES,
      parts.harts.flatMap((hart) => [hart.machineExternal, hart.supervisorExternal]),
    );
    this.plic = plic;
    const site = {
      ...parts,
      plic,
      timerName: (device: string) => (name === '' ? device : `${name}.${device}`),
      timed: <Device extends TimedDevice>(device: Device) => {
        clock.register(device);
        return device;
      },
    };
    const made = boardDevices.flatMap(({ name, make }) => {
      const device = make(site);
      return device ? [{ name, device }] : [];
    });
    this.devices = made.map(({ device }) => device);
    const states = made.map(({ name, device }) => [name, device.component] as const);
    this.component = withoutState('board', { parts: Object.fromEntries(states) });
    this.clint = this.first(Clint);
    this.rom = this.first(Rom);
    this.uart = this.first(Uart) ?? missing('UART');
    this.virtio = this.devices.filter((device) => device instanceof VirtioTransport);
  }

  /** The first device of a class. */
  first<Device extends MmioDevice>(kind: new (...parts: never[]) => Device): Device | undefined {
    return this.devices.find((device): device is Device => device instanceof kind);
  }

  /** The device whose window holds `address`, if any. */
  find(address: number): MmioDevice | undefined {
    return this.devices.find(({ base, size }) => address >= base && address < base + size);
  }

  /** Bytes typed at the console: to the virtio console once a driver has taken it, else to the UART. */
  receiveConsole(bytes: Iterable<number>): void {
    for (const transport of this.virtio) {
      if (!(transport.backend instanceof VirtioConsole) || !transport.inUse) continue;
      transport.serve(transport.backend.receive(bytes));
      return;
    }
    this.uart.receive(bytes);
  }

  /** The console's terminal has a size: virtio consoles tell their drivers. @returns false when there are none, or they have it already */
  resizeConsole(columns: number, rows: number): boolean {
    let isTold = false;
    for (const transport of this.virtio) {
      if (!(transport.backend instanceof VirtioConsole) || !transport.backend.resize(columns, rows)) continue;
      transport.configurationChanged();
      isTold = true;
    }
    return isTold;
  }

  /** Its balloon device leads to the host of its memory. */
  connectBalloon(host: BalloonHost): void {
    this.balloon?.backend.connect(host);
  }

  /** The host wants another number of pages of the guest. */
  balloonChanged(): void {
    this.balloon?.transport.configurationChanged();
  }

  /** The guest is to tell of its memory anew. @returns whether it has a driver that does */
  askForStatistics(): boolean {
    const { balloon } = this;
    if (!balloon?.transport.inUse) return false;
    balloon.transport.serve(balloon.backend.ask());
    return true;
  }

  /** What the guest has told of its memory last; undefined where it has not. */
  get memoryStatistics(): MemoryStatistics | undefined {
    return this.balloon?.backend.statistics;
  }

  /** Pages that its driver says it has given to the host. */
  get ballooned(): number {
    return this.balloon?.backend.actual ?? 0;
  }

  /** The balloon device: of several the first, since a host wants its pages once. */
  private get balloon(): { readonly transport: VirtioTransport; readonly backend: VirtioBalloon } | undefined {
    for (const transport of this.virtio)
      if (transport.backend instanceof VirtioBalloon) return { transport, backend: transport.backend };
    return undefined;
  }

  /** There may be memory by now that devices wait for. */
  memoryCame(): void {
    for (const transport of this.virtio) transport.memoryCame();
  }

  /** An Ethernet frame from outside, for the network device in a slot. @returns false when there is none */
  receiveFrame(slot: number, frame: Uint8Array): boolean {
    const transport = this.virtio[slot];
    if (!(transport?.backend instanceof VirtioNetwork)) return false;
    transport.serve(transport.backend.receive(frame));
    return true;
  }
}

function missing(device: string): never {
  throw new RangeError(`every board has its ${device}`);
}

/** The two words of a device access, low first; a narrow access leaves `high` zero. */
export interface AccessResult {
  readonly low: number;
  readonly high: number;
}

/** Reads a device register; a 64-bit access becomes two of 32 bits where the device takes them. `undefined` is an access fault. */
export function readDevice(
  device: MmioDevice,
  address: number,
  size: AccessSize,
  how: 'read' | 'peek' = 'read',
): AccessResult | undefined {
  if (!accepts(device, address, size)) return undefined;
  const offset = address - device.base;
  const low = device[how](offset, size === 8 ? 4 : size);
  const high = size === 8 ? device[how](offset + 4, 4) : 0;
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** Writes a device register. @returns false for an access fault. */
export function writeDevice(device: MmioDevice, address: number, size: AccessSize, low: number, high: number): boolean {
  if (!accepts(device, address, size)) return false;
  const offset = address - device.base;
  if (size !== 8) return device.write(offset, size, size === 4 ? low >>> 0 : low & (size === 2 ? 0xffff : 0xff));
  return device.write(offset, 4, low >>> 0) && device.write(offset + 4, 4, high >>> 0);
}

function accepts(device: MmioDevice, address: number, size: AccessSize): boolean {
  const { smallest, largest } = device.accessSizes;
  return size >= smallest && size <= largest && address + size <= device.base + device.size;
}
