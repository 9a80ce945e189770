/** Paths are text with `/` between names (Windows paths with `\` and URIs work too); nothing here looks at a disk. */

const absolute = /^(?:[A-Za-z][\w+.-]*:\/\/[^/]*\/|[A-Za-z]:[\\/]|[\\/])/;

export function isAbsolutePath(path: string): boolean {
  return absolute.test(path);
}

/** The folder of a file, without a trailing slash; '' for a plain name. */
export function folderOf(path: string): string {
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return slash < 0 ? '' : slash === 0 ? '/' : path.slice(0, slash);
}

/** The last name of a path. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** `path` seen from `folder`, with `.` and `..` resolved. */
export function joinPath(folder: string, path: string): string {
  const joined = isAbsolutePath(path) || folder === '' ? path : `${folder.replace(/[\\/]$/, '')}/${path}`;
  const root = absolute.exec(joined)?.[0] ?? '';
  const names: string[] = [];
  for (const name of joined.slice(root.length).split(/[\\/]/)) {
    if (name === '' || name === '.') continue;
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (name !== '..' || root === '') names.push(name);
  }
  return root + names.join('/');
}

/** `path` seen from `folder`, which may be a URI: an absolute path is one of the same host. */
export function joinOnHost(folder: string, path: string): string {
  return joinPath(folder, isAbsolutePath(path) ? onSameHost(path, folder) : path);
}

/** The folders that a file with an absolute path is in, from its own up to the root. */
export function foldersAbove(file: string): string[] {
  const path = joinPath('', file);
  const root = absolute.exec(path)?.[0] ?? '';
  const names = path.slice(root.length).split('/').slice(0, -1);
  return [...names, ''].map((_, above) => root + names.slice(0, names.length - above).join('/'));
}

/** Whether two spellings mean the same path. */
export function samePath(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

/** `#include_next`: only the folders that come after the one in which the including file was found are looked in. */
export interface IncludeNext {
  /** Undefined when it was found beside its own includer, before all folders. */
  readonly folder: string | undefined;
}

/** What comes after a file that a path led to. */
export function nextAfter(found: string, path: string, fromFile: string, angled: boolean): IncludeNext {
  const folder = found.endsWith(path) ? found.slice(0, -path.length) : folderOf(found);
  return { folder: !angled && samePath(folder, folderOf(fromFile)) ? undefined : folder };
}

/** One spelling of a path. */
const plain = (path: string): string => joinPath('', path).replace(/\\/g, '/');

/** Where an included file may be, in the order in which it is looked for. */
export function candidatePaths(
  path: string,
  fromFile: string,
  includePaths: readonly string[],
  angled: boolean,
  next?: IncludeNext,
): string[] {
  if (isAbsolutePath(path)) return [joinPath('', onSameHost(path, fromFile))];
  // Last the folder in which the tool runs, where GNU as looks first; a URI has none.
  const current = /^[A-Za-z][\w+.-]*:\/\//.test(fromFile) ? [] : [''];
  const folders = next
    ? includePaths.slice(next.folder === undefined ? 0 : includePaths.map(plain).indexOf(plain(next.folder)) + 1)
    : angled
      ? includePaths
      : [folderOf(fromFile), ...includePaths, ...current];
  return [...new Set(folders.map((folder) => joinPath(folder, path)))];
}

/** An absolute path that a source writes, as a URI when the source's own name is one. */
function onSameHost(path: string, fromFile: string): string {
  const host = /^[A-Za-z][\w+.-]*:\/\/[^/]*/.exec(fromFile)?.[0];
  if (host === undefined || /^[A-Za-z][\w+.-]*:\/\//.test(path)) return path;
  const slashed = path.replace(/\\/g, '/');
  return slashed.startsWith('/') ? host + slashed : `${host}/${slashed}`;
}
