import type { AssembleResult, FileOptions, Project, RequestedUnit } from './assembly';
import type { Headers } from './headers';
import type { Toolchains } from './toolchains';

/** What builds define for assembly beside what the compiler does: headers for C and assembly ask for it. */
const usualDefines: Readonly<Record<string, string>> = { __ASSEMBLY__: '1' };

/**
 * The project with folders in which headers that it misses were found; undefined when there are none that it has not. Nothing is guessed for
 * files of which somebody states how they are assembled; the command of another file near by says little of their headers.
 */
export async function withGuessedFolders(
  project: Project,
  { units }: AssembleResult,
  headers: Headers,
  toolchains: Toolchains,
): Promise<Project | undefined> {
  if (project.stated) return undefined;
  const files: Record<string, FileOptions> = {};
  for (const unit of units) {
    const options = project.files?.[unit.path];
    if (unit.missed.length === 0 || (options && !options.guessed && !options.inferred)) continue;
    const guessed = await guess(unit, options ?? {}, headers, toolchains);
    if (guessed) files[unit.path] = guessed;
  }
  return Object.keys(files).length > 0 ? { ...project, files: { ...project.files, ...files } } : undefined;
}

async function guess(
  { path: root, missed }: RequestedUnit,
  options: FileOptions,
  headers: Headers,
  toolchains: Toolchains,
): Promise<FileOptions | undefined> {
  const folders = new Set(options.afterPaths);
  const standIns: Record<string, string> = { ...options.standIns };
  const known = Object.keys(standIns).length;
  let left = false;
  for (const { path, fromFile } of missed) {
    const found = (await headers.find(path, fromFile)) ?? (await headers.find(path, root));
    const generic = found ? undefined : await genericHeader(path, fromFile, headers);
    if (found) folders.add(found.folder);
    else if (generic !== undefined) standIns[path] = generic;
    else left = true;
  }
  const system = options.systemPaths ?? (left ? toolchains.folders() : []);
  const isNew = folders.size > (options.afterPaths?.length ?? 0) || Object.keys(standIns).length > known;
  if (!isNew && system.length === (options.systemPaths?.length ?? 0)) return undefined;
  return {
    ...options,
    defines: { ...usualDefines, ...options.defines },
    ...(folders.size > 0 ? { afterPaths: [...folders] } : {}),
    ...(system.length > 0 ? { systemPaths: system } : {}),
    ...(Object.keys(standIns).length > 0 ? { standIns } : {}),
    guessed: true,
  };
}

/**
 * The header that one for the architecture would include: the Linux kernel's build makes `asm/NAME.h` of `asm-generic/NAME.h` where an
 * architecture has none of its own.
 */
async function genericHeader(path: string, fromFile: string, headers: Headers): Promise<string | undefined> {
  const generic = path.replace(/(^|\/)asm\/(?=[^/]+$)/, '$1asm-generic/');
  return generic === path ? undefined : (await headers.find(generic, fromFile))?.key;
}
