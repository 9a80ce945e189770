import { type HartOptions, parseHartOption } from '../../simulator/core/index';
import { parseLinkWords } from '../../simulator/project/index';
import { isRecord } from '../../simulator/schema/record';
import { VIRTIO_DEVICES } from '../../simulator/system/system';
import { RequestError } from '../request-error';
import {
  addressPattern,
  type Disk,
  type LaunchArguments,
  launchAttributes,
  loadAddressPattern,
  type SymbolFile,
} from './launch';

const names = Object.keys(launchAttributes) as (keyof LaunchArguments)[];

/** A launch configuration in which everything has a value. */
export type CheckedLaunch = Required<
  Omit<
    LaunchArguments,
    | 'program'
    | 'memory'
    | 'disks'
    | 'march'
    | 'mabi'
    | 'linkerScript'
    | 'relax'
    | 'projectRoot'
    | 'bios'
    | 'initrd'
    | 'append'
    | 'machineOptions'
    | 'loadAddress'
    | 'symbols'
  >
> & {
  readonly loadAddress: bigint | undefined;
  readonly symbols: readonly CheckedSymbolFile[];
  readonly machineOptions: Partial<HartOptions>;
  readonly program: readonly string[];
  /** Undefined where the project file, or the assembler, decides. */
  readonly march: string | undefined;
  readonly mabi: string | undefined;
  readonly linkerScript: string | undefined;
  readonly relax: boolean | undefined;
  readonly projectRoot: string | undefined;
  readonly bios: string | undefined;
  readonly initrd: string | undefined;
  readonly append: string | undefined;
  /** Bytes. */
  readonly memory: number;
  readonly disks: readonly Required<Disk>[];
};

/** An ELF file with symbols, and where what it is about lies. */
export interface CheckedSymbolFile {
  readonly file: string;
  readonly offset: bigint;
  readonly loadAddress: bigint | undefined;
}

/**
 * Takes a launch request's arguments apart by the table of launch attributes; those of others (`type`, `name`, ...) are ignored.
 * @throws RequestError that names every attribute that makes no sense
 */
export function checkLaunch(args: unknown): CheckedLaunch {
  const given = isRecord(args) ? args : {};
  const problems = names.flatMap((name) => (given[name] === undefined ? [] : problemOf(name, given[name])));
  if (problems.length > 0) throw new RequestError(problems.join('; '));
  const launch = given as LaunchArguments;
  const program = [launch.program ?? []].flat();
  if (program.length === 0 || program.some((file) => file === ''))
    throw new RequestError('"program" is missing: the guest to debug, a .s or .S file, an object file or an ELF file');
  const value = <Name extends keyof LaunchArguments>(name: Name): NonNullable<LaunchArguments[Name]> =>
    (launch[name] ?? launchAttributes[name].default) as NonNullable<LaunchArguments[Name]>;
  return {
    program,
    memory: bytesOf(value('memory')),
    disks: value('disks').map(({ file, write = 'copy' }) => ({ file, write })),
    devices: value('devices'),
    bios: launch.bios,
    initrd: launch.initrd,
    append: launch.append,
    loadAddress: launch.loadAddress === undefined ? undefined : BigInt(launch.loadAddress),
    symbols: value('symbols').map(symbolFile),
    virtualization: value('virtualization'),
    firmware: value('firmware'),
    harts: value('harts'),
    includePaths: value('includePaths'),
    defines: value('defines'),
    march: launch.march,
    mabi: launch.mabi,
    linkerScript: launch.linkerScript,
    linkOptions: value('linkOptions'),
    relax: launch.relax,
    projectRoot: launch.projectRoot,
    stopOnEntry: value('stopOnEntry'),
    vmm: value('vmm'),
    console: value('console'),
    onIllegal: value('onIllegal'),
    sourceMap: value('sourceMap'),
    pace: value('pace'),
    vmids: value('vmids'),
    seed: value('seed'),
    translation: value('translation'),
    machineOptions: hartOptionsOf(value('machineOptions')),
  };
}

/** @throws RequestError */
function hartOptionsOf(given: Record<string, string>): Partial<HartOptions> {
  const parts = Object.entries(given).map(([name, value]) => {
    const found = parseHartOption(name, value);
    if ('problem' in found) throw new RequestError(`"machineOptions": ${found.problem}`);
    return found.option;
  });
  return Object.assign({}, ...parts);
}

function problemOf(name: keyof LaunchArguments, value: unknown): string[] {
  const schema = launchAttributes[name];
  const problem = (expected: string): string[] => [`"${name}" must be ${expected}`];
  if (name === 'devices')
    return isDeviceList(value) ? [] : problem(`a list of ${VIRTIO_DEVICES.map((device) => `"${device}"`).join(', ')}`);
  if (name === 'disks')
    return isDiskList(value) ? [] : problem('a list of {"file": path, "write": "copy" or "inPlace"}');
  if (name === 'symbols')
    return isSymbolList(value)
      ? []
      : problem('a list of ELF files: paths, or {"file": path, "offset": "0x...", "loadAddress": "0x..."}');
  if (name === 'linkOptions' && hasType(value, 'array')) {
    const { problems } = parseLinkWords(value as string[]);
    return problems.map((found) => `"linkOptions": ${found}`);
  }
  const types = [schema.type].flat();
  if (!types.some((type) => hasType(value, type))) return problem(types.map(describeType).join(' or '));
  if (schema.enum && !schema.enum.includes(value as string))
    return problem(schema.enum.map((choice) => `"${choice}"`).join(' or '));
  if (schema.pattern && !new RegExp(schema.pattern).test(value as string))
    return problem(schema.patternErrorMessage ?? `like ${schema.pattern}`);
  if (typeof value === 'number' && (value < (schema.minimum ?? value) || value > (schema.maximum ?? value)))
    return problem(`${schema.minimum} to ${schema.maximum}`);
  return [];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    case 'object':
      return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function describeType(type: string): string {
  if (type === 'array') return 'a list of strings';
  if (type === 'object') return 'an object of names and strings';
  return type === 'boolean' ? 'true or false' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function isDeviceList(value: unknown): boolean {
  return Array.isArray(value) && value.every((device) => VIRTIO_DEVICES.includes(device));
}

function symbolFile(given: string | SymbolFile): CheckedSymbolFile {
  if (typeof given === 'string') return { file: given, offset: 0n, loadAddress: undefined };
  const { file, offset = '0', loadAddress } = given;
  const size = BigInt(offset.replace('-', ''));
  return {
    file,
    offset: offset.startsWith('-') ? -size : size,
    loadAddress: loadAddress === undefined ? undefined : BigInt(loadAddress),
  };
}

const matches = (pattern: string, value: unknown): boolean =>
  typeof value === 'string' && new RegExp(pattern).test(value);

function isSymbolList(value: unknown): value is LaunchArguments['symbols'] {
  const isFile = (each: unknown): boolean => {
    if (typeof each === 'string') return each !== '';
    if (!isRecord(each) || typeof each['file'] !== 'string' || each['file'] === '') return false;
    const { offset = '0', loadAddress = '0' } = each;
    return (
      typeof offset === 'string' &&
      matches(addressPattern, offset.replace(/^-/, '')) &&
      matches(loadAddressPattern, loadAddress)
    );
  };
  return Array.isArray(value) && value.every(isFile);
}

function isDiskList(value: unknown): value is Disk[] {
  return (
    Array.isArray(value) &&
    value.every(
      (disk) =>
        isRecord(disk) &&
        typeof disk['file'] === 'string' &&
        (disk['write'] === undefined || disk['write'] === 'copy' || disk['write'] === 'inPlace'),
    )
  );
}

function bytesOf(memory: string): number {
  const units: { readonly [unit: string]: number } = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
  return Number.parseInt(memory, 10) * (units[memory.at(-1) ?? ''] ?? 1);
}
