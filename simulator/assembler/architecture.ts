import { type ExtensionId, extensions } from '../isa';

/** The extensions that instructions may be taken from. */
export type Architecture = ReadonlySet<ExtensionId>;

/** What the machine runs, in -march notation. */
export const defaultMarch = `rv64gc${extensions
  .map(({ march }) => march)
  .filter((march) => march.length > 1)
  .map((march) => `_${march}`)
  .join('')}`;

const byMarch = new Map(extensions.filter((e) => e.march !== '').map((e) => [e.march, e.id]));
const always = extensions.filter((e) => e.always).map((e) => e.id);
/** Names that stand for several extensions. */
const groups: Readonly<Record<string, readonly string[]>> = {
  g: ['i', 'm', 'a', 'f', 'd', 'zicsr', 'zifencei'],
  b: ['zba', 'zbb', 'zbs'],
};
/** What an extension brings with it. */
const implied: Readonly<Partial<Record<ExtensionId, ExtensionId>>> = { d: 'f', f: 'zicsr' };

/**
 * Reads `-march` notation: `rv64` and letters, then names separated by `_`, each with an optional version (`2p0`).
 * Unknown extensions are taken without effect; a malformed text gives the default and a problem.
 */
export function architectureOf(march: string): { architecture: Architecture; problem?: string } {
  const text = march.toLowerCase();
  const parts = /^rv(32|64)([a-z][a-z0-9_]*)$/.exec(text);
  if (!parts) {
    return {
      architecture: architectureOf(defaultMarch).architecture,
      problem: `-march '${march}' is not of the form rv64imac_zicsr`,
    };
  }
  const architecture = new Set<ExtensionId>(always);
  const names: string[] = [];
  for (const part of parts[2]!.split('_')) {
    if (/^[zsx]/.test(part) && names.length > 0) names.push(part.replace(/\d+p\d+$/, ''));
    else {
      const letters = /^((?:[a-rt-wy](?:\d+p\d+)?)*)(.*)$/.exec(part);
      for (const [, letter] of (letters?.[1] ?? '').matchAll(/([a-z])(?:\d+p\d+)?/g)) names.push(letter!);
      if (letters?.[2]) names.push(letters[2].replace(/\d+p\d+$/, ''));
    }
  }
  for (const name of names) add(architecture, name);
  if (parts[1] === '32') return { architecture: same(architecture), problem: 'only rv64 is supported' };
  return { architecture: same(architecture) };
}

/** Adds an extension, or a group of them, and what they imply. */
function add(architecture: Set<ExtensionId>, name: string): void {
  for (const part of groups[name] ?? [name]) {
    for (let id = byMarch.get(part); id; id = implied[id]) architecture.add(id);
  }
}

const seen = new Map<string, Architecture>();

/** The one object for a set of extensions, so that what statements keep for an architecture holds in the next assembly. */
function same(architecture: Architecture): Architecture {
  const key = [...architecture].sort().join();
  const known = seen.get(key) ?? architecture;
  seen.set(key, known);
  return known;
}

/** Adds (`+m`) or removes (`-c`) extensions, or sets all (`rv64gc`), as `.option arch` does; undefined when malformed. */
export function changeArchitecture(current: Architecture, change: string): Architecture | undefined {
  if (/^rv/i.test(change)) {
    const { architecture, problem } = architectureOf(change);
    return problem ? undefined : architecture;
  }
  const match = /^([+-])([a-z][a-z0-9]*?)(\d+p\d+)?$/i.exec(change);
  if (!match) return undefined;
  const changed = new Set(current);
  const name = match[2]!.toLowerCase();
  if (match[1] === '+') add(changed, name);
  for (const part of match[1] === '-' ? (groups[name] ?? [name]) : []) changed.delete(byMarch.get(part)!);
  return same(changed);
}
