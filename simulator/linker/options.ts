import { defaultSettings, type InputFile, type LinkInput, type LinkSettings } from './settings';

type Changing<T> = { -readonly [key in keyof T]: T[key] };

/** What options have said so far. */
interface State {
  readonly settings: Changing<LinkSettings>;
  readonly inputs: LinkInput[];
  readonly problems: string[];
  /** Members of the group that is open. */
  group: InputFile[] | undefined;
  whole: boolean;
}

/** An option of GNU ld that is known here. */
export interface LinkOption {
  /** Each also with one `-` or two, where ld takes it so. */
  readonly names: readonly string[];
  /** What the value is called in help texts; absent when the option has none. */
  readonly value?: string;
  /** Whether the value may only stand behind `=`. */
  readonly attached?: boolean;
  /** Whether the value is a path. */
  readonly isPath?: boolean;
  readonly description: string;
  /** Makes it known; says what is wrong with the value. */
  readonly apply?: (state: State, value: string) => string | undefined;
}

const set =
  <K extends keyof LinkSettings>(key: K, value: LinkSettings[K]) =>
  ({ settings }: State): undefined => {
    settings[key] = value;
  };

const append =
  (key: 'wanted' | 'definitions' | 'libraryPaths' | 'symbolFiles') =>
  ({ settings }: State, value: string): undefined => {
    settings[key] = [...settings[key], value];
  };

const startOf =
  (section: string) =>
  ({ settings }: State, value: string): string | undefined => {
    const address = /^(0[xX])?[0-9a-fA-F]{1,16}$/.test(value) ? BigInt(`0x${value.replace(/^0[xX]/, '')}`) : undefined;
    if (address === undefined) return `'${value}' is no address in hexadecimal`;
    settings.sectionStarts = new Map(settings.sectionStarts).set(section, address);
    return undefined;
  };

const refused = (why: string) => (): string => why;

/** The options of a link, as GNU ld names them. Those without an effect here are accepted, so that command lines work as they are. */
export const linkOptions: readonly LinkOption[] = [
  {
    names: ['-l', '--library'],
    value: 'NAME',
    description: 'Link libNAME.a',
    apply: (state, name) => addInput(state, 'library', name),
  },
  {
    names: ['-L', '--library-path'],
    value: 'FOLDER',
    isPath: true,
    description: 'Look for libraries there',
    apply: append('libraryPaths'),
  },
  {
    names: ['--start-group', '-('],
    description: 'Go through the archives up to --end-group until nothing more is found',
    apply: openGroup,
  },
  { names: ['--end-group', '-)'], description: 'End of a group', apply: closeGroup },
  { names: ['--whole-archive'], description: 'Link all objects of the archives that follow', apply: whole(true) },
  {
    names: ['--no-whole-archive'],
    description: 'Link only the objects of archives that are wanted',
    apply: whole(false),
  },
  {
    names: ['--gc-sections'],
    description: 'Leave out sections that nothing refers to',
    apply: set('dropsUnused', true),
  },
  {
    names: ['--no-gc-sections'],
    description: 'Keep sections that nothing refers to',
    apply: set('dropsUnused', false),
  },
  {
    names: ['-u', '--undefined', '--require-defined'],
    value: 'SYMBOL',
    description: 'Count a symbol as used',
    apply: append('wanted'),
  },
  { names: ['--defsym'], value: 'SYMBOL=VALUE', description: 'Define a symbol', apply: append('definitions') },
  {
    names: ['-R', '--just-symbols'],
    value: 'FILE',
    isPath: true,
    description: "Take a program's symbols at their addresses",
    apply: append('symbolFiles'),
  },
  {
    names: ['-pie', '--pic-executable'],
    description: 'Make a program that runs at any address',
    apply: set('positionIndependent', true),
  },
  {
    names: ['-no-pie'],
    description: 'Make a program that runs at its address',
    apply: set('positionIndependent', false),
  },
  {
    names: ['--no-dynamic-linker'],
    description: 'The program is loaded without a dynamic linker: weak symbols that nothing defines are 0',
    apply: set('loaderFindsWeak', false),
  },
  {
    names: ['-z'],
    value: 'KEYWORD',
    description: 'max-page-size=N, common-page-size=N, execstack, noexecstack, relro, norelro',
    apply: keyword,
  },
  { names: ['-n', '--nmagic'], description: 'Segments are close together in the file', apply: set('paging', 'close') },
  { names: ['-N', '--omagic'], description: 'The same, and code is written to', apply: set('paging', 'writable') },
  { names: ['-Ttext'], value: 'ADDRESS', description: 'Where .text begins (hexadecimal)', apply: startOf('.text') },
  { names: ['-Tdata'], value: 'ADDRESS', description: 'Where .data begins (hexadecimal)', apply: startOf('.data') },
  { names: ['-Tbss'], value: 'ADDRESS', description: 'Where .bss begins (hexadecimal)', apply: startOf('.bss') },
  {
    names: ['--section-start'],
    value: 'SECTION=ADDRESS',
    description: 'Where a section begins (hexadecimal)',
    apply: sectionStart,
  },
  { names: ['-s', '--strip-all'], description: 'Leave out all symbols', apply: set('strip', 'everything') },
  { names: ['-S', '--strip-debug'], description: 'Leave out debugging information', apply: set('strip', 'debugging') },
  { names: ['-hash-style'], value: 'STYLE', description: 'sysv, gnu or both', apply: hashStyle },
  {
    names: ['--orphan-handling'],
    value: 'WHAT',
    attached: true,
    description: 'place, warn, error or discard: what becomes of sections that the script does not name',
    apply: orphanHandling,
  },
  {
    names: ['--eh-frame-hdr'],
    description: '',
    apply: refused('no index of unwind tables is made here: leave the option out'),
  },
  { names: ['-q', '--emit-relocs'], description: '', apply: refused('programs keep no relocations here') },
  {
    names: ['-dynamic-linker'],
    value: 'PATH',
    description: 'Of no use to a program that is linked statically',
    apply: ({ settings }) =>
      settings.positionIndependent ? 'programs need no dynamic linker here: say --no-dynamic-linker' : undefined,
  },
  {
    names: ['--build-id'],
    value: 'STYLE',
    attached: true,
    description: 'none: programs get no identification',
    apply: buildId,
  },
  { names: ['-m'], value: 'EMULATION', description: 'elf64lriscv', apply: emulation },
  {
    names: ['-r', '--relocatable', '-i'],
    description: '',
    apply: refused('objects are linked to programs here, not to objects'),
  },
  { names: ['-shared', '-Bshareable'], description: '', apply: refused('shared libraries are not made here') },
  ...['-static', '-Bstatic', '-non_shared', '-dn', '-nostdlib', '-EL', '-Bsymbolic'].map(accepted),
  ...['--no-warn-rwx-segments', '--warn-rwx-segments', '--as-needed', '--no-as-needed', '--print-gc-sections'].map(
    accepted,
  ),
  ...['--no-print-gc-sections', '--apply-dynamic-relocs', '--no-apply-dynamic-relocs', '--no-undefined'].map(accepted),
  ...['--fatal-warnings', '--no-fatal-warnings', '--warn-common', '--print-memory-usage', '--cref'].map(accepted),
  ...['--check-sections', '--no-warn-mismatch', '--no-warnings', '-d', '-dc', '-dp', '-X', '--discard-locals'].map(
    accepted,
  ),
  ...['--no-eh-frame-hdr', '--no-ld-generated-unwind-info', '-t', '--trace', '--verbose', '--stats'].map(accepted),
  { ...accepted('-plugin'), value: 'WORD' },
  ...['-plugin-opt', '-fuse-ld', '--sysroot', '-O', '--color-diagnostics'].map((name) => ({
    ...accepted(name),
    value: 'WORD',
    attached: true,
  })),
];

function accepted(name: string): LinkOption {
  return { names: [name], description: 'Accepted, and without an effect here' };
}

function addInput(state: State, kind: InputFile['kind'], name: string): undefined {
  const input = { kind, name, whole: state.whole };
  if (state.group) state.group.push(input);
  else state.inputs.push(input);
}

function openGroup(state: State): string | undefined {
  if (state.group) return 'a group is open already';
  state.group = [];
  return undefined;
}

function closeGroup(state: State): string | undefined {
  if (!state.group) return 'no group is open';
  state.inputs.push({ kind: 'group', inputs: state.group });
  state.group = undefined;
  return undefined;
}

function whole(value: boolean) {
  return (state: State): undefined => {
    state.whole = value;
  };
}

function keyword({ settings }: State, word: string): string | undefined {
  const size = /^(max|common)-page-size=(.*)$/.exec(word);
  if (size) {
    const [, which, text = ''] = size;
    const value = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? BigInt(text) : 0n;
    if (value === 0n || (value & (value - 1n)) !== 0n || value > 1n << 40n) return `'${text}' is no power of two`;
    if (which === 'max') settings.maximumPageSize = value;
    else settings.commonPageSize = value;
  } else if (word === 'execstack' || word === 'noexecstack') settings.executableStack = word === 'execstack';
  else if (word === 'relro' || word === 'norelro') settings.protects = word === 'relro';
  else {
    const why = refusedKeywords.find(([start]) => (start.endsWith('=') ? word.startsWith(start) : word === start));
    return why?.[1];
  }
  return undefined;
}

/** Keywords of -z that would change a program, and are not done here; all others change nothing in one that is static. */
const refusedKeywords: readonly (readonly [keyword: string, why: string])[] = [
  ['separate-code', 'code has no pages of its own here'],
  ['muldefs', 'a symbol has one definition here'],
  ['stack-size=', 'the stack is as large as the program makes it'],
  ['start-stop-gc', 'sections stay that __start_ and __stop_ symbols name'],
  ['start-stop-visibility=', '__start_ and __stop_ symbols are protected here'],
  ['unique-symbol', 'symbols keep their names here'],
  ['nosectionheader', 'programs have section headers here'],
];

const orphanHandlings = ['place', 'warn', 'error', 'discard'] as const;

function orphanHandling({ settings }: State, word: string): string | undefined {
  const found = orphanHandlings.find((handling) => handling === word);
  if (!found) return `${orphanHandlings.join(', ')} are known, not '${word}'`;
  settings.orphans = found;
  return undefined;
}

function sectionStart(state: State, value: string): string | undefined {
  const [name, address] = value.split('=');
  return name && address ? startOf(name)(state, address) : `SECTION=ADDRESS is expected, not '${value}'`;
}

function hashStyle({ settings }: State, style: string): string | undefined {
  if (style !== 'sysv' && style !== 'gnu' && style !== 'both') return `sysv, gnu or both is expected, not '${style}'`;
  settings.hashStyle = style;
  return undefined;
}

function buildId(_: State, style: string): string | undefined {
  return style === 'none' ? undefined : 'programs get no identification here: --build-id=none says so';
}

function emulation(_: State, name: string): string | undefined {
  return /^elf64lriscv(_lp64f?)?$/.test(name) ? undefined : `'${name}' is not made here: elf64lriscv is`;
}

interface MatchedOption {
  readonly option: LinkOption;
  readonly name: string;
  readonly value: string | undefined;
  /** How many words it takes. */
  readonly length: number;
}

/** The link option at a place in a list of words; undefined when none is there. */
export function linkOptionAt(words: readonly string[], at: number): MatchedOption | undefined {
  const word = words[at]!;
  if (!word.startsWith('-')) return undefined;
  for (const option of linkOptions) {
    for (const name of option.names) {
      const found = matched(option, name, word, words[at + 1]);
      if (found) return found;
    }
  }
  return undefined;
}

function matched(option: LinkOption, name: string, word: string, next: string | undefined): MatchedOption | undefined {
  const isLong = name.replace(/^-+/, '').length > 1;
  // ld takes one dash for two, and the reverse, but where an `o` would be the name of the output.
  const spellings = isLong ? [name.replace(/^--?/, '--'), name.replace(/^--?/, '-')] : [name];
  for (const spelling of spellings) {
    if (word === spelling) {
      if (option.value === undefined || option.attached) return { option, name, value: undefined, length: 1 };
      return { option, name, value: next, length: next === undefined ? 1 : 2 };
    }
    if (option.value === undefined) continue;
    if (isLong && word.startsWith(`${spelling}=`))
      return { option, name, value: word.slice(spelling.length + 1), length: 1 };
    if (!isLong && word.startsWith(spelling) && (option.attached !== true || name === '-O'))
      return { option, name, value: word.slice(spelling.length), length: 1 };
  }
  return undefined;
}

/** The words of a link with other paths: those of files, and of options whose values are paths. */
export function withLinkPaths(words: readonly string[], pathOf: (path: string) => string): string[] {
  const changed: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at]!;
    const found = linkOptionAt(words, at);
    const taken = words.slice(at, at + (found?.length ?? 1));
    at += taken.length;
    const path = found ? (found.option.isPath ? found.value : undefined) : word.startsWith('-') ? undefined : word;
    const last = taken.pop()!;
    changed.push(...taken, path ? `${last.slice(0, last.length - path.length)}${pathOf(path)}` : last);
  }
  return changed;
}

export interface ParsedLink {
  readonly settings: LinkSettings;
  readonly inputs: readonly LinkInput[];
  readonly problems: readonly string[];
}

/** Reads the words of a link: options as GNU ld has them, and files, in their order. */
export function parseLinkWords(words: readonly string[]): ParsedLink {
  const state: State = {
    settings: { ...defaultSettings },
    inputs: [],
    problems: [],
    group: undefined,
    whole: false,
  };
  for (let at = 0; at < words.length; ) {
    const word = words[at]!;
    const found = linkOptionAt(words, at);
    if (!found) {
      if (word.startsWith('-')) state.problems.push(`'${word}' is no option of a link that is known here`);
      else addInput(state, 'file', word);
      at++;
      continue;
    }
    at += found.length;
    const { option, value } = found;
    const needsValue = option.value !== undefined && !option.attached && !value;
    const problem = needsValue ? `${option.value} is missing` : option.apply?.(state, value ?? '');
    if (problem) state.problems.push(`${found.name}: ${problem}`);
  }
  if (state.group) {
    state.problems.push('--end-group is missing');
    state.inputs.push({ kind: 'group', inputs: state.group });
  }
  return state;
}
