import * as vscode from 'vscode';

/** Names of files that the assembler takes. */
export const assemblyFile = /\.(s|S|asm)$/;

/** What a launch configuration is chosen by. */
interface Wanted {
  readonly file: vscode.Uri;
  /** All files that are linked with it. */
  readonly program: readonly vscode.Uri[];
  /** Whether a program built elsewhere, of which this file may be a source, will do. */
  readonly mayBeBuilt: boolean;
  /** The name of the configuration that was started last. */
  readonly last: string | undefined;
  /** Of a path in a launch configuration. */
  readonly locate: (path: string) => vscode.Uri;
}

/** HyperStep's launch configurations for a folder. */
export function launchesIn(folder: vscode.WorkspaceFolder | undefined): vscode.DebugConfiguration[] {
  const all = vscode.workspace.getConfiguration('launch', folder).get<unknown>('configurations');
  return Array.isArray(all) ? all.filter(isOurs) : [];
}

/**
 * The launch configuration that F5 would use for a guest, as far as an extension can know: the one that was started last, or else the first
 * of `launch.json`, among those that name a file of its program; among those of programs built elsewhere (ELF files, images) when none does.
 */
export function chooseLaunch(
  launches: readonly vscode.DebugConfiguration[],
  { file, program, mayBeBuilt, last, locate }: Wanted,
): vscode.DebugConfiguration | undefined {
  const files = new Set([file, ...program].map(String));
  const naming = launches.filter(
    (launch) =>
      takesActiveFile(launch) || programOf(launch).some((path) => files.has(locate(inFolder(path)).toString())),
  );
  const built = launches.filter(
    (launch) => !takesActiveFile(launch) && programOf(launch).every((path) => !assemblyFile.test(path)),
  );
  const candidates = naming.length > 0 || !mayBeBuilt ? naming : built;
  return candidates.find(({ name }) => name === last) ?? candidates[0];
}

/** Whether a configuration leaves its program to the active editor. */
export function takesActiveFile(launch: vscode.DebugConfiguration): boolean {
  const { program } = launch;
  return program === undefined || (programOf(launch).length === 1 && programOf(launch)[0] === '${file}');
}

function programOf({ program }: vscode.DebugConfiguration): string[] {
  return [program].flat().filter((path) => typeof path === 'string');
}

/** A launch configuration whose paths from the workspace folder are relative ones, which mean the same. */
export function withRelativePaths(launch: vscode.DebugConfiguration): vscode.DebugConfiguration {
  return JSON.parse(JSON.stringify(launch), (_, value: unknown) =>
    typeof value === 'string' ? inFolder(value) : value,
  );
}

/** Paths from the workspace folder are as good without it. */
function inFolder(path: string): string {
  return path.replace(/^\$\{workspace(Folder|Root)\}[/\\]/, '');
}

function isOurs(launch: unknown): launch is vscode.DebugConfiguration {
  return (
    typeof launch === 'object' &&
    launch !== null &&
    'type' in launch &&
    launch.type === 'hyperstep' &&
    'name' in launch &&
    typeof launch.name === 'string'
  );
}
