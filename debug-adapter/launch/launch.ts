/**
 * The launch attributes: the one table behind the adapter's validation, the schema and completions in launch.json (package.json, by
 * `npm run generate`) and the command line's options of the same meaning.
 */

import { defaultHartOptions } from '../../simulator/core/index';
import { PACES, type PaceName } from '../../simulator/machine/pace';
import { abiNames, defaultMarch, linkOptions } from '../../simulator/project';
import { MOST_SEED } from '../../simulator/system/system';

export interface LaunchArguments {
  program?: string | string[];
  virtualization?: 'none' | 'full' | 'hardware';
  firmware?: 'sbi' | 'none';
  memory?: string;
  harts?: number;
  disks?: Disk[];
  devices?: ('console' | 'net' | 'rng')[];
  bios?: string;
  initrd?: string;
  append?: string;
  loadAddress?: string;
  symbols?: (string | SymbolFile)[];
  includePaths?: string[];
  defines?: Record<string, string>;
  march?: string;
  mabi?: string;
  linkerScript?: string;
  linkOptions?: string[];
  relax?: boolean;
  projectRoot?: string;
  stopOnEntry?: boolean;
  vmm?: 'step' | 'skip';
  console?: 'terminal' | 'debugConsole';
  onIllegal?: 'trap' | 'kill';
  sourceMap?: Record<string, string>;
  pace?: PaceName;
  vmids?: boolean;
  seed?: number;
  translation?: boolean;
  machineOptions?: Record<string, string>;
}

export interface Disk {
  file: string;
  write?: 'copy' | 'inPlace';
}

export interface SymbolFile {
  file: string;
  offset?: string;
  loadAddress?: string;
}

/** A number of up to 64 bits as launch.json has it, which knows no hexadecimal numbers. */
export const addressPattern = '^(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19})$';
/** Even, as instructions are. */
export const loadAddressPattern = '^(0[xX][0-9a-fA-F]{0,15}[02468aceACE]|[0-9]{0,18}[02468])$';
const offsetPattern = addressPattern.replace('^', '^-?');

/** A JSON schema, as far as launch attributes need it. */
export interface AttributeSchema {
  type: string | string[];
  default?: unknown;
  enum?: readonly string[];
  markdownEnumDescriptions?: readonly string[];
  markdownDescription: string;
  items?: unknown;
  additionalProperties?: unknown;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  patternErrorMessage?: string;
}

/** Options of the linker that have an effect, for completion; others, and other values, are no error of the schema. */
const effective = linkOptions.filter(({ description, apply }) => apply && description !== '');
const offeredLinkOptions = {
  enum: effective.map(({ names: [name = ''], value }) => (value && name.startsWith('--') ? `${name}=` : name)),
  enumDescriptions: effective.map(({ description }) => description),
};

export const launchAttributes: Record<keyof LaunchArguments, AttributeSchema> = {
  program: {
    type: ['string', 'array'],
    items: { type: 'string' },
    default: '${file}',
    markdownDescription:
      'The guest: a file, or several that are linked together. Assembly (`.s`, `.S`), object files, ELF executables and flat binaries such as a kernel’s `Image`. The active file when absent. One source file that a `hyperstep.json` in its folder, or the nearest one above, links with others stands for all of them.',
  },
  virtualization: {
    type: 'string',
    enum: ['full', 'hardware', 'none'],
    markdownEnumDescriptions: [
      'Full virtualization: the guest kernel runs deprivileged in U-mode, on shadow page tables, and privileged instructions trap into the VMM.',
      'Hardware-assisted virtualization by the H extension: the guest runs in VS-mode, on a second stage of translation.',
      'No VMM: the guest runs on the bare machine.',
    ],
    default: 'full',
    markdownDescription: 'How the guest is virtualized.',
  },
  firmware: {
    type: 'string',
    enum: ['sbi', 'none'],
    markdownEnumDescriptions: [
      'The guest starts in S-mode at `0x80200000` with SBI firmware below it.',
      'The machine starts in M-mode at the reset vector, which leads to the program, or to `bios`. Only without a VMM.',
    ],
    default: 'sbi',
    markdownDescription: 'What the guest finds below it.',
  },
  memory: {
    type: 'string',
    pattern: '^[1-9][0-9]*[KMG]$',
    patternErrorMessage: 'A number and K, M or G, such as 64M.',
    default: '64M',
    markdownDescription: "The guest's RAM, which starts at `0x80000000`: a number and `K`, `M` or `G`.",
  },
  harts: {
    type: 'integer',
    minimum: 1,
    maximum: 8,
    default: 1,
    markdownDescription: 'How many harts the machine has.',
  },
  disks: {
    type: 'array',
    items: {
      type: 'object',
      required: ['file'],
      additionalProperties: false,
      properties: {
        file: { type: 'string', description: 'A raw disk image.' },
        write: {
          type: 'string',
          enum: ['copy', 'inPlace'],
          enumDescriptions: ['Writes go to a copy in memory.', 'Writes change the file.'],
          default: 'copy',
          description: 'Where the guest’s writes go.',
        },
      },
    },
    default: [],
    markdownDescription:
      'Raw disk images, each a virtio-blk device, from slot 0 (`0x10001000`) up. Relative paths are seen from the workspace folder; without one, from the folder of the program.',
  },
  devices: {
    type: 'array',
    items: { type: 'string', enum: ['console', 'net', 'rng'] },
    default: [],
    markdownDescription:
      'Other virtio devices, in the slots after the disks’: `console` (its terminal is the UART’s), `net`, and `rng`, whose numbers are the same in every run.',
  },
  bios: {
    type: 'string',
    markdownDescription:
      'Firmware of your own that starts in M-mode before the program, as QEMU’s `-bios`: OpenSBI’s `fw_dynamic` or `fw_jump`, U-Boot, as ELF file or flat binary. With `"firmware": "none"`.',
  },
  initrd: {
    type: 'string',
    markdownDescription: 'An initial RAM disk for the kernel, as QEMU’s `-initrd`.',
  },
  append: {
    type: 'string',
    markdownDescription: 'The kernel’s arguments, as QEMU’s `-append`.',
  },
  loadAddress: {
    type: 'string',
    pattern: loadAddressPattern,
    patternErrorMessage: 'An address such as "0x80200000".',
    markdownDescription:
      'The physical address at which the program is loaded, its parts as far from each other as before: for ELF files whose own physical addresses are no memory of the machine, such as a `vmlinux`, Xvisor or Bao, and for flat binaries. It runs where it is linked.',
  },
  symbols: {
    type: 'array',
    items: {
      anyOf: [
        { type: 'string', description: 'An ELF file.' },
        {
          type: 'object',
          required: ['file'],
          additionalProperties: false,
          properties: {
            file: { type: 'string', description: 'An ELF file.' },
            offset: {
              type: 'string',
              pattern: offsetPattern,
              description: 'What is added to its addresses: its code runs elsewhere than it is linked. 0 when absent.',
            },
            loadAddress: {
              type: 'string',
              pattern: loadAddressPattern,
              description:
                'The physical address (of the machine) at which its first contents are, by which it is recognized also before paging is on and inside a guest’s memory. As the file says when absent; beside a flat binary, where that lies.',
            },
          },
        },
      ],
    },
    default: [],
    markdownDescription:
      'More ELF files with symbols and sources of what runs: of a flat binary (`vmlinux` for `Image`), of user programs, of a guest inside your hypervisor. Nothing of them is loaded. Files may share addresses: what is in memory tells them apart. Relative paths are seen from the workspace folder; without one, from the folder of the program.',
  },
  includePaths: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    markdownDescription:
      'Folders in which `.include`, `.incbin` and `#include` look for files, after that of the including file. Relative paths are seen from the workspace folder; without one, from the folder of the program. They take the place of those in `hyperstep.json`.',
  },
  defines: {
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
    markdownDescription:
      'Preprocessor macros and their values, for `.S` files. They go before those of the same name in `hyperstep.json`.',
  },
  march: {
    type: 'string',
    default: defaultMarch,
    markdownDescription:
      'The instruction set that the assembler accepts, as in GNU as `-march`. It takes the place of that in `hyperstep.json`.',
  },
  mabi: {
    type: 'string',
    enum: abiNames,
    markdownDescription:
      'The calling convention that objects are marked for, as in GNU as `-mabi`; those of a program must be alike. When absent, the widest floats of `march` are passed in registers: `lp64d` with d, `lp64` without. It takes the place of that in `hyperstep.json`.',
  },
  linkerScript: {
    type: 'string',
    markdownDescription:
      'A GNU linker script that says what goes where in memory. Relative paths are seen from the workspace folder; without one, from the folder of the program. It takes the place of that in `hyperstep.json`.',
  },
  linkOptions: {
    type: 'array',
    items: { type: 'string', anyOf: [offeredLinkOptions, {}] },
    default: [],
    markdownDescription:
      'Options of GNU ld for the program: archives with `-l` and `-L`, `--gc-sections`, `--defsym=NAME=VALUE`, ...; `hyperstep asm --help` lists them. Relative paths are seen as that of the linker script. They take the place of those in `hyperstep.json`.',
  },
  relax: {
    type: 'boolean',
    markdownDescription:
      'Whether the linker makes code shorter where its targets are near: `true` for all that GNU ld does, `false` for `ld --no-relax`. When absent, addresses are counted from `gp` only in a program that mentions `__global_pointer$`, since no other can have set `gp` up.',
  },
  projectRoot: {
    type: 'string',
    markdownDescription:
      'The folder above which no `hyperstep.json` is looked for. The workspace folder of the program when absent; without one, the search goes up to the root.',
  },
  stopOnEntry: {
    type: 'boolean',
    default: false,
    markdownDescription: "Stop at the guest's first instruction.",
  },
  vmm: {
    type: 'string',
    enum: ['step', 'skip'],
    markdownEnumDescriptions: [
      'Step Into on an instruction that exits goes into the VMM.',
      'Step Into stays in the guest; the VMM is still there with “Step Into Target”.',
    ],
    default: 'step',
    markdownDescription: 'Whether stepping enters the VMM.',
  },
  console: {
    type: 'string',
    enum: ['terminal', 'debugConsole'],
    markdownEnumDescriptions: ['A terminal: what you type goes to the guest.', 'The debug console, output only.'],
    default: 'terminal',
    markdownDescription: "Where the guest's console is.",
  },
  onIllegal: {
    type: 'string',
    enum: ['trap', 'kill'],
    markdownEnumDescriptions: [
      'The guest gets the exception that the bare machine would raise.',
      "The virtual machine is killed at the first access outside the guest's memory, for teaching.",
    ],
    default: 'trap',
    markdownDescription: 'What an illegal access of the guest leads to.',
  },
  sourceMap: {
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
    markdownDescription:
      'For ELF files built elsewhere: path prefixes in their debug information, and where those folders are here.',
  },
  seed: {
    type: 'integer',
    minimum: 0,
    maximum: MOST_SEED,
    default: 0,
    markdownDescription:
      'Where random numbers come from: those of the device `rng` and the `rng-seed` of the device tree. The same seed, the same run.',
  },
  vmids: {
    type: 'boolean',
    default: true,
    markdownDescription:
      'With `"virtualization": "hardware"`: whether the guest’s translations carry a VMID. Without one each entry into the guest forgets them, which the TLB view and the exits show.',
  },
  translation: {
    type: 'boolean',
    default: true,
    markdownDescription: 'Whether hot code is translated to WebAssembly. It changes the speed and nothing else.',
  },
  machineOptions: {
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
    markdownDescription: `What the manual leaves to the machine, by name: ${Object.keys(defaultHartOptions)
      .map((name) => `\`${name}\``)
      .join(', ')}. The defaults are QEMU’s choices.`,
  },
  pace: {
    type: 'string',
    enum: PACES,
    markdownEnumDescriptions: ["As the wall's clock does; the computer rests.", 'At once.'],
    default: 'realtime',
    markdownDescription:
      "How the guest's time passes while it waits (`wfi`) for a timer. It changes no state: the run is the same.",
  },
};
