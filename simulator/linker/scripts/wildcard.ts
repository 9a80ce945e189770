import type { ObjectFile } from '../../object/elf/relocatable';
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
  const parts = partsOf(pattern);
  return (name) => matchesParts(parts, name);
}

/** One place of a pattern: any text (`undefined`), or a character that is as asked. */
type Part = ((character: string) => boolean) | undefined;

function partsOf(pattern: string): Part[] {
  const parts = [...pattern.matchAll(/\[(!|\^)?(\]?[^\]]*)\]|\\([\s\S])|[\s\S]/g)];
  return parts.map(([text, negated, set, escaped]): Part => {
    if (set !== undefined) return inSet(set, negated !== undefined);
    if (text === '*') return undefined;
    if (text === '?') return () => true;
    const wanted = escaped ?? text;
    return (character) => character === wanted;
  });
}

/** `a-z` is a range, a `-` at either end itself. */
function inSet(set: string, negated: boolean): (character: string) => boolean {
  const ranges = [...set.matchAll(/([\s\S])-([\s\S])|[\s\S]/g)].map(([text, from = text, to = text]) => [from, to]);
  return (character) => ranges.some(([from, to]) => from! <= character && character <= to!) !== negated;
}

/** Only the last `*` ever takes more back: what stood before it fits as early as it can. */
function matchesParts(parts: readonly Part[], name: string): boolean {
  let [at, place] = [0, 0];
  let [star, starPlace] = [-1, 0];
  while (place < name.length) {
    const part = parts[at];
    if (at < parts.length && part === undefined) [star, starPlace, at] = [at, place, at + 1];
    else if (part?.(name[place]!)) [at, place] = [at + 1, place + 1];
    else if (star < 0) return false;
    else {
      starPlace++;
      [at, place] = [star + 1, starPlace];
    }
  }
  return parts.slice(at).every((part) => part === undefined);
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
