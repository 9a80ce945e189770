import { type ExtensionId, extensionNamed, extensions, isExtensionId } from '../../isa';
import { didYouMean, nearest } from '../source/diagnostic';
import { compareExtensions, prefixClass } from './extension-order';

/** The extensions that instructions may be taken from. There is one object for each set of them. */
export interface Architecture {
  /** Whether the instructions of an extension may be written. */
  readonly has: (extension: ExtensionId) => boolean;
  /** Whether the assembler may pick an extension's compressed instructions by itself. */
  readonly picks: (extension: ExtensionId) => boolean;
  /** Whether -march or what it brings along names an extension, of the machine or not. */
  supports(name: string): boolean;
  /** Whether there are compressed instructions, so that code needs an alignment of 2 only. */
  readonly compressed: boolean;
  /** In full, with versions: 'rv64i2p0_m2p0_zmmul1p0'. */
  readonly name: string;
  /** What `.option arch` changes: versions by extension. */
  readonly versions: ReadonlyMap<string, string>;
  /** What may be written although -march does not name it. */
  readonly tacit: ReadonlySet<ExtensionId>;
}

/**
 * May be written in any source for the machine, but is not named: who names it has instructions compressed that processors without
 * it do not run.
 */
const defaultTacit: ReadonlySet<ExtensionId> = new Set(['zcb']);
/** Parts of M and C, which go without saying. */
const parts: ReadonlySet<string> = new Set(['zmmul', 'zca', 'zcd']);

/** What the machine runs, in -march notation. */
export const defaultMarch = `rv64gch${extensions
  .filter(({ march, support }) => march.length > 1 && isExtensionId(march) && support === 'runs')
  .map(({ march }) => march as ExtensionId)
  .filter((march) => !parts.has(march) && !defaultTacit.has(march))
  .map((march) => `_${march}`)
  .join('')}`;

/**
 * The versions of the base are those of the specification 2.2, by which Debian's binutils are configured: there `i` brings the CSR
 * instructions and `fence.i` along, and these have no version.
 */
const baseVersions: Readonly<Record<string, string>> = {
  i: '2p0',
  a: '2p0',
  f: '2p0',
  d: '2p0',
  q: '2p0',
  zicsr: '',
  zifencei: '',
};

/** The version of an extension that is known, as it stands in the object file; '' for one without. */
function defaultVersionOf(name: string): string {
  return baseVersions[name] ?? extensionNamed(name)?.version ?? '';
}

/** By extension that -march names or brings along: the version as written, or the newest. */
export function newestVersions({ versions }: Architecture): [name: string, version: string][] {
  return [...versions].map(([name, version]) => [
    name,
    version === defaultVersionOf(name) ? (extensionNamed(name)?.version ?? version) : version,
  ]);
}

class VersionedArchitecture implements Architecture {
  readonly #ids: Set<ExtensionId>;
  readonly has: Architecture['has'];
  readonly picks: Architecture['picks'];

  constructor(
    readonly versions: ReadonlyMap<string, string>,
    readonly tacit: ReadonlySet<ExtensionId>,
    readonly name: string,
  ) {
    this.#ids = new Set<ExtensionId>([...versions.keys()].filter((name) => isExtensionId(name)));
    this.#ids.add('privileged');
    // Before version 2.1 of the base, CSR instructions and `fence.i` belonged to it.
    if (/^([01]p|2p0$)/.test(versions.get('i') ?? '')) this.#ids.add('zicsr').add('zifencei');
    const written = new Set([...this.#ids, ...tacit]);
    this.has = (extension) => written.has(extension);
    this.picks = (extension) => this.#ids.has(extension);
  }

  get compressed(): boolean {
    return this.#ids.has('c') || this.#ids.has('zca');
  }

  supports(name: string): boolean {
    return this.versions.has(name);
  }
}

const seen = new Map<string, Architecture>();

/** The one object for a set of extensions, so that what statements keep for an architecture holds in the next assembly. */
function architectureWith(given: ReadonlyMap<string, string>, tacit: ReadonlySet<ExtensionId>): Architecture {
  const versions = withImplied(given);
  const names = [...versions.keys()].sort(compareExtensions);
  const key = [...names.map((name) => `${name} ${versions.get(name)}`), '', ...tacit].join();
  let known = seen.get(key);
  if (!known) {
    const parts = names.filter((name) => versions.get(name) !== '').map((name) => `${name}${versions.get(name)}`);
    known = new VersionedArchitecture(versions, tacit, `rv64${parts.join('_')}`);
    seen.set(key, known);
  }
  return known;
}

function withImplied(given: ReadonlyMap<string, string>): Map<string, string> {
  const versions = new Map(given);
  // A map goes on to what is added while it is gone through.
  for (const name of versions.keys()) {
    for (const other of extensionNamed(name)?.implies ?? [])
      if (!versions.has(other)) versions.set(other, defaultVersionOf(other));
  }
  return versions;
}

export interface ParsedArchitecture {
  readonly architecture: Architecture;
  /** What is wrong with the text. */
  readonly problem?: string;
}

/**
 * Reads `-march` notation: `rv64` and letters, then names separated by `_`, each with an optional version (`2p0`). A
 * malformed text gives the default and a problem; what is only unknown is taken without effect.
 * @param march by default what the machine runs
 */
export function architectureOf(march?: string): ParsedArchitecture {
  const text = march ?? defaultMarch;
  const fail = (problem: string) => ({ architecture: architectureOf().architecture, problem });
  if (/[A-Z]/.test(text)) return fail(`-march '${text}' has capital letters: it is '${text.toLowerCase()}'`);
  const base = /^rv(32|64)(?=[eig])/.exec(text);
  if (!base) return fail(`-march '${text}' is not of the form rv64imac_zicsr`);
  const versions = new Map<string, string>();
  let problem: string | undefined;
  let rest = text.slice(base[0].length);
  while (rest !== '') {
    const part = nextPart(rest);
    if (!part) return fail(`-march '${text}': '${rest}' is no extension`);
    const [whole, name = '', version = ''] = part;
    rest = rest.slice(whole.length);
    if (name === '') continue;
    const full = versionOf(name, version);
    if (full === undefined) problem ??= `-march '${text}': ${noExtension(name, version)}`;
    else if (!versions.has(name)) versions.set(name, full);
  }
  const architecture = architectureWith(versions, march === undefined ? defaultTacit : new Set());
  problem ??= base[1] === '32' ? `'${text}': RV32 is not known here yet, only RV64` : conflictOf(architecture);
  return { architecture, ...(problem === undefined ? {} : { problem }) };
}

/** `_`, a letter or a longer name, with its version. */
function nextPart(text: string): RegExpExecArray | null {
  if (text[0] === '_') return /^_+/.exec(text);
  if (prefixClass(text) === 0 || !/^[zsx]/.test(text)) return /^([a-z])(\d+(?:p\d+)?)?/.exec(text);
  const whole = /^([a-z][a-z0-9]*)(?=_|$)/.exec(text);
  // The digits of `sv39` are no version.
  if (whole && extensionNamed(whole[0])) return whole;
  const part = /^([a-z][a-z0-9]*?)(\d+(?:p\d+)?)?(?=_|$)/.exec(text);
  // `zicsr2p` has half a version.
  return /\dp$/.test(part?.[1] ?? '') ? null : part;
}

/**
 * The version under which an extension is noted: as written, or its own; undefined when there is no such extension. Vendors' names, and
 * letters that are reserved, are taken with a version.
 */
function versionOf(name: string, written: string): string | undefined {
  const extension = extensionNamed(name);
  if (extension?.version === '') return '';
  const full = fullVersion(written);
  if (extension) return full || defaultVersionOf(name);
  return isReserved(name) && full !== '' ? full : undefined;
}

/** Letters without a meaning yet, and names that vendors give. */
function isReserved(name: string): boolean {
  return name.length === 1 ? 'lkjtpn'.includes(name) : /^x\w/.test(name) && !/\dp$/.test(name);
}

/** `2` is `2p0`, and version 0 is none. */
function fullVersion(version: string): string {
  const [major = 0, minor = 0] = version.split('p').map(Number);
  return major === 0 && minor === 0 ? '' : `${major}p${minor}`;
}

/** Why the extensions of an architecture cannot be together. */
function conflictOf(architecture: Architecture): string | undefined {
  const { versions } = architecture;
  if (versions.has('e')) return "RV64E, with 16 registers, is not known here: 'rv64i' is";
  if (versions.has('zfinx') && versions.has('f'))
    return "'zfinx' and 'f' exclude each other: floating-point numbers are in registers of one kind";
  const names = [...versions.keys()];
  if (names.some((name) => name.startsWith('zvl')) && !names.some((name) => name.startsWith('zve')))
    return "the lengths of vectors ('zvl...') need 'v' or one of 'zve...'";
  return undefined;
}

/** What is to be known of extensions of which no instruction is. */
export function extensionNotes({ versions }: Architecture): string[] {
  const named = [...versions.keys()].filter((name) => (extensionNamed(name)?.support ?? 'named') === 'named');
  // What another brings along goes without saying.
  const implied = new Set(named.flatMap((name) => extensionNamed(name)?.implies ?? []));
  return named
    .filter((name) => !implied.has(name))
    .map((name) => {
      const what = extensionNamed(name)?.name ?? "a vendor's";
      return `-march: '${name}' (${what}) is known by name only: its instructions are not assembled here, and the machine does not run them`;
    });
}

function noExtension(name: string, version: string): string {
  if (name.startsWith('x') && name.length > 1 && version === '')
    return `'${name}' of a vendor needs a version, as in '${name}1p0'`;
  const names = extensions.map(({ march }) => march).filter((march) => march.length > 1);
  return `there is no extension '${name}'${didYouMean(nearest(name, names))}`;
}

/** The changes of `.option arch, ...`, without the blanks that mean nothing; undefined for another option. */
export function architectureChanges(option: string): string | undefined {
  // As GNU's scanner: a blank stays only between two characters of names.
  const text = option
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(?<![\w.$]) | (?![\w.$])/g, '');
  return /^arch,(.*)$/.exec(text)?.[1];
}

/** What is removed under a name: a group is no extension of its own. */
function partsOf(name: string): readonly string[] {
  const extension = extensionNamed(name);
  return extension?.version === '' ? extension.implies : [name];
}

/** The extensions of compressed instructions that an architecture has: without them all instructions have 4 bytes. */
export function compressedExtensions({ versions }: Architecture): string[] {
  return [...versions.keys()].filter((name) => name === 'c' || /^zc[a-z]/.test(name));
}

/**
 * Adds (`+m`) or removes (`-c`) extensions, separated by commas, or sets all (`rv64gc`), as `.option arch` does. A text
 * says what is wrong.
 */
export function changeArchitecture(current: Architecture, changes: string): Architecture | string {
  if (!/^[+-]/.test(changes)) {
    const { architecture, problem } = architectureOf(changes);
    return problem ?? architecture;
  }
  const versions = new Map(current.versions);
  for (const change of changes.split(',')) {
    const match = /^([+-])([a-z][a-z0-9]*?)(\d+(?:p\d+)?)?$/.exec(change);
    if (!match) return `'${change}' is no extension: '+c', '-c' or 'rv64imac' can stand here`;
    const [, sign, name = '', version = ''] = match;
    if (name === 'i' || name === 'e' || name === 'g') return `the base '${name}' can neither be added nor removed`;
    const full = versionOf(name, version);
    if (full === undefined && !isReserved(name)) return noExtension(name, version);
    if (sign === '-') for (const part of partsOf(name)) versions.delete(part);
    else if (!versions.get(name)) versions.set(name, full ?? '');
  }
  const changed = architectureWith(versions, current.tacit);
  return conflictOf(changed) ?? changed;
}
