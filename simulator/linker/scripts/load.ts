import { candidatePaths } from '../../assembler/source/paths';
import { type ParsedScript, parseScript } from './parser';

/** A file as a request has it: text, bytes, or something with a text. */
type Contents = string | Uint8Array | { readonly text: string };

/** Where the files of a request come from. */
export interface ScriptSources {
  readonly linkerScript?: string | undefined;
  readonly sources: ReadonlyMap<string, Contents>;
  readonly absent?: ReadonlySet<string>;
  readonly unreadable?: ReadonlyMap<string, string>;
  readonly includePaths?: readonly string[];
}

/** The linker script of a request with what it includes; undefined when it has none. Paths that are not at hand are added to `missing`. */
export function loadScript(request: ScriptSources, missing: Set<string>): ParsedScript | undefined {
  const { linkerScript: path, sources, absent, unreadable, includePaths = [] } = request;
  const miss = (file: string): void => {
    if (!absent?.has(file) && !unreadable?.has(file)) missing.add(file);
  };
  if (path === undefined) return undefined;
  const contents = sources.get(path);
  if (contents === undefined) {
    miss(path);
    const { script } = parseScript(path, '');
    const start = { line: 0, column: 0 };
    const message = `the linker script '${path}' ${unreadable?.get(path) ?? 'is not there'}`;
    return {
      script,
      diagnostics: [{ file: path, range: { start, end: start }, severity: 'error', code: 'file', message }],
    };
  }
  return parseScript(path, textOf(contents), (included) => {
    for (const candidate of candidatePaths(included, path, includePaths, false)) {
      const found = sources.get(candidate);
      if (found !== undefined) return { file: candidate, text: textOf(found) };
      miss(candidate);
    }
    return undefined;
  });
}

function textOf(contents: Contents): string {
  if (typeof contents === 'string') return contents;
  return contents instanceof Uint8Array ? new TextDecoder().decode(contents) : contents.text;
}
