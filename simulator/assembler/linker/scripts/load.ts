import { candidatePaths } from '../../paths';
import { type ParsedScript, parseScript } from './parser';

/** A file as a request has it: text, bytes, or something with a text. */
type Contents = string | Uint8Array | { readonly text: string };

/** Where the files of a request come from. */
export interface ScriptSources {
  readonly linkerScript?: string | undefined;
  readonly sources: ReadonlyMap<string, Contents>;
  readonly absent?: ReadonlySet<string>;
  readonly includePaths?: readonly string[];
}

/** The linker script of a request with what it includes; undefined when it has none. Paths that are not at hand are added to `missing`. */
export function loadScript(request: ScriptSources, missing: Set<string>): ParsedScript | undefined {
  const { linkerScript: path, sources, absent, includePaths = [] } = request;
  if (path === undefined) return undefined;
  const contents = sources.get(path);
  if (contents === undefined) {
    if (!absent?.has(path)) missing.add(path);
    const { script } = parseScript(path, '');
    const start = { line: 0, column: 0 };
    const message = `the linker script '${path}' is not there`;
    return {
      script,
      diagnostics: [{ file: path, range: { start, end: start }, severity: 'error', code: 'file', message }],
    };
  }
  return parseScript(path, textOf(contents), (included) => {
    for (const candidate of candidatePaths(included, path, includePaths, false)) {
      const found = sources.get(candidate);
      if (found !== undefined) return { file: candidate, text: textOf(found) };
      if (!absent?.has(candidate)) missing.add(candidate);
    }
    return undefined;
  });
}

function textOf(contents: Contents): string {
  if (typeof contents === 'string') return contents;
  return contents instanceof Uint8Array ? new TextDecoder().decode(contents) : contents.text;
}
