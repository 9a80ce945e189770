/** The devices of a `virt` board: where each is, how it is made, and what the device tree says of it. */
import { Clint, type ClintLines } from '../devices/clint';
import type { DeviceClock, InterruptLine, MmioDevice, TimedDevice } from '../devices/device';
import type { DmaSpace } from '../devices/dma';
import { Finisher, type FinisherRequest } from '../devices/finisher';
import { GoldfishRtc } from '../devices/goldfish-rtc';
import type { Plic } from '../devices/plic';
import { Rom } from '../devices/rom';
import { Uart } from '../devices/uart';
import type { VirtioBackend } from '../devices/virtio/backend';
import { VirtioTransport } from '../devices/virtio/transport';
import { reg, type TreeNode, unit } from './flattened-tree';
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

/** Where a device is made. */
export interface BoardSite extends BoardParts {
  /** Where the devices' interrupts lead. */
  readonly plic: Plic;
  /** The name under which a device of the board has its deadlines. */
  timerName(device: string): string;
  /** Has the clock wake a device. */
  timed<Device extends TimedDevice>(device: Device): Device;
}

/** What nodes of the device tree say of the rest of it. */
export interface TreeSite {
  /** With SBI firmware the CLINT, which only M-mode reaches, is not named. */
  readonly firmware: 'sbi' | 'none';
  readonly phandles: { readonly plic: number; readonly finisher: number };
  /** Each hart's interrupt controller with the interrupts that lead there. */
  everyHart(...interrupts: number[]): number[];
}

export interface BoardDevice {
  /** What its state is saved under. */
  readonly name: string;
  /** Makes it; undefined for a board that has none. */
  make(site: BoardSite): MmioDevice | undefined;
  nodes?(site: TreeSite): readonly TreeNode[];
}

const rom: BoardDevice = {
  name: 'rom',
  make: ({ rom }) => (rom ? new Rom(MEMORY_MAP.resetVector.base, MEMORY_MAP.resetVector.size) : undefined),
};

const finisher: BoardDevice = {
  name: 'finisher',
  make: ({ finish }) => new Finisher(MEMORY_MAP.finisher.base, finish),
  nodes: ({ phandles }) => [
    {
      name: unit('test', MEMORY_MAP.finisher.base),
      properties: {
        phandle: [phandles.finisher],
        reg: reg(MEMORY_MAP.finisher.base, MEMORY_MAP.finisher.size),
        compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
      },
    },
  ],
};

const clint: BoardDevice = {
  name: 'clint',
  make: (site) => (site.clint ? site.timed(new Clint(MEMORY_MAP.clint.base, site.harts, site.clock)) : undefined),
  nodes: ({ firmware, everyHart }) =>
    firmware === 'sbi'
      ? []
      : [
          {
            name: unit('clint', MEMORY_MAP.clint.base),
            properties: {
              'interrupts-extended': everyHart(3, 7),
              reg: reg(MEMORY_MAP.clint.base, MEMORY_MAP.clint.size),
              compatible: ['sifive,clint0', 'riscv,clint0'],
            },
          },
        ],
};

const plic: BoardDevice = {
  name: 'plic',
  make: ({ plic }) => plic,
  nodes: ({ phandles, everyHart }) => [
    {
      name: unit('plic', MEMORY_MAP.plic.base),
      properties: {
        phandle: [phandles.plic],
        'riscv,ndev': [PLIC_SOURCES],
        reg: reg(MEMORY_MAP.plic.base, MEMORY_MAP.plic.size),
        'interrupts-extended': everyHart(11, 9),
        'interrupt-controller': true,
        compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
        '#interrupt-cells': [1],
        '#address-cells': [0],
      },
    },
  ],
};

const uart: BoardDevice = {
  name: 'uart',
  make: ({ plic, console }) => new Uart(MEMORY_MAP.uart.base, plic.source(INTERRUPTS.uart), console),
  nodes: (site) => [
    wired(site, 'serial', MEMORY_MAP.uart, INTERRUPTS.uart, 'ns16550a', { 'clock-frequency': [3686400] }),
  ],
};

const rtc: BoardDevice = {
  name: 'rtc',
  make: (site) => {
    const line = site.plic.source(INTERRUPTS.rtc);
    const { clock, startTime } = site;
    return site.timed(new GoldfishRtc(site.timerName('rtc'), MEMORY_MAP.rtc.base, line, clock, startTime));
  },
  nodes: (site) => [wired(site, 'rtc', MEMORY_MAP.rtc, INTERRUPTS.rtc, 'google,goldfish-rtc')],
};

/** A node of a device with one window and one interrupt. @param more properties of its own */
function wired(
  { phandles }: TreeSite,
  name: string,
  { base, size }: { readonly base: number; readonly size: number },
  interrupt: number,
  compatible: string,
  more: TreeNode['properties'] = {},
): TreeNode {
  const wire = { interrupts: [interrupt], 'interrupt-parent': [phandles.plic] };
  return { name: unit(name, base), properties: { ...wire, ...more, reg: reg(base, size), compatible } };
}

/** What is in a slot, a driver finds out by itself. */
function virtioSlot(slot: number): BoardDevice {
  const base = MEMORY_MAP.virtio.base + slot * MEMORY_MAP.virtio.size;
  const interrupt = INTERRUPTS.virtioFirst + slot;
  const name = `virtio${slot}`;
  return {
    name,
    make: (site) => {
      const { memory, clock, slots, plic } = site;
      const line = plic.source(interrupt);
      return site.timed(new VirtioTransport(site.timerName(name), base, memory, line, clock, slots[slot]));
    },
    nodes: (site) => [wired(site, 'virtio_mmio', { base, size: MEMORY_MAP.virtio.size }, interrupt, 'virtio,mmio')],
  };
}

/** In the order of the device tree. */
export const boardDevices: readonly BoardDevice[] = [
  rom,
  finisher,
  clint,
  plic,
  uart,
  rtc,
  ...Array.from({ length: MEMORY_MAP.virtio.slots }, (_, slot) => virtioSlot(slot)),
];
