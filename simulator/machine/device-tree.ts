import { CACHE_BLOCK } from '../core/index';
import { FIRMWARE_MEMORY, INTERRUPTS, MEMORY_MAP, PLIC_SOURCES, TIMEBASE } from './memory-map';

/** A property's value: cells of 32 bits, a string, a list of strings, or nothing at all. */
type PropertyValue = readonly number[] | string | readonly string[] | true;

interface TreeNode {
  readonly name: string;
  readonly properties: { readonly [name: string]: PropertyValue };
  readonly children?: readonly TreeNode[];
}

export interface DeviceTreeConfiguration {
  readonly harts: number;
  /** Bytes of RAM from 0x80000000. */
  readonly memory: number;
  /** With SBI firmware its memory is reserved and the CLINT, which only M-mode reaches, is not named. */
  readonly firmware: 'sbi' | 'none';
  /** What the harts execute, as the `riscv,isa` property writes it. */
  readonly isa: string;
  /** The largest virtual address space: 'riscv,sv39' or 'riscv,sv48'. */
  readonly mmuType: 'riscv,sv39' | 'riscv,sv48';
  /** Random bits for the kernel's own generator, in cells. */
  readonly randomSeed: readonly number[];
  readonly bootArguments?: string | undefined;
  /** The initial RAM disk in memory: from `start` to before `end`. */
  readonly initrd?: { readonly start: number; readonly end: number } | undefined;
}

/** The flattened device tree (Devicetree Specification 0.4, chapter 5) of a board, as QEMU's `virt` describes itself. */
export function buildDeviceTree(configuration: DeviceTreeConfiguration): Uint8Array {
  return flatten(rootNode(configuration), configuration.firmware === 'sbi' ? [FIRMWARE_MEMORY] : []);
}

const cells64 = (value: number): number[] => [Math.floor(value / 2 ** 32), value >>> 0];
const reg = (base: number, size: number): number[] => [...cells64(base), ...cells64(size)];
const unit = (name: string, address: number): string => `${name}@${address.toString(16)}`;

function rootNode(configuration: DeviceTreeConfiguration): TreeNode {
  const { harts, memory, firmware, isa, mmuType, bootArguments, initrd, randomSeed } = configuration;
  const interruptController = (hart: number): number => 1 + hart;
  const plic = harts + 1;
  const finisher = harts + 2;
  const everyHart = (...interrupts: number[]): number[] =>
    Array.from({ length: harts }, (_, hart) =>
      interrupts.flatMap((interrupt) => [interruptController(hart), interrupt]),
    ).flat();
  const { ram, uart, virtio, clint } = MEMORY_MAP;

  const cpu = (hart: number): TreeNode => ({
    name: unit('cpu', hart),
    properties: {
      device_type: 'cpu',
      reg: [hart],
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': isa,
      'mmu-type': mmuType,
      'riscv,cbom-block-size': [CACHE_BLOCK],
      'riscv,cboz-block-size': [CACHE_BLOCK],
    },
    children: [
      {
        name: 'interrupt-controller',
        properties: {
          '#interrupt-cells': [1],
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: [interruptController(hart)],
        },
      },
    ],
  });

  const devices: TreeNode[] = [
    {
      name: unit('test', MEMORY_MAP.finisher.base),
      properties: {
        phandle: [finisher],
        reg: reg(MEMORY_MAP.finisher.base, MEMORY_MAP.finisher.size),
        compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
      },
    },
    ...(firmware === 'none'
      ? [
          {
            name: unit('clint', clint.base),
            properties: {
              'interrupts-extended': everyHart(3, 7),
              reg: reg(clint.base, clint.size),
              compatible: ['sifive,clint0', 'riscv,clint0'],
            },
          },
        ]
      : []),
    {
      name: unit('plic', MEMORY_MAP.plic.base),
      properties: {
        phandle: [plic],
        'riscv,ndev': [PLIC_SOURCES],
        reg: reg(MEMORY_MAP.plic.base, MEMORY_MAP.plic.size),
        'interrupts-extended': everyHart(11, 9),
        'interrupt-controller': true,
        compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
        '#interrupt-cells': [1],
        '#address-cells': [0],
      },
    },
    {
      name: unit('serial', uart.base),
      properties: {
        interrupts: [INTERRUPTS.uart],
        'interrupt-parent': [plic],
        'clock-frequency': [3686400],
        reg: reg(uart.base, uart.size),
        compatible: 'ns16550a',
      },
    },
    {
      name: unit('rtc', MEMORY_MAP.rtc.base),
      properties: {
        interrupts: [INTERRUPTS.rtc],
        'interrupt-parent': [plic],
        reg: reg(MEMORY_MAP.rtc.base, MEMORY_MAP.rtc.size),
        compatible: 'google,goldfish-rtc',
      },
    },
    ...Array.from({ length: virtio.slots }, (_, slot) => ({
      name: unit('virtio_mmio', virtio.base + slot * virtio.size),
      properties: {
        interrupts: [INTERRUPTS.virtioFirst + slot],
        'interrupt-parent': [plic],
        reg: reg(virtio.base + slot * virtio.size, virtio.size),
        compatible: 'virtio,mmio',
      },
    })),
  ];

  return {
    name: '',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'riscv-virtio',
      model: 'riscv-virtio,hyperstep',
    },
    children: [
      {
        name: 'chosen',
        properties: {
          'stdout-path': `/soc/${unit('serial', uart.base)}`,
          'rng-seed': randomSeed,
          ...(bootArguments === undefined ? {} : { bootargs: bootArguments }),
          ...(initrd ? { 'linux,initrd-start': cells64(initrd.start), 'linux,initrd-end': cells64(initrd.end) } : {}),
        },
      },
      { name: unit('memory', ram.base), properties: { device_type: 'memory', reg: reg(ram.base, memory) } },
      ...(firmware === 'sbi' ? [reservedMemory()] : []),
      {
        name: 'cpus',
        properties: { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [TIMEBASE] },
        children: Array.from({ length: harts }, (_, hart) => cpu(hart)),
      },
      {
        name: 'poweroff',
        properties: { value: [0x5555], offset: [0], regmap: [finisher], compatible: 'syscon-poweroff' },
      },
      { name: 'reboot', properties: { value: [0x7777], offset: [0], regmap: [finisher], compatible: 'syscon-reboot' } },
      {
        name: 'soc',
        properties: { '#address-cells': [2], '#size-cells': [2], compatible: 'simple-bus', ranges: true },
        children: devices,
      },
    ],
  };
}

function reservedMemory(): TreeNode {
  const { base, size } = FIRMWARE_MEMORY;
  return {
    name: 'reserved-memory',
    properties: { '#address-cells': [2], '#size-cells': [2], ranges: true },
    children: [{ name: unit('firmware', base), properties: { reg: reg(base, size), 'no-map': true } }],
  };
}

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;
const HEADER_SIZE = 40;

function flatten(root: TreeNode, reservations: readonly { base: number; size: number }[]): Uint8Array {
  const structure: number[] = [];
  const strings: number[] = [];
  const stringOffsets = new Map<string, number>();

  const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];
  const word = (value: number): number[] => [
    (value >>> 24) & 0xff,
    (value >>> 16) & 0xff,
    (value >>> 8) & 0xff,
    value & 0xff,
  ];
  const pad = (): void => {
    while (structure.length % 4 !== 0) structure.push(0);
  };
  const nameOffset = (name: string): number => {
    const known = stringOffsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    stringOffsets.set(name, offset);
    strings.push(...text(name));
    return offset;
  };
  const valueBytes = (value: PropertyValue): number[] => {
    if (value === true) return [];
    if (typeof value === 'string') return text(value);
    return value.flatMap((item: number | string) => (typeof item === 'string' ? text(item) : word(item)));
  };
  const emit = (node: TreeNode): void => {
    structure.push(...word(BEGIN_NODE), ...text(node.name));
    pad();
    for (const [name, value] of Object.entries(node.properties)) {
      const bytes = valueBytes(value);
      structure.push(...word(PROPERTY), ...word(bytes.length), ...word(nameOffset(name)), ...bytes);
      pad();
    }
    for (const child of node.children ?? []) emit(child);
    structure.push(...word(END_NODE));
  };
  emit(root);
  structure.push(...word(END));

  const reservationBlock = [...reservations.flatMap(({ base, size }) => reg(base, size)), 0, 0, 0, 0].flatMap(word);
  const structureOffset = HEADER_SIZE + reservationBlock.length;
  const stringsOffset = structureOffset + structure.length;
  const total = stringsOffset + strings.length;
  const bootHart = 0;
  const header = [
    MAGIC,
    total,
    structureOffset,
    stringsOffset,
    HEADER_SIZE,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    bootHart,
    strings.length,
    structure.length,
  ].flatMap(word);
  return Uint8Array.from([...header, ...reservationBlock, ...structure, ...strings]);
}
