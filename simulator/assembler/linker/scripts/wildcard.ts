import type { ObjectFile } from '../../../object/relocatable';
import type { NamePattern, SortOrder } from './syntax';

const tests = new Map<string, (name: string) => boolean>();
const mostTests = 4096;

/** Whether a name is as a pattern says: `*`, `?`, `[...]`, and `\` before a character that means itself. */
export function matches(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  let test = tests.get(pattern);
  if (!test) {
    if (tests.size > mostTests) tests.clear();
    test = testOf(pattern);
    tests.set(pattern, test);
  }
  return test(name);
}

function testOf(pattern: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  // `.text.*`, the usual form, needs no general test.
  const prefix = pattern.slice(0, -1);
  if (pattern.endsWith('*') && !/[*?[\\]/.test(prefix)) return (name) => name.startsWith(prefix);
  const parts = [...pattern.matchAll(/\[(!|\^)?(\]?[^\]]*)\]|\\(.)|[\s\S]/g)];
  const source = parts
    .map(([text, negated, set, escaped]) => {
      if (set !== undefined) return `[${negated ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
      if (text === '*') return '[\\s\\S]*';
      if (text === '?') return '[\\s\\S]';
      return (escaped ?? text).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    })
    .join('');
  try {
    const expression = new RegExp(`^${source}$`);
    return (name) => expression.test(name);
  } catch {
    // A set that is none, such as [z-a].
    return (name) => name === pattern;
  }
}

/** A file of a link, as scripts name it: an object, or a member of an archive. */
type NamedFile = Pick<ObjectFile, 'path' | 'member'>;

/** `ARCHIVE:MEMBER`; the archive alone stands for all its members, a member without one for a file of its own. */
const inArchive = /^([^:]*):([^:]*)$/;

/**
 * Whether a file is meant by a pattern. A script names objects: `start.o` is also the source `start.S`, and a name
 * without wildcards may leave out the folders before it.
 */
export function matchesFile(pattern: string, { path, member }: NamedFile): boolean {
  const [, archive, name] = inArchive.exec(pattern) ?? [];
  if (archive === undefined || name === undefined) return matchesPath(pattern, member?.name ?? path);
  if (archive === '') return member === undefined && (name === '' || matchesPath(name, path));
  return (
    member !== undefined && matchesPath(archive, member.archive) && (name === '' || matchesPath(name, member.name))
  );
}

function matchesPath(wanted: string, path: string): boolean {
  const object = path.replace(/\.[^./]*$/, '.o');
  if (matches(wanted, path) || matches(wanted, object)) return true;
  if (/[*?[]/.test(wanted)) return false;
  return path.endsWith(`/${wanted}`) || object.endsWith(`/${wanted}`);
}

/** Whether an EXCLUDE_FILE leaves a file out: by its name, or by that of the archive that it is a member of. */
export function excludes({ excluded }: NamePattern, file: NamedFile): boolean {
  return excluded.some(
    (name) =>
      matchesFile(name, file) ||
      (file.member !== undefined && !name.includes(':') && matchesPath(name, file.member.archive)),
  );
}

/** Whether a pattern with its EXCLUDE_FILE takes a name of a file. */
export function takes(pattern: NamePattern, name: string, file: NamedFile): boolean {
  return matches(pattern.name, name) && !excludes(pattern, file);
}

interface Sortable {
  readonly name: string;
  readonly alignment: number;
}

/** Orders two sections as SORT_BY_... asks; 0 when either may come first. */
export function compareSections(order: SortOrder, a: Sortable, b: Sortable): number {
  const byName = a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  const byAlignment = b.alignment - a.alignment;
  switch (order) {
    case 'none':
      return 0;
    case 'name':
      return byName;
    case 'alignment':
      return byAlignment;
    case 'name-alignment':
      return byName || byAlignment;
    case 'alignment-name':
      return byAlignment || byName;
    case 'init-priority': {
      const [first, second] = [initPriority(a.name), initPriority(b.name)];
      return first === undefined || second === undefined ? byName : first - second || byName;
    }
  }
}

/** The priority in `.init_array.00100`; that of `.ctors.65435` counts the other way round. */
function initPriority(name: string): number | undefined {
  const [, kind, digits] = /^\.(init_array|fini_array|ctors|dtors)\.(\d+)$/.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return kind.endsWith('array') ? Number(digits) : 65535 - Number(digits);
}
