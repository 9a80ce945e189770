import { CACHE_BLOCK } from '../core/index';
import { boardDevices, type TreeSite } from './board-devices';
import { cells64, flatten, reg, type TreeNode, unit } from './flattened-tree';
import { FIRMWARE_MEMORY, INTERRUPTS, MEMORY_MAP, SHARED_PAGE, TIMEBASE } from './memory-map';

export interface DeviceTreeConfiguration {
  readonly harts: number;
  /** Bytes of RAM from 0x80000000. */
  readonly memory: number;
  /** With SBI firmware its memory is reserved and the CLINT, which only M-mode reaches, is not named. */
  readonly firmware: 'sbi' | 'none';
  /** Of a guest that shares a page with its hypervisor: the id of its VM there. */
  readonly hypervisor?: { readonly vm: number } | undefined;
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

function rootNode(configuration: DeviceTreeConfiguration): TreeNode {
  const { harts, memory, firmware, isa, mmuType, bootArguments, initrd, randomSeed, hypervisor } = configuration;
  const interruptController = (hart: number): number => 1 + hart;
  const site: TreeSite = {
    firmware,
    phandles: { plic: harts + 1, finisher: harts + 2 },
    everyHart: (...interrupts) =>
      Array.from({ length: harts }, (_, hart) =>
        interrupts.flatMap((interrupt) => [interruptController(hart), interrupt]),
      ).flat(),
  };
  const { ram, uart } = MEMORY_MAP;

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
      ...(hypervisor ? [hypervisorNode(hypervisor.vm, site)] : []),
      {
        name: 'poweroff',
        properties: { value: [0x5555], offset: [0], regmap: [site.phandles.finisher], compatible: 'syscon-poweroff' },
      },
      {
        name: 'reboot',
        properties: { value: [0x7777], offset: [0], regmap: [site.phandles.finisher], compatible: 'syscon-reboot' },
      },
      {
        name: 'soc',
        properties: { '#address-cells': [2], '#size-cells': [2], compatible: 'simple-bus', ranges: true },
        children: boardDevices.flatMap((device) => device.nodes?.(site) ?? []),
      },
    ],
  };
}

/** Where other hypervisors have theirs too. The page is in memory that is reserved. */
function hypervisorNode(vm: number, { phandles }: TreeSite): TreeNode {
  const { base, size } = SHARED_PAGE;
  return {
    name: unit('hypervisor', base),
    properties: {
      compatible: 'hyperstep,pv',
      reg: reg(base, size),
      interrupts: [INTERRUPTS.hypervisor],
      'interrupt-parent': [phandles.plic],
      'hyperstep,vm': [vm],
    },
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
