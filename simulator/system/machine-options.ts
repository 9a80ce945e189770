/** The machine that a guest runs on: what launch configurations and the command line can say about it, and what holds when they do not. */
import {
  Integer,
  Array as ListOf,
  Object as ObjectOf,
  Optional,
  Partial,
  Boolean as Switch,
  String as Text,
} from '@sinclair/typebox';
import { givenHartOptions, type HartOptions, hartOptionProblems, hartOptionsOf } from '../core/index';
import { type VirtioDevice, virtioKinds } from '../devices/virtio/index';
import type { VmmTime } from '../hypervisor/dispatcher';
import { PAGERS } from '../hypervisor/engines/full/pager-names';
import { type EngineId, engineDescriptions } from '../hypervisor/engines/registry';
import type { VmTime } from '../hypervisor/vm-clock';
import type { PaceName } from '../machine/pace';
import { codeAddressText } from '../schema/address';
import { type Settled, settled, withDefault } from '../schema/defaults';
import { type Problem, problemsWithin } from '../schema/problems';
import { bytesOf, sizeText } from '../schema/quantity';
import { choice, type Described } from '../schema/schema';
import { type Firmware, MOST_HARTS, MOST_SEED, type Virtualization } from './configuration';

const virtualizations: Readonly<Record<Virtualization, string>> = {
  ...(Object.fromEntries(engineDescriptions.map(({ id, description }) => [id, description])) as Record<
    EngineId,
    string
  >),
  none: 'No VMM: the guest runs on the bare machine.',
};

const firmwares: Readonly<Record<Firmware, string>> = {
  sbi: 'The guest starts in S-mode at `0x80200000` with SBI firmware below it.',
  none: 'The machine starts in M-mode at the reset vector, which leads to the program, or to `bios`. Only without a VMM.',
};

const virtioSummaries = Object.fromEntries(
  Object.entries(virtioKinds).map(([name, { description }]) => [name, description.summary]),
) as Readonly<Record<VirtioDevice, string>>;

const aPath = { expected: 'a path' };

const disk = ObjectOf(
  {
    file: Text({ ...aPath, description: 'A raw disk image.' }),
    write: Optional(
      withDefault(
        'copy',
        choice(
          { copy: 'Writes go to a copy in memory.', inPlace: 'Writes change the file.' },
          { description: 'Where the guest’s writes go.' },
        ),
      ),
    ),
  },
  { additionalProperties: false, expected: 'a disk: {"file": path, "write": "copy" or "inPlace"}' },
);

export const machineOptions = {
  virtualization: withDefault('full', choice(virtualizations, { description: 'How the guest is virtualized.' })),
  firmware: withDefault('sbi', choice(firmwares, { description: 'What the guest finds below it.' })),
  memory: withDefault(
    '64M',
    sizeText({ description: 'The guest’s RAM, which starts at `0x80000000`: a number and `K`, `M` or `G`.' }),
  ),
  harts: withDefault(1, Integer({ minimum: 1, maximum: MOST_HARTS, description: 'How many harts the machine has.' })),
  disks: withDefault(
    [],
    ListOf(disk, {
      expected: 'a list of disks: {"file": path, "write": "copy" or "inPlace"}',
      description: 'Raw disk images, each a virtio-blk device, from slot 0 (`0x10001000`) up.',
    }),
  ),
  devices: withDefault(
    [],
    ListOf(choice(virtioSummaries), {
      expected: `a list of ${Object.keys(virtioSummaries)
        .map((name) => `"${name}"`)
        .join(', ')}`,
      description: `Other virtio devices, in the slots after the disks’: ${Object.entries(virtioSummaries)
        .map(([name, summary]) => `\`${name}\` is ${summary}`)
        .join('; ')}.`,
    }),
  ),
  bios: Text({
    ...aPath,
    description:
      'Firmware of your own that starts in M-mode before the program, as QEMU’s `-bios`: OpenSBI’s `fw_dynamic` or `fw_jump`, U-Boot, as ELF file or flat binary. With firmware `none`.',
  }),
  initrd: Text({ ...aPath, description: 'An initial RAM disk for the kernel, as QEMU’s `-initrd`.' }),
  append: Text({ description: 'The kernel’s arguments, as QEMU’s `-append`.' }),
  loadAddress: codeAddressText({
    description:
      'The physical address at which the program is loaded, its parts as far from each other as before: for ELF files whose own physical addresses are no memory of the machine, such as a `vmlinux`, Xvisor or Bao, and for flat binaries. It runs where it is linked.',
  }),
  onIllegal: withDefault(
    'trap',
    choice(
      {
        trap: 'The guest gets the exception that the bare machine would raise.',
        kill: 'The virtual machine is killed at the first access outside the guest’s memory, for teaching.',
      },
      { description: 'What an illegal access of the guest leads to.' },
    ),
  ),
  seed: withDefault(
    0,
    Integer({
      minimum: 0,
      maximum: MOST_SEED,
      description:
        'Where random numbers come from: those of the device `rng` and the `rng-seed` of the device tree. The same seed, the same run.',
    }),
  ),
  vmids: withDefault(
    true,
    Switch({
      description:
        'With virtualization `hardware`: whether the guest’s translations carry a VMID. Without one each entry into the guest forgets them, which the TLB view and the exits show.',
    }),
  ),
  pager: withDefault(
    'right',
    choice(PAGERS, {
      description:
        'With virtualization `full`: which shadow pager the VMM has. The others than `right` are there to be debugged, in the lab *Broken pagers*: the guest sees what each gets wrong, and the source of the VMM that is shown is that of the one that runs.',
    }),
  ),
  vmmTime: withDefault(
    'free',
    choice(
      {
        free: 'None: what the VMM does is counted, and the guest runs as on the bare machine, instruction by instruction.',
        charged: 'As much as it costs, one nanosecond a cycle of the cost model.',
      } satisfies Record<VmmTime, string>,
      { description: 'How much of the machine’s time the VMM’s handlers take.' },
    ),
  ),
  time: withDefault(
    'real',
    choice(
      {
        real: 'The machine’s, as under KVM: the guest can measure what exits cost.',
        own: 'The virtual machine’s own, which stands while the VMM works for it. With one hart.',
      } satisfies Record<VmTime, string>,
      { description: 'Which time the guest of a virtual machine sees.' },
    ),
  ),
  paravirtual: withDefault(
    false,
    Switch({
      description:
        'With virtualization `full` or `hardware`: whether the guest, which has to know of its hypervisor, shares a page with it for event channels; its device tree says where (`hyperstep,pv`).',
    }),
  ),
  translation: withDefault(
    true,
    Switch({
      description: 'Whether hot code is translated to WebAssembly. It changes the speed and nothing else.',
    }),
  ),
  machineOptions: withDefault({}, givenHartOptions),
};

/** How a machine is run: no part of it. */
export const pace = withDefault(
  'realtime',
  choice(
    { realtime: 'As the wall’s clock does; the computer rests.', max: 'At once.' } satisfies Record<PaceName, string>,
    {
      description:
        'How the guest’s time passes while it waits (`wfi`) for a timer. It changes no state: the run is the same.',
    },
  ),
);

/** Where the command line differs: it runs programs, and only some of them to see a VMM; nobody waits for one that has no terminal. */
export const commandLineDefaults = {
  virtualization: 'none',
  pace: (isTerminal: boolean): PaceName => (isTerminal ? 'realtime' : 'max'),
} as const;

export const machineSchema = Partial(ObjectOf(machineOptions));

/** What somebody says of a machine, after it was checked. */
export type MachineDescription = Described<typeof machineSchema>;

/** A machine of which everything is said. */
export interface MachineSettings
  extends Omit<Settled<typeof machineOptions>, 'memory' | 'disks' | 'loadAddress' | 'machineOptions'> {
  /** Bytes. */
  readonly memory: number;
  readonly disks: readonly Required<Described<typeof disk>>[];
  readonly loadAddress: bigint | undefined;
  readonly hartOptions: Partial<HartOptions>;
}

/** What is wrong with a description that has the form of one. */
export function machineProblems({ machineOptions: given = {} }: MachineDescription): Problem[] {
  return problemsWithin('machineOptions', hartOptionProblems(hartOptionsOf(given)));
}

export function machineSettings(given: MachineDescription): MachineSettings {
  const { memory, disks, loadAddress, machineOptions: hartOptions, ...rest } = settled(machineOptions, given);
  return {
    ...rest,
    memory: bytesOf(memory),
    disks: disks.map(({ file, write = 'copy' }) => ({ file, write })),
    loadAddress: loadAddress === undefined ? undefined : BigInt(loadAddress),
    hartOptions: hartOptionsOf(hartOptions),
  };
}
