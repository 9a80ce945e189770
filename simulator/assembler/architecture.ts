import { type ExtensionId, extensions } from '../isa';
import { compareExtensions, implied, prefixClass, versionOf } from './known-extensions';

/** The extensions that instructions may be taken from. There is one object for each set of them. */
export interface Architecture {
  has(extension: ExtensionId): boolean;
  /** Whether -march or what it brings along names an extension, of the machine or not. */
  supports(name: string): boolean;
  /** In full, with versions: 'rv64i2p0_m2p0_zmmul1p0'. */
  readonly name: string;
  /** What `.option arch` changes: versions by extension. */
  readonly versions: ReadonlyMap<string, string>;
}

/** What the machine runs, in -march notation. */
export const defaultMarch = `rv64gch${extensions
  .map(({ march }) => march)
  .filter((march) => march.length > 1)
  .map((march) => `_${march}`)
  .join('')}`;

const ids = new Map(extensions.filter((e) => e.march !== '').map((e) => [e.march, e.id]));
const always = extensions.filter((e) => e.always).map((e) => e.id);
/** Groups that are no extensions of their own. */
const groups: ReadonlySet<string> = new Set(['g', 'b']);

class VersionedArchitecture implements Architecture {
  readonly #ids = new Set<ExtensionId>(always);

  constructor(
    readonly versions: ReadonlyMap<string, string>,
    readonly name: string,
  ) {
    for (const extension of versions.keys()) {
      const id = ids.get(extension);
      if (id) this.#ids.add(id);
    }
  }

  has(extension: ExtensionId): boolean {
    return this.#ids.has(extension);
  }

  supports(name: string): boolean {
    return this.versions.has(name);
  }
}

const seen = new Map<string, Architecture>();

/** The one object for a set of extensions, so that what statements keep for an architecture holds in the next assembly. */
function architectureWith(given: ReadonlyMap<string, string>): Architecture {
  const versions = withImplied(given);
  const names = [...versions.keys()].sort(compareExtensions);
  const key = names.map((name) => `${name} ${versions.get(name)}`).join();
  let known = seen.get(key);
  if (!known) {
    const parts = names.filter((name) => versions.get(name) !== '').map((name) => `${name}${versions.get(name)}`);
    known = new VersionedArchitecture(versions, `rv64${parts.join('_')}`);
    seen.set(key, known);
  }
  return known;
}

function withImplied(given: ReadonlyMap<string, string>): Map<string, string> {
  const versions = new Map(given);
  // A map goes on to what is added while it is gone through.
  for (const [name, version] of versions) {
    for (const other of implied[name] ?? []) if (!versions.has(other)) versions.set(other, versionOf(other) ?? '');
    // Before version 2.1 of the base, CSR instructions and `fence.i` belonged to it.
    if (name === 'i' && /^([01]p|2p0$)/.test(version))
      for (const other of ['zicsr', 'zifencei']) if (!versions.has(other)) versions.set(other, '');
  }
  return versions;
}

/**
 * Reads `-march` notation: `rv64` and letters, then names separated by `_`, each with an optional version (`2p0`). A
 * malformed text gives the default and a problem; unknown extensions are taken without effect and listed.
 */
export function architectureOf(march: string): { architecture: Architecture; problem?: string; unknown: string[] } {
  const text = march.toLowerCase();
  const unknown: string[] = [];
  const fail = (problem: string) => ({ architecture: architectureOf(defaultMarch).architecture, problem, unknown });
  const base = /^rv(32|64)(?=[eig])/.exec(text);
  if (!base) return fail(`-march '${march}' is not of the form rv64imac_zicsr`);
  const versions = new Map<string, string>();
  let rest = text.slice(base[0].length);
  while (rest !== '') {
    const part = nextPart(rest);
    if (!part) return fail(`-march '${march}': '${rest}' is no extension`);
    const [whole, name = '', version = ''] = part;
    rest = rest.slice(whole.length);
    if (name === '') continue;
    const known = groups.has(name) ? '' : versionOf(name);
    if (known === undefined && version === '') unknown.push(name);
    else if (!versions.has(name)) versions.set(name, version || known || '');
  }
  const architecture = architectureWith(versions);
  if (base[1] === '32') return { architecture, problem: 'only rv64 is supported', unknown };
  return { architecture, unknown };
}

/** `_`, a letter or a longer name, with its version. */
function nextPart(text: string): RegExpExecArray | null {
  if (text[0] === '_') return /^_+/.exec(text);
  return prefixClass(text) === 0 || !/^[zsx]/.test(text)
    ? /^([a-z])(\d+p\d+|\d+(?!p))?/.exec(text)
    : /^([a-z][a-z0-9]*?)(\d+p\d+)?(?=_|$)/.exec(text);
}

/**
 * Adds (`+m`) or removes (`-c`) extensions, separated by commas, or sets all (`rv64gc`), as `.option arch` does. A text
 * says what is wrong.
 */
export function changeArchitecture(current: Architecture, changes: string): Architecture | string {
  if (!/^[+-]/.test(changes)) {
    const { architecture, problem, unknown } = architectureOf(changes);
    return problem ?? (unknown.length > 0 ? `there is no extension '${unknown[0]}'` : architecture);
  }
  const versions = new Map(current.versions);
  for (const change of changes.split(',')) {
    const match = /^([+-])([a-z][a-z0-9]*?)(\d+p\d+)?$/i.exec(change);
    if (!match) return `'${change}' is no extension: '+c', '-c' or 'rv64imac' can stand here`;
    const [, sign, name = '', version] = match;
    const known = groups.has(name) ? '' : versionOf(name);
    if (known === undefined) return `there is no extension '${name}'`;
    if (name === 'i' || name === 'e' || name === 'g') return `the base '${name}' can neither be added nor removed`;
    if (sign === '+') versions.set(name, version ?? known);
    else for (const part of groups.has(name) ? implied[name]! : [name]) versions.delete(part);
  }
  if (versions.has('zfinx') && versions.has('f')) return "'zfinx' and 'f' exclude each other";
  return architectureWith(versions);
}
