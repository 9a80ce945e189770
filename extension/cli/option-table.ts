/**
 * The options of the command line: the one table behind the parser, the checks and the help. What launch configurations have as well is
 * described where both have it from.
 */
import { Integer, Number as Numeric, type TSchema } from '@sinclair/typebox';
import { COMPARED_MACHINE } from '../../simulator/comparison/compare-guest';
import { programOptions } from '../../simulator/project/program-options';
import { withDefault } from '../../simulator/schema/defaults';
import { choice } from '../../simulator/schema/schema';
import {
  commandLineDefaults,
  type MachineDescription,
  machineOptions,
  pace,
} from '../../simulator/system/machine-options';
import { DUMPS } from './dump';
import type { TraceKind } from './trace/tracer';
import { UsageError } from './usage-error';

export interface CommandOption {
  /** The letter that stands for it. */
  readonly short?: string;
  /** What its value is called in the help; absent where the option has none. */
  readonly value?: string;
  readonly repeats?: boolean;
  /** What its value has to be, and what that means. */
  readonly schema?: TSchema;
  /** What it means, or what is to be known beside the schema's description. */
  readonly help?: string;
  /** Its default where it is not the schema's. */
  readonly otherwise?: string;
}

/** An option that says a part of a machine's description. */
export interface MachineOption extends CommandOption {
  readonly attribute: keyof MachineDescription;
  /** The attribute's value from what stands behind the option, each time that it is said. */
  readonly read?: (words: readonly string[]) => unknown;
}

function attribute(name: keyof MachineDescription, value: string, more: Partial<MachineOption> = {}): MachineOption {
  return { attribute: name, value, schema: machineOptions[name], ...more };
}

export const machineTable: Readonly<Record<string, MachineOption>> = {
  virtualization: attribute('virtualization', 'M', { otherwise: commandLineDefaults.virtualization }),
  firmware: attribute('firmware', 'F'),
  bios: attribute('bios', 'FILE'),
  initrd: attribute('initrd', 'FILE'),
  append: attribute('append', 'TEXT'),
  'load-address': attribute('loadAddress', 'A'),
  memory: attribute('memory', 'S'),
  harts: attribute('harts', 'N'),
  disk: attribute('disks', 'FILE[,rw]', {
    repeats: true,
    read: (words) => words.map(disk),
    help: 'Writes go to a copy unless rw is given.',
  }),
  device: attribute('devices', 'D', { repeats: true, read: (words) => words }),
  'on-illegal': attribute('onIllegal', 'A'),
  option: attribute('machineOptions', 'NAME=VALUE', {
    repeats: true,
    read: (words) => Object.fromEntries(words.map(named)),
  }),
  pager: attribute('pager', 'P'),
  'vmm-time': attribute('vmmTime', 'T'),
  time: attribute('time', 'T'),
  paravirtual: {
    attribute: 'paravirtual',
    read: () => true,
    help: 'With virtualization full or hardware: the guest shares a page with its hypervisor, for event channels.',
  },
  seed: attribute('seed', 'N'),
  'no-vmids': {
    attribute: 'vmids',
    read: () => false,
    help: 'With virtualization hardware: the guest’s translations are forgotten at each entry into it.',
  },
  'no-translation': {
    attribute: 'translation',
    read: () => false,
    help: 'Interpret only: slower, and otherwise the same.',
  },
};

function disk(word: string): { file: string; write: 'copy' | 'inPlace' } {
  const writable = word.endsWith(',rw');
  return { file: writable ? word.slice(0, -3) : word, write: writable ? 'inPlace' : 'copy' };
}

/** @throws UsageError */
function named(word: string): [string, string] {
  const [name = '', ...value] = word.split('=');
  if (value.length === 0) throw new UsageError(`--option takes NAME=VALUE, not '${word}'`);
  return [name, value.join('=')];
}

const assembly = {
  include: { short: 'I', value: 'DIR', repeats: true, schema: programOptions.includePaths },
  define: { short: 'D', value: 'NAME[=VALUE]', repeats: true, schema: programOptions.defines },
  march: { value: 'M', schema: programOptions.march, help: '--march help lists the extensions.' },
  mabi: { value: 'A', schema: programOptions.mabi },
  script: { short: 'T', value: 'FILE', schema: programOptions.linkerScript },
  entry: {
    short: 'e',
    value: 'SYMBOL',
    help: 'Where execution begins; what the script says, or _start, when absent.',
  },
  relax: { schema: programOptions.relax },
  'no-relax': { help: 'Code stays as long as it was assembled; with asm -c, as of ‘as -mno-relax’.' },
} as const satisfies Readonly<Record<string, CommandOption>>;

export const help = { short: 'h', help: 'Print this.' } as const satisfies CommandOption;

const COUNT = Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, expected: 'a whole number from 1' });
/** As long as the host's timers can wait. */
const MOST_SECONDS = 2_000_000;

/** How far a run goes, and what is kept of it. */
export const runTable = {
  'max-instructions': { value: 'N', schema: COUNT, help: 'Stop after N instructions.' },
  timeout: {
    value: 'SECONDS',
    schema: Numeric({
      exclusiveMinimum: 0,
      maximum: MOST_SECONDS,
      expected: `a number of seconds, more than 0 and up to ${MOST_SECONDS}`,
      description: 'Stop after so many seconds of this computer’s clock.',
    }),
  },
  pace: { value: 'P', schema: pace, otherwise: 'realtime with a terminal as standard input, else max' },
  'legal-variants': {
    help: 'Run the guest on every legal variant of the machine and report the first whose output differs.',
  },
  save: { value: 'FILE', help: 'Save the machine where the run stops.' },
  restore: {
    value: 'FILE',
    help: 'Go on from a saved machine; no guest and no scenario is named then, disks are given again: of a host, those of its virtual machines one after the other.',
  },
  record: { value: 'FILE', help: 'Record all that comes into the run from outside.' },
  replay: {
    value: 'FILE',
    help: 'Run a recorded run again, and say whether it is the same: with the same program, bios and initrd, or scenario; disks, machine and --append are as recorded.',
  },
  console: {
    value: 'VM',
    help: 'Of a scenario: the console of this virtual machine alone, as it is; what is typed goes to it. Else all, with names, and what is typed goes to the first.',
  },
  report: { value: 'FILE.json', help: 'Write instructions, cycles, exits and the like.' },
  batch: {
    value: 'LIST',
    help: 'Run many guests in one process: each line of the file LIST has the words of a run, with the options beside --batch as defaults; prints a line for each (status, reason, instructions, words, with tabs between them), and on standard error what the guests write.',
  },
  'exit-status': {
    value: 'S',
    schema: withDefault(
      'hyperstep',
      choice(
        {
          hyperstep: 'As below.',
          guest: 'What the guest ends with, & 255: the finisher’s code, tohost >> 1, SBI’s reset reason.',
        },
        { description: 'What the exit status says.' },
      ),
    ),
  },
  signature: {
    value: 'FILE',
    help: 'Write memory from begin_signature to end_signature, in hexadecimal, as Spike does.',
  },
  'signature-granularity': {
    value: 'N',
    // What RISCOF's plug-ins ask of Spike.
    schema: withDefault('4', choice(['1', '2', '4', '8', '16'], { description: 'Bytes on a line of the signature.' })),
  },
  trace: {
    value: 'KIND FILE',
    repeats: true,
    schema: choice(
      {
        traps: 'Traps into the guest’s own handlers.',
        instructions: 'Each instruction, as its -l.',
        commits: 'Registers, CSRs and memory that each instruction wrote, as its --log-commits.',
      } satisfies Record<TraceKind, string>,
      { description: 'Write what the guest does, as riscv-isa-sim (Spike) logs it.' },
    ),
  },
  dump: {
    value: 'D',
    repeats: true,
    schema: choice(DUMPS, { description: 'Where the guest stands at the end or limit, on standard error.' }),
  },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Which tests are run, and how what came of them is told. */
const testTable = {
  filter: { value: 'TEXT', help: 'Only tests with this in their names, or in those of their files.' },
  engine: {
    value: 'ENGINE',
    schema: { ...machineOptions.virtualization, default: undefined },
    help: 'Only on this engine.',
  },
  list: { help: 'Print the tests with their engines, and run none.' },
  junit: { value: 'FILE', help: 'Write what came of them as JUnit’s XML, for CI.' },
  tap: { help: 'Print it by the Test Anything Protocol (TAP 14).' },
  json: { help: 'Print it as JSON.' },
  help,
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Labs: where they are, which one is meant, and how what came of it is told. */
const labTable = {
  labs: { value: 'FOLDER', help: 'Where the labs are; those that come with this program when absent.' },
  lab: { value: 'LAB', help: 'check: Which lab the folder is of; what its answers.json says when absent.' },
  variant: {
    value: 'NAME',
    help: 'start: As another variant of the lab, such as c, in C: a compiler for RISC-V makes its object file.',
  },
  task: { value: 'TASK', help: 'check: Only this task.' },
  hint: {
    value: 'TASK',
    help: 'check: Print the next hint for this task, after those before it; answers.json notes how many there were.',
  },
  instructor: { help: 'check, grade: Also the further checks of the instructor’s package, each for a point.' },
  timeout: {
    value: 'SECONDS',
    schema: runTable.timeout.schema,
    help: 'grade: For each submission. Default: 60. Guests end by their instructions long before.',
  },
  csv: { value: 'FILE', help: 'grade: Write the points as a table for spreadsheets.' },
  json: { help: 'Print what there is to say as JSON.' },
  help,
} as const satisfies Readonly<Record<string, CommandOption>>;

const { virtualization: _, 'vmm-time': vmmTime, ...othersOfMachine } = machineTable;
/** Guests are compared on machines whose time exits take, unless told otherwise. */
const comparedMachine: typeof machineTable = {
  ...othersOfMachine,
  ...(vmmTime && { 'vmm-time': { ...vmmTime, otherwise: COMPARED_MACHINE.vmmTime } }),
};

/** The options of each command, in the order in which the help has them. */
export const commandTable = {
  run: { ...machineTable, ...assembly, ...runTable, help },
  check: {
    object: { short: 'c', help: 'Each file is a part of a larger program, and may leave symbols to others.' },
    ...assembly,
    help,
  },
  asm: {
    output: { short: 'o', value: 'FILE', help: 'Where the result goes.' },
    object: { short: 'c', help: 'Assemble one file to a relocatable object.' },
    ...assembly,
    map: {
      value: 'FILE',
      help: 'Write what went where: regions, sections, symbols, and what was discarded.',
    },
    listing: { value: 'FILE', help: 'Write what each line became: addresses, bytes, and the lines of macros.' },
    debug: {
      short: 'g',
      help: 'With -c: a DWARF 5 line table of the source, as of ‘as -gdwarf-5’; executables always have one.',
    },
    help,
  },
  diff: {
    a: { value: 'ENGINE', schema: machineOptions.virtualization, otherwise: 'none' },
    b: { value: 'ENGINE', schema: machineOptions.virtualization, otherwise: 'full' },
    'max-instructions': runTable['max-instructions'],
    ...machineTable,
    ...assembly,
    help,
  },
  compare: {
    engine: {
      value: 'ENGINE',
      repeats: true,
      schema: testTable.engine.schema,
      help: 'Only under this one; all of them when none is named.',
    },
    json: { help: 'Print it as JSON: by guest and engine.' },
    chart: { value: 'FILE.svg', help: 'Draw it.' },
    'max-instructions': runTable['max-instructions'],
    ...comparedMachine,
    ...assembly,
    help,
  },
  test: testTable,
  lab: labTable,
} as const satisfies Readonly<Record<string, Readonly<Record<string, CommandOption>>>>;

export type Command = keyof typeof commandTable;
