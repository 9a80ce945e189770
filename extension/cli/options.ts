import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { TSchema } from '@sinclair/typebox';
import { linkOptionAt } from '../../simulator/linker/options';
import type { PaceName } from '../../simulator/machine/pace';
import { fromText } from '../../simulator/schema/from-text';
import { type Problem, problemsOf } from '../../simulator/schema/problems';
import type { Described } from '../../simulator/schema/schema';
import {
  commandLineDefaults,
  type MachineDescription,
  type MachineSettings,
  machineProblems,
  machineSchema,
  machineSettings,
} from '../../simulator/system/machine-options';
import type { Virtualization } from '../../simulator/system/system';
import type { Dump } from './dump';
import { type Command, type CommandOption, commandTable, machineTable, runTable } from './option-table';
import type { TraceKind } from './trace/tracer';
import type { TraceOption } from './trace/traces';
import { UsageError } from './usage-error';

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

export interface MachineOptions extends MachineSettings {
  readonly maxInstructions: number;
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
  // Tests are looked for in the working folder, and labs have words of their own.
  const isNamed = isBatch || command === 'test' || command === 'lab' || values['help'] === true;
  if (!isNamed && positionals.length === 0 && values['restore'] === undefined) throw new UsageError('no file is named');
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
  const entries = Object.entries(machineTable).flatMap(([name, { attribute, schema, read }]) => {
    const given = values[name];
    if (given === undefined) return [];
    return [[attribute, read ? read(list(given)) : meantBy(schema, String(given))]];
  });
  const given: unknown = Object.fromEntries(entries);
  const [wrong] = problemsOf(machineSchema, given);
  if (wrong) refuseMachine(wrong, given);
  // The schema says so.
  const description = given as MachineDescription;
  const [inside] = machineProblems(description);
  if (inside) refuseMachine(inside, given);
  return {
    ...machineSettings({ virtualization: commandLineDefaults.virtualization, ...description }),
    maxInstructions: single(values, 'max-instructions') ?? Number.POSITIVE_INFINITY,
  };
}

/** @throws UsageError */
function refuseMachine(problem: Problem, description: unknown): never {
  const [attribute, ...inside] = problem.about;
  const found = Object.entries(machineTable).find(([, option]) => option.attribute === attribute);
  // Of several values of an option the message says which; a command line has no names for lists.
  const names = inside.filter((part) => typeof part === 'string');
  const given = problem.about.reduce<unknown>((at, part) => Object(at)[part], description);
  refuse([`--${found?.[0]}`, ...names].join(' '), problem, given);
}

/** In the words of a command line, which has no quotes about its values. @throws UsageError */
function refuse(option: string, { text, expected }: Problem, given: unknown): never {
  if (expected === undefined) throw new UsageError(`${option} ${text.replaceAll('"', "'")}`);
  throw new UsageError(`${option} takes ${expected.replaceAll('"', '')}, not '${given}'`);
}

/** The value of an option that is said once; undefined where it is not. @throws UsageError */
function single<Name extends keyof typeof runTable>(values: Values, name: Name): ValueOf<Name> | undefined {
  const given = one(values[name]);
  const { schema }: CommandOption = runTable[name];
  // The table says so.
  return given === undefined ? undefined : (checked(name, schema, given) as ValueOf<Name>);
}

/** @throws UsageError */
function checked(name: string, schema: TSchema | undefined, word: string): unknown {
  const value = meantBy(schema, word);
  const [problem] = schema ? problemsOf(schema, value) : [];
  if (problem) refuse(`--${name}`, problem, word);
  return value;
}

function meantBy(schema: TSchema | undefined, word: string): unknown {
  return schema ? fromText(schema, word) : word;
}

type ValueOf<Name extends keyof typeof runTable> = (typeof runTable)[Name] extends {
  schema: infer Schema extends TSchema;
}
  ? Described<Schema>
  : string;

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
  const isTerminal = process.stdin.isTTY === true;
  return {
    signature: single(values, 'signature'),
    signatureLine: Number(single(values, 'signature-granularity') ?? runTable['signature-granularity'].schema.default),
    guestStatus: single(values, 'exit-status') === 'guest',
    timeout: single(values, 'timeout'),
    pace: single(values, 'pace') ?? commandLineDefaults.pace(isTerminal),
    dump: list(values['dump']).map((word) => checked('dump', runTable.dump.schema, word) as Dump),
    traces: traceOptions(list(values['trace'])),
  };
}

/** The seconds that something may take. @throws UsageError */
export const seconds = (values: Values): number | undefined => single(values, 'timeout');

function traceOptions(values: readonly string[]): TraceOption[] {
  const traces = values.map(traceOption);
  const twice = traces.find(({ file }, index) => traces.findIndex((each) => each.file === file) !== index);
  if (twice) throw new UsageError(`--trace: each trace has a file of its own, and '${twice.file}' is named twice`);
  return traces;
}

function traceOption(value: string): TraceOption {
  const [kind = '', ...file] = value.split('=');
  if (file.join('=') === '') throw new UsageError('--trace takes what to trace, and a file: commits FILE');
  return { kind: checked('trace', runTable.trace.schema, kind) as TraceKind, file: file.join('=') };
}

const engineOptions = { a: commandTable.diff.a, b: commandTable.diff.b, engine: commandTable.test.engine };

/** An option that names an engine. @throws UsageError */
export function engine<Otherwise extends Virtualization | undefined>(
  values: Values,
  name: keyof typeof engineOptions,
  otherwise: Otherwise,
): Virtualization | Otherwise {
  const given = one(values[name]);
  return given === undefined ? otherwise : (checked(name, engineOptions[name].schema, given) as Virtualization);
}

/** Those that are named, each once; undefined where none is. @throws UsageError */
export function engines(values: Values): Virtualization[] | undefined {
  const words = list(values['engine']);
  if (words.length === 0) return undefined;
  return [...new Set(words)].map((word) => checked('engine', engineOptions.engine.schema, word) as Virtualization);
}

export function one(value: Values[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The options of a command as `parseArgs` wants them. */
function parserOptions(command: Command): NonNullable<ParseArgsConfig['options']> {
  const table: Readonly<Record<string, CommandOption>> = commandTable[command];
  const entries = Object.entries(table).map(([name, { short, value, repeats = false }]) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [name, { type, multiple: repeats, ...(short === undefined ? {} : { short }) }] as const;
  });
  return Object.fromEntries(entries);
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
  const options = parserOptions(command);
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
