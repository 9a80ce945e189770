import { Clint, type ClintLines } from '../devices/clint';
import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from '../devices/device';
import type { DmaSpace } from '../devices/dma';
import { Finisher, type FinisherRequest } from '../devices/finisher';
import { GoldfishRtc } from '../devices/goldfish-rtc';
import { Plic } from '../devices/plic';
import { Rom } from '../devices/rom';
import { Uart } from '../devices/uart';
import type { VirtioBackend } from '../devices/virtio/backend';
import { VirtioConsole } from '../devices/virtio/console';
import { VirtioNetwork } from '../devices/virtio/network';
import { VirtioTransport } from '../devices/virtio/transport';
import { type Component, component, restore, type SavedComponent, stateSchema } from '../schema/state/component';
import type { PlainValue } from '../schema/state/plain';
import { INTERRUPTS, MEMORY_MAP, PLIC_SOURCES } from './memory-map';

/** The wires from a board to one of its harts (or vCPUs). */
export interface HartLines extends ClintLines {
  readonly machineExternal: InterruptLine;
  readonly supervisorExternal: InterruptLine;
}

/** What a board's devices go by, and who wakes them. */
export interface BoardClock extends DeviceClock {
  register(device: TimedDevice): void;
}

export interface BoardParts {
  /** Distinguishes the boards of several VMs on one clock; empty for the machine's own. */
  readonly name: string;
  readonly clock: BoardClock;
  readonly memory: DmaSpace;
  readonly harts: readonly HartLines[];
  /** What is behind the virtio slots, from slot 0 up. */
  readonly slots: readonly VirtioBackend[];
  /** The date at reset, in seconds since 1970. */
  readonly startTime: number;
  /** Whether there is a boot ROM: where harts start in M-mode from reset. */
  readonly rom: boolean;
  /** Without a CLINT, for a VM whose guest never sees M-mode: its window answers with access faults. */
  readonly clint: boolean;
  readonly console: (byte: number) => void;
  readonly finish: (request: FinisherRequest) => void;
}

const boardState = stateSchema('board', 1, {});

/** The devices of one `virt` board: the bare machine's, or those that a VM's guest sees. */
export class Board {
  readonly clint: Clint | undefined;
  readonly plic: Plic;
  readonly uart: Uart;
  readonly finisher: Finisher;
  readonly rtc: GoldfishRtc;
  readonly rom: Rom | undefined;
  readonly virtio: readonly VirtioTransport[];
  readonly devices: readonly MmioDevice[];
  readonly component: Component;

  constructor(parts: BoardParts) {
    const { clock, memory } = parts;
    const prefix = parts.name === '' ? '' : `${parts.name}.`;
    this.plic = new Plic(
      MEMORY_MAP.plic.base,
      PLIC_SOURCES,
      parts.harts.flatMap((hart) => [hart.machineExternal, hart.supervisorExternal]),
    );
    this.uart = new Uart(MEMORY_MAP.uart.base, this.plic.source(INTERRUPTS.uart), parts.console);
    this.finisher = new Finisher(MEMORY_MAP.finisher.base, parts.finish);
    this.rtc = new GoldfishRtc(
      `${prefix}rtc`,
      MEMORY_MAP.rtc.base,
      this.plic.source(INTERRUPTS.rtc),
      clock,
      parts.startTime,
    );
    clock.register(this.rtc);
    this.rom = parts.rom ? new Rom(MEMORY_MAP.resetVector.base, MEMORY_MAP.resetVector.size) : undefined;
    this.virtio = Array.from({ length: MEMORY_MAP.virtio.slots }, (_, slot) => {
      return new VirtioTransport(
        `${prefix}virtio${slot}`,
        MEMORY_MAP.virtio.base + slot * MEMORY_MAP.virtio.size,
        memory,
        this.plic.source(INTERRUPTS.virtioFirst + slot),
        clock,
        parts.slots[slot],
      );
    });
    for (const transport of this.virtio) clock.register(transport);
    if (parts.clint) {
      this.clint = new Clint(MEMORY_MAP.clint.base, parts.harts, clock);
      clock.register(this.clint);
    }
    this.devices = [
      ...(this.rom ? [this.rom] : []),
      this.finisher,
      this.rtc,
      ...(this.clint ? [this.clint] : []),
      this.plic,
      this.uart,
      ...this.virtio,
    ];
    const plain = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
    const states = this.devices.map(({ name, component }) => [plain(name), component] as const);
    this.component = component(boardState, {}, { parts: Object.fromEntries(states) });
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
    const resized = this.virtio.filter(
      ({ backend }) => backend instanceof VirtioConsole && backend.resize(columns, rows),
    );
    for (const transport of resized) transport.configurationChanged();
    return resized.length > 0;
  }

  /** An Ethernet frame from outside, for the network device in a slot. @returns false when there is none */
  receiveFrame(slot: number, frame: Uint8Array): boolean {
    const transport = this.virtio[slot];
    if (!(transport?.backend instanceof VirtioNetwork)) return false;
    transport.serve(transport.backend.receive(frame));
    return true;
  }

  state(): SavedComponent {
    return this.component.save();
  }

  /** @throws StateError */
  restore(saved: PlainValue): void {
    restore(this.component, saved, 'board');
  }
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
