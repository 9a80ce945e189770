/**
 * The launch attributes: what the adapter checks, and what package.json says of them to whoever writes launch.json (`npm run generate`).
 * What the command line and `hyperstep.json` have as well is described where they have it from.
 */
import {
  Array as ListOf,
  Object as ObjectOf,
  Optional,
  Partial,
  Boolean as Switch,
  String as Text,
  Union,
} from '@sinclair/typebox';
import { testOptions } from '../../simulator/guest-tests/test-options';
import { programOptions } from '../../simulator/project/program-options';
import { scenarioSuffix } from '../../simulator/scenario/scenario-path';
import { scenarioSchema } from '../../simulator/scenario/scenario-schema';
import { codeAddressText, offsetText } from '../../simulator/schema/address';
import { withDefault } from '../../simulator/schema/defaults';
import { choice, type Described, mapOf, withNote } from '../../simulator/schema/schema';
import { machineOptions, pace } from '../../simulator/system/machine-options';
import { momentSchema } from '../moment/moment';

const relativePaths = 'Relative paths are seen from the workspace folder; without one, from the folder of the program.';
const itReplaces = 'It takes the place of that in `hyperstep.json`.';
const theyReplace = 'They take the place of those in `hyperstep.json`.';

const aFile = { minLength: 1, expected: 'a path', description: 'An ELF file.' };

const symbolFile = ObjectOf(
  {
    file: Text(aFile),
    offset: Optional(
      offsetText({
        description: 'What is added to its addresses: its code runs elsewhere than it is linked. 0 when absent.',
      }),
    ),
    loadAddress: Optional(
      codeAddressText({
        description:
          'The physical address (of the machine) at which its first contents are, by which it is recognized also before paging is on and inside a guest’s memory. As the file says when absent; beside a flat binary, where that lies.',
      }),
    ),
  },
  { additionalProperties: false, expected: '{"file": path, "offset": "0x...", "loadAddress": "0x..."}' },
);

/** Attributes of a debugger's run. */
const debuggerOptions = {
  symbols: withDefault(
    [],
    ListOf(Union([Text(aFile), symbolFile]), {
      expected: 'a list of ELF files: paths, or {"file": path, "offset": "0x...", "loadAddress": "0x..."}',
      description: `More ELF files with symbols and sources of what runs: of a flat binary (\`vmlinux\` for \`Image\`), of user programs, of a guest inside your hypervisor. Nothing of them is loaded. Files may share addresses: what is in memory tells them apart. ${relativePaths}`,
    }),
  ),
  projectRoot: Text({
    expected: 'a path',
    description:
      'The folder above which no `hyperstep.json` is looked for. The workspace folder of the program when absent; without one, the search goes up to the root.',
  }),
  stopOnEntry: withDefault(false, Switch({ description: 'Stop at the guest’s first instruction.' })),
  vmm: withDefault(
    'step',
    choice(
      {
        step: 'Step Into on an instruction that exits goes into the VMM.',
        skip: 'Step Into stays in the guest; the VMM is still there with “Step Into Target”.',
      },
      { description: 'Whether stepping enters the VMM.' },
    ),
  ),
  console: withDefault(
    'terminal',
    choice(
      {
        terminal: 'A terminal: what you type goes to the guest.',
        debugConsole: 'The debug console, output only.',
      },
      { description: 'Where the guest’s console is.' },
    ),
  ),
  input: withDefault(
    '',
    Union(testOptions.input.anyOf, {
      expected: 'a text, or a list of {"type": text, "after": text}',
      description:
        'What is typed at the guest’s console by itself, as in tests of guests: at the start, or each after a text that the guest prints. After that come the keys of the user.',
    }),
  ),
  moment: momentSchema,
  sourceMap: withDefault(
    {},
    mapOf(Text(), {
      expected: 'an object of paths and folders',
      description:
        'For ELF files built elsewhere: path prefixes in their debug information, and where those folders are here.',
    }),
  ),
  pace,
};

const { program, includePaths, defines, march, mabi, linkerScript, linkOptions, relax } = programOptions;

export const launchOptions = {
  program: {
    ...program,
    suggested: '${file}',
    description:
      'The guest: a file, or several that are linked together. Assembly (`.s`, `.S`), object files, ELF executables and flat binaries such as a kernel’s `Image`. The active file when absent. One source file that a `hyperstep.json` in its folder, or the nearest one above, links with others stands for all of them.',
  },
  scenario: Union([Text({ minLength: 1, expected: 'a path' }), scenarioSchema], {
    expected: `the path of a file *${scenarioSuffix}, or a scenario: an object with "hosts"`,
    description: `A host with several virtual machines in place of one guest: the path of a file \`*${scenarioSuffix}\`, or what stands in one. It takes the place of \`program\` and of all that is said of a guest and its machine. ${relativePaths}`,
  }),
  ...machineOptions,
  disks: withNote(machineOptions.disks, relativePaths),
  includePaths: withNote(includePaths, `${relativePaths} ${theyReplace}`),
  defines: withNote(defines, 'They go before those of the same name in `hyperstep.json`.'),
  march: withNote(march, itReplaces),
  mabi: withNote(mabi, itReplaces),
  linkerScript: withNote(linkerScript, `${relativePaths} ${itReplaces}`),
  linkOptions: withNote(linkOptions, `${relativePaths} ${theyReplace}`),
  relax,
  ...debuggerOptions,
};

/** All may be absent; others, as `name` and those of other extensions, are left alone. */
export const launchSchema = Partial(ObjectOf(launchOptions));

export type LaunchArguments = Described<typeof launchSchema>;
export type SymbolFile = Described<typeof symbolFile>;
