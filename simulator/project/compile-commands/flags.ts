import { joinOnHost } from '../../assembler/source/paths';
import type { FileOptions } from '../assemble';

/** What a compiler's arguments say about the assembly of its source. */
export interface CompilerFlags {
  readonly options: FileOptions;
  /** What makes a difference for what the compiler predefines, and where it looks for headers by itself. */
  readonly query: readonly string[];
}

type Action = (value: string) => void;

/**
 * Takes gcc's and clang's arguments apart: those that say which macros there are, where headers are looked for, and what processor it is
 * for. All others are passed over. Paths are joined to `folder`, in which the compiler runs.
 */
export function readFlags(args: readonly string[], folder: string): CompilerFlags {
  const defines = new Map<string, string | undefined>();
  const query: string[] = [];
  const paths = { quotePaths: [], includePaths: [], systemPaths: [], afterPaths: [] } as {
    readonly [kind in 'quotePaths' | 'includePaths' | 'systemPaths' | 'afterPaths']: string[];
  };
  const before: { path: string; macrosOnly: boolean }[] = [];
  let march: string | undefined;
  let mabi: string | undefined;
  let relax: boolean | undefined;
  let pic: boolean | undefined;
  let sysroot = '';
  const folderTo =
    (list: string[]): Action =>
    (path) =>
      list.push(path.startsWith('=') ? `${sysroot}${path.slice(1)}` : joinOnHost(folder, path));
  const define: Action = (text) => {
    const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(text) ?? [];
    defines.set(name, value ?? '1');
  };
  const skip: Action = () => undefined;
  /** By option: those that take a value, in the same word or the next one. */
  const valued: readonly (readonly [string, Action])[] = [
    ['-include', (path) => before.push({ path, macrosOnly: false })],
    ['-imacros', (path) => before.push({ path, macrosOnly: true })],
    ['-isystem', folderTo(paths.systemPaths)],
    ['-iquote', folderTo(paths.quotePaths)],
    ['-idirafter', folderTo(paths.afterPaths)],
    ['-isysroot', (path) => (sysroot = joinOnHost(folder, path))],
    ['-iprefix', skip],
    ['-iwithprefixbefore', skip],
    ['-iwithprefix', skip],
    ['-I', folderTo(paths.includePaths)],
    ['-D', define],
    ['-U', (name) => defines.set(name, undefined)],
    ['-Xassembler', (word) => assembler(word)],
    ...[
      '-MF',
      '-MT',
      '-MQ',
      '-MJ',
      '-o',
      '-x',
      '-Xlinker',
      '-Xpreprocessor',
      '-Xclang',
      '-T',
      '-L',
      '-target',
      '-arch',
    ].map((name): [string, Action] => [name, skip]),
  ];
  let pending: Action | undefined;
  /** An argument of the assembler's own. */
  const assembler: Action = (word) => {
    if (pending) {
      pending(word);
      pending = undefined;
    } else if (word === '-I') pending = folderTo(paths.includePaths);
    else if (word.startsWith('-I')) folderTo(paths.includePaths)(word.slice(2));
    else if (word.startsWith('-march=')) march = word.slice(7);
    else if (word.startsWith('-mabi=')) mabi = word.slice(6);
    else if (word === '-mno-relax' || word === '-mrelax') relax = word === '-mrelax';
    else if (/^-f(pic|PIC)$/.test(word)) pic = true;
    else if (word === '-fno-pic') pic = false;
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    const [name, take] = valued.find(([option]) => word.startsWith(option)) ?? [];
    if (name !== undefined && take) {
      const joined = word.slice(name.length);
      // `-include` and its like take no value in the same word, other than gcc's `-include=`.
      if (joined === '') take(args[++at] ?? '');
      else take(name.length > 2 ? joined.replace(/^=/, '') : joined);
      continue;
    }
    if (word.startsWith('-Wa,')) for (const part of word.slice(4).split(',')) assembler(part);
    else if (word.startsWith('--sysroot=')) sysroot = joinOnHost(folder, word.slice(10));
    else if (word.startsWith('-march=')) march = word.slice(7);
    else if (word.startsWith('-mabi=')) mabi = word.slice(6);
    else if (word === '-mno-relax' || word === '-mrelax') relax = word === '-mrelax';
    else if (/^-f(no-)?(pic|PIC|pie|PIE)$/.test(word)) pic = !word.startsWith('-fno-');
    if (/^(-[mfO]|-std=|-nostdinc|-undef|--sysroot|--target|-pthread)/.test(word)) query.push(word);
  }
  const options: FileOptions = {
    ...Object.fromEntries(Object.entries(paths).filter(([, list]) => list.length > 0)),
    ...(before.length > 0 ? { before, folder } : {}),
    ...(defines.size > 0 ? definitions(defines) : {}),
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(relax === undefined ? {} : { relax }),
    ...(pic === undefined ? {} : { pic }),
  };
  return { options, query };
}

/** Of one name the last `-D` or `-U` is right. */
function definitions(all: ReadonlyMap<string, string | undefined>): Pick<FileOptions, 'defines' | 'undefines'> {
  const undefines = [...all].filter(([, value]) => value === undefined).map(([name]) => name);
  const defines = [...all].filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    defines: Object.fromEntries(defines),
    ...(undefines.length > 0 ? { undefines } : {}),
  };
}
