import { registerNamed } from '../../../simulator/isa';
import { macroAround } from './blocks';
import type { Occurrence } from './occurrences';
import type { Sources } from './sources';

/** What a word of a source stands for: words of one meaning are renamed, found and highlighted together. */
export type Meaning =
  /** A numeric label: which one depends on the place. */
  | { readonly kind: 'numeric-label' }
  /** A macro's parameter, within the lines of the macro. */
  | { readonly kind: 'parameter'; readonly name: string; readonly first: number; readonly last: number }
  /** In lower case: macros are called without regard to case. */
  | { readonly kind: 'macro'; readonly name: string }
  | { readonly kind: 'define'; readonly name: string }
  | { readonly kind: 'symbol'; readonly name: string }
  /** By its number name: `a0` is `x10`. */
  | { readonly kind: 'register'; readonly name: string }
  /** Anything else, by kind of word and spelling. */
  | { readonly kind: 'word'; readonly word: Occurrence['kind']; readonly name: string };

/** The files of a program, by key. */
interface ProgramFiles {
  readonly files: ReadonlySet<string>;
  readonly sources: Sources;
}

/** What a word means where it stands. A name of a preprocessed file may be one of `#define`. */
export function meaningOf(program: ProgramFiles, word: Occurrence, key: string, line: number): Meaning {
  const { kind, name } = word;
  switch (kind) {
    case 'numeric-label':
      return { kind };
    case 'register':
      return { kind, name: registerNamed(name)?.name ?? name };
    case 'parameter': {
      const source = program.sources.sourceOf(key);
      const macro = source && macroAround(source, line);
      return { kind, name, first: macro?.first ?? line, last: macro?.last ?? line };
    }
    case 'define':
      return { kind, name };
    case 'call':
    case 'symbol':
      if (isDefine(program, name, key)) return { kind: 'define', name };
      return kind === 'call' ? { kind: 'macro', name: name.toLowerCase() } : { kind, name };
    default:
      return { kind: 'word', word: kind, name };
  }
}

function isDefine(program: ProgramFiles, name: string, key: string): boolean {
  if (!program.sources.sourceOf(key)?.preprocessed) return false;
  for (const file of program.files) if (program.sources.indexOf(file)?.defines.has(name)) return true;
  return false;
}

/** Whether a word has a meaning, as far as the word itself says. */
export function has(meaning: Meaning, { kind, name }: Occurrence): boolean {
  switch (meaning.kind) {
    case 'numeric-label':
      return kind === 'numeric-label';
    case 'parameter':
      return kind === 'parameter' && name === meaning.name;
    case 'macro':
      return kind === 'call' && name.toLowerCase() === meaning.name;
    case 'define':
      return (kind === 'define' || kind === 'symbol' || kind === 'call') && name === meaning.name;
    case 'symbol':
      return (kind === 'symbol' || kind === 'define') && name === meaning.name;
    case 'register':
      return kind === 'register' && registerNamed(name)?.name === meaning.name;
    case 'word':
      return kind === meaning.word && name === meaning.name;
  }
}
