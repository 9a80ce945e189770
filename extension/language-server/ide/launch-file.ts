import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { isRecord } from '../../../simulator/schema/record';
import { describeLaunched, type GivenProgram, withLinkPaths } from './assembly';
import { keyOfPath } from './keys';

/** Where VS Code keeps a folder's launch configurations. */
export const launchFileName = '.vscode/launch.json';

/** The programs that the launch configurations of a workspace folder state. */
export interface LaunchFile {
  readonly programs: readonly GivenProgram[];
  readonly problems: readonly string[];
}

/**
 * Reads the configurations of type `hyperstep` that name their program. Those that leave it to the active file, or to variables that only
 * VS Code knows, state nothing.
 * @param folder the key of the workspace folder
 */
export function readLaunchFile(text: string, folder: string): LaunchFile {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const problems = errors.slice(0, 1).map(({ error }) => `not valid JSON: ${printParseErrorCode(error)}`);
  const configurations: unknown = isRecord(value) ? value['configurations'] : undefined;
  const own = (Array.isArray(configurations) ? configurations : []).filter(
    (configuration) => isRecord(configuration) && configuration['type'] === 'hyperstep',
  );
  return { programs: own.flatMap((configuration) => programOf(configuration, folder)), problems };
}

function programOf(configuration: Record<string, unknown>, folder: string): GivenProgram[] {
  // What is wrong in it VS Code's own schema says.
  const description = describeLaunched(configuration);
  const resolve = (path: string): string | undefined => resolved(path, folder);
  const named = description.program === undefined ? [] : [description.program].flat();
  const program = named.map(resolve);
  if (program.length === 0 || program.includes(undefined)) return [];
  const includePaths = description.includePaths?.flatMap((path) => resolve(path) ?? []);
  const linkerScript = description.linkerScript === undefined ? undefined : resolve(description.linkerScript);
  const linkOptions =
    description.linkOptions && withLinkPaths(description.linkOptions, (path) => resolve(path) ?? path);
  const { includePaths: _, linkerScript: __, linkOptions: ___, ...rest } = description;
  return [
    {
      ...rest,
      program: program.filter((path) => path !== undefined),
      ...(includePaths ? { includePaths } : {}),
      ...(linkerScript === undefined ? {} : { linkerScript }),
      ...(isFromReset(configuration) ? { fromReset: true } : {}),
      ...(linkOptions ? { linkOptions } : {}),
    },
  ];
}

/** Whether a launch's program is the first that runs: firmware of the user's own before it has M-mode for itself. */
export function isFromReset({ firmware, bios }: { readonly firmware?: unknown; readonly bios?: unknown }): boolean {
  return firmware === 'none' && typeof bios !== 'string';
}

/** A path of a configuration as a key; undefined when it holds a variable that is not the workspace folder. */
function resolved(path: string, folder: string): string | undefined {
  const replaced = path.replace(/\$\{workspace(Folder|Root)\}/g, folder);
  if (replaced.includes('${')) return undefined;
  if (replaced.startsWith(folder)) return replaced;
  const key = keyOfPath(replaced);
  return key.includes('://') ? key : `${folder}/${key}`;
}
