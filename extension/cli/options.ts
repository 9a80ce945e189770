import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type HartOptions, parseHartOption } from '../../simulator/core/index';
import { linkOptionAt } from '../../simulator/linker/options';
import { PACES, type PaceName } from '../../simulator/machine/pace';
import {
  FIRMWARES,
  type Firmware,
  MOST_SEED,
  VIRTIO_DEVICES,
  VIRTUALIZATIONS,
  type VirtioDevice,
  type Virtualization,
} from '../../simulator/system/system';
import { DUMPS, type Dump } from './dump';
import { SIGNATURE_LINE } from './signature';
import { TRACES } from './trace/tracer';
import type { TraceOption } from './trace/traces';
import { type Command, UsageError } from './usage';

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

const assembly = {
  include: { ...texts, short: 'I' },
  define: { ...texts, short: 'D' },
  march: text,
  mabi: text,
  script: { ...text, short: 'T' },
  entry: { ...text, short: 'e' },
  relax: flag,
  'no-relax': flag,
  help: { ...flag, short: 'h' },
} as const;
const machine = {
  virtualization: text,
  firmware: text,
  memory: text,
  harts: text,
  disk: texts,
  device: texts,
  bios: text,
  initrd: text,
  append: text,
  'load-address': text,
  'on-illegal': text,
  'max-instructions': text,
  option: texts,
  'no-translation': flag,
  'no-vmids': flag,
  seed: text,
} as const;
const files = { batch: text, save: text, restore: text, record: text, replay: text } as const;

/** What test suites ask for. */
const suite = {
  signature: text,
  'signature-granularity': text,
  'exit-status': text,
  timeout: text,
  pace: text,
  dump: texts,
  trace: texts,
} as const;

/** The options of each command, for `parseArgs`. */
const COMMAND_OPTIONS: { readonly [command in Command]: NonNullable<ParseArgsConfig['options']> } = {
  run: { ...assembly, ...machine, ...files, 'legal-variants': flag, report: text, ...suite },
  check: { ...assembly, object: { ...flag, short: 'c' } },
  asm: {
    ...assembly,
    output: { ...text, short: 'o' },
    object: { ...flag, short: 'c' },
    debug: { ...flag, short: 'g' },
    map: text,
    listing: text,
  },
  diff: { ...assembly, ...machine, a: text, b: text },
};

export interface AssemblyOptions {
  readonly files: readonly string[];
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly march: string | undefined;
  readonly mabi: string | undefined;
  readonly linkerScript: string | undefined;
  readonly entry: string | undefined;
  /** Undefined where the project file, or the linker, decides. */
  readonly relax: boolean | undefined;
}

export interface MachineOptions {
  readonly virtualization: Virtualization;
  readonly firmware: Firmware;
  /** Bytes. */
  readonly memory: number;
  readonly harts: number;
  readonly disks: readonly { readonly path: string; readonly write: 'copy' | 'inPlace' }[];
  readonly devices: readonly VirtioDevice[];
  readonly bios: string | undefined;
  readonly initrd: string | undefined;
  readonly append: string | undefined;
  readonly loadAddress: bigint | undefined;
  readonly onIllegal: 'trap' | 'kill';
  readonly maxInstructions: number;
  readonly hartOptions: Partial<HartOptions>;
  readonly translation: boolean;
  readonly vmids: boolean;
  readonly seed: number;
}

type Values = { readonly [name: string]: string | boolean | (string | boolean)[] | undefined };

export interface ParsedCommand extends AssemblyOptions {
  readonly help: boolean;
  readonly values: Values;
}

/** Takes a command's words apart. @throws UsageError */
export function parseCommand(command: Command, words: readonly string[]): ParsedCommand {
  const { values, positionals } = parse(command, words);
  const isBatch = values['batch'] !== undefined;
  if (isBatch && positionals.length > 0) throw new UsageError('with --batch files are named in its list');
  if (!isBatch && values['help'] !== true && positionals.length === 0 && values['restore'] === undefined)
    throw new UsageError('no file is named');
  return commandOf(values, positionals);
}

/** A command with the options of another as its defaults; what may be repeated is of both. */
export function withDefaults(command: ParsedCommand, { values }: ParsedCommand): ParsedCommand {
  const both = Object.entries(command.values).map(([name, value]) => {
    const before = values[name];
    return [name, Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value];
  });
  const defaults = { ...values };
  // Of two that exclude each other the command's own counts.
  if (command.values['relax'] || command.values['no-relax'])
    for (const name of ['relax', 'no-relax']) delete defaults[name];
  return commandOf({ ...defaults, ...Object.fromEntries(both) }, command.files);
}

function commandOf(values: Values, files: readonly string[]): ParsedCommand {
  return {
    help: values['help'] === true,
    values,
    files,
    includePaths: list(values['include']),
    defines: Object.fromEntries(list(values['define']).map(nameAndValue)),
    march: one(values['march']),
    mabi: one(values['mabi']),
    linkerScript: one(values['script']),
    entry: one(values['entry']),
    relax: relaxation(values),
  };
}

function relaxation(values: Values): boolean | undefined {
  const [relax, noRelax] = [values['relax'] === true, values['no-relax'] === true];
  if (relax && noRelax) throw new UsageError('--relax and --no-relax exclude each other');
  return relax ? true : noRelax ? false : undefined;
}

/** Options that would have no effect beside another are an error. @throws UsageError */
export function refuseIdle(values: Values, beside: string, names: readonly string[]): void {
  const found = names.find((name) => values[name] !== undefined);
  if (found !== undefined) throw new UsageError(`--${found} has no effect with ${beside}`);
}

/** The options that say what machine a guest runs on. @throws UsageError */
export function machineOptions(values: Values): MachineOptions {
  return {
    virtualization: choice('--virtualization', one(values['virtualization']) ?? 'none', VIRTUALIZATIONS),
    firmware: choice('--firmware', one(values['firmware']) ?? 'sbi', FIRMWARES),
    memory: bytes(one(values['memory']) ?? '64M'),
    harts: whole('--harts', one(values['harts']) ?? '1'),
    disks: list(values['disk']).map(disk),
    devices: list(values['device']).map((device) => choice('--device', device, VIRTIO_DEVICES)),
    bios: one(values['bios']),
    initrd: one(values['initrd']),
    append: one(values['append']),
    hartOptions: hartOptions(list(values['option'])),
    translation: values['no-translation'] !== true,
    vmids: values['no-vmids'] !== true,
    loadAddress: address('--load-address', one(values['load-address'])),
    seed: seedNumber(one(values['seed']) ?? '0'),
    onIllegal: choice('--on-illegal', one(values['on-illegal']) ?? 'trap', ['trap', 'kill'] as const),
    maxInstructions:
      values['max-instructions'] === undefined
        ? Number.POSITIVE_INFINITY
        : whole('--max-instructions', one(values['max-instructions']) ?? ''),
  };
}

export interface SuiteOptions {
  /** The file for the signature. */
  readonly signature: string | undefined;
  /** Bytes on a line of the signature. */
  readonly signatureLine: number;
  /** Whether the exit status is the guest's own. */
  readonly guestStatus: boolean;
  /** Seconds of the host's clock. */
  readonly timeout: number | undefined;
  readonly dump: readonly Dump[];
  readonly pace: PaceName;
  readonly traces: readonly TraceOption[];
}

/** @throws UsageError */
export function suiteOptions(values: Values): SuiteOptions {
  const [line, timeout] = [one(values['signature-granularity']), one(values['timeout'])];
  return {
    signature: one(values['signature']),
    signatureLine: line === undefined ? SIGNATURE_LINE : Number(choice('--signature-granularity', line, LINES)),
    guestStatus:
      choice('--exit-status', one(values['exit-status']) ?? 'hyperstep', ['hyperstep', 'guest'] as const) === 'guest',
    timeout: timeout === undefined ? undefined : seconds('--timeout', timeout),
    pace: choice('--pace', one(values['pace']) ?? (process.stdin.isTTY ? 'realtime' : 'max'), PACES),
    dump: list(values['dump']).map((word) => choice('--dump', word, DUMPS)),
    traces: traceOptions(list(values['trace'])),
  };
}

function traceOptions(values: readonly string[]): TraceOption[] {
  const traces = values.map(traceOption);
  const twice = traces.find(({ file }, index) => traces.findIndex((each) => each.file === file) !== index);
  if (twice) throw new UsageError(`--trace: each trace has a file of its own, and '${twice.file}' is named twice`);
  return traces;
}

function traceOption(value: string): TraceOption {
  const [kind = '', ...file] = value.split('=');
  if (file.join('=') === '')
    throw new UsageError(`--trace takes what to trace, and a file: ${TRACES.join(' or ')}, FILE`);
  return { kind: choice('--trace', kind, TRACES), file: file.join('=') };
}

function address(option: string, value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (!/^(0x[\da-f]{1,16}|\d{1,19})$/i.test(value))
    throw new UsageError(`${option} takes an address such as 0x80200000, not '${value}'`);
  if (BigInt(value) % 2n !== 0n) throw new UsageError(`${option} takes an even address, not '${value}'`);
  return BigInt(value);
}

function seedNumber(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= MOST_SEED))
    throw new UsageError(`--seed takes a whole number from 0 to ${MOST_SEED}, not '${value}'`);
  return number;
}

/** What a line of a signature may have, in bytes. */
const LINES = ['1', '2', '4', '8', '16'] as const;
/** As long as the host's timers can wait. */
const MOST_SECONDS = 2_000_000;

function seconds(option: string, value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number > 0 && number <= MOST_SECONDS))
    throw new UsageError(`${option} takes seconds, more than 0 and up to ${MOST_SECONDS}, not '${value}'`);
  return number;
}

/** Choices of the machine: NAME=VALUE. @throws UsageError */
function hartOptions(words: readonly string[]): Partial<HartOptions> {
  return Object.assign({}, ...words.map(hartOption));
}

function hartOption(word: string): Partial<HartOptions> {
  const [name = '', value = ''] = word.split('=');
  const found = parseHartOption(name, value);
  if ('problem' in found) throw new UsageError(`--option: ${found.problem}`);
  return found.option;
}

/** An option that names an engine. @throws UsageError */
export function engine(values: Values, name: 'a' | 'b', otherwise: Virtualization): Virtualization {
  return choice(`--${name}`, one(values[name]) ?? otherwise, VIRTUALIZATIONS);
}

export function one(value: Values[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Takes a command's words apart; options of the linker stay among the files, in their order. */
function parse(command: Command, words: readonly string[]): { values: Values; positionals: string[] } {
  const own: string[] = [];
  /** Where each of the command's own words stood. */
  const places: number[] = [];
  const linked: { readonly place: number; readonly words: readonly string[] }[] = [];
  for (let at = 0; at < words.length; ) {
    // The one option with two words after it; GNU ld has another of this name.
    if (command === 'run' && words[at] === '--trace') {
      own.push(`--trace=${words[at + 1] ?? ''}=${words[at + 2] ?? ''}`);
      places.push(at);
      at += 3;
      continue;
    }
    const found = linkOptionAt(words, at);
    if (found) linked.push({ place: at, words: words.slice(at, at + found.length) });
    else {
      own.push(words[at]!.replace(/^-Map(?==|$)/, '--map'));
      places.push(at);
    }
    at += found?.length ?? 1;
  }
  const options = COMMAND_OPTIONS[command];
  try {
    const { values, tokens } = parseArgs({ args: own, options, allowPositionals: true, strict: true, tokens: true });
    const files = tokens.flatMap((token) =>
      token.kind === 'positional' ? [{ place: places[token.index]!, words: [token.value] }] : [],
    );
    const inOrder = [...files, ...linked].sort((a, b) => a.place - b.place);
    return { values, positionals: inOrder.flatMap((group) => group.words) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function list(value: Values[string]): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function nameAndValue(definition: string): [string, string] {
  const [name = '', ...value] = definition.split('=');
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new UsageError(`-D takes NAME or NAME=VALUE, not '${definition}'`);
  return [name, value.length > 0 ? value.join('=') : '1'];
}

function choice<T extends string>(option: string, value: string, values: readonly T[]): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`${option} takes ${values.join(' or ')}, not '${value}'`);
  return found;
}

function whole(option: string, value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 1)
    throw new UsageError(`${option} takes a whole number from 1, not '${value}'`);
  return number;
}

function bytes(value: string): number {
  const match = /^([1-9]\d*)([KMG])$/i.exec(value);
  if (!match) throw new UsageError(`--memory takes a number and K, M or G, such as 64M, not '${value}'`);
  const unit = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[(match[2] ?? '').toUpperCase() as 'K' | 'M' | 'G'];
  return Number(match[1]) * unit;
}

function disk(value: string): MachineOptions['disks'][number] {
  const writable = value.endsWith(',rw');
  return { path: writable ? value.slice(0, -3) : value, write: writable ? 'inPlace' : 'copy' };
}
