import { defaultHartOptions, type HartOptions } from '../core/index';
import type { DeviceTreeConfiguration } from './device-tree';

/** What a guest's device tree says of its harts. */
export type Processor = Pick<DeviceTreeConfiguration, 'isa' | 'mmuType'>;

/** What every hart executes, in the order of the manual's naming chapter. */
const BASE = 'rv64imafdc';
const EXTENSIONS = [
  'zicbom',
  'zicbop',
  'zicboz',
  'zicond',
  'zicsr',
  'zifencei',
  'zihintpause',
  'zihpm',
  'zawrs',
  'zca',
  'zcb',
  'zcd',
  'zba',
  'zbb',
  'zbc',
  'zbkb',
  'zbkc',
  'zbkx',
  'zbs',
];

/** A hart of the machine itself. */
export function bareProcessor(options: HartOptions = defaultHartOptions): Processor {
  return processor(options.hypervisor ? `${BASE}h` : BASE, options);
}

/** A vCPU in VS-mode: the hart but for the H extension. */
export function virtualizedProcessor(options: HartOptions = defaultHartOptions): Processor {
  return processor(BASE, options);
}

/** A vCPU whose guest kernel runs in the hardware's U-mode: its supervisor is the VMM's software, which knows Sv39 and the SBI's timer. */
export function deprivilegedProcessor(): Processor {
  return { isa: [BASE, ...EXTENSIONS].join('_'), mmuType: 'riscv,sv39' };
}

function processor(base: string, { supervisorTimer, pageMemoryTypes, paging, accessedDirty }: HartOptions): Processor {
  const supervisor = [
    // Both: faults at first, which FWFT can change (device tree binding of riscv,isa-extensions).
    ...(supervisorTimer ? ['sstc'] : []),
    ...(accessedDirty === 'fault' ? ['svade'] : accessedDirty === 'switchable' ? ['svade', 'svadu'] : []),
    'svinval',
    'svnapot',
    ...(pageMemoryTypes ? ['svpbmt'] : []),
  ];
  return {
    isa: [base, ...EXTENSIONS, ...supervisor].join('_'),
    mmuType: paging === 'sv48' ? 'riscv,sv48' : 'riscv,sv39',
  };
}
