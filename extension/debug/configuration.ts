import * as vscode from 'vscode';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import { isScenarioPath } from '../../simulator/scenario/scenario-path';
import type { Host } from '../host';
import { assemblyLanguages, type LanguageService, type ProgramCheck } from '../language';
import { mapLaunchPaths, mapText } from '../moments/launch-paths';
import { momentConfiguration, readMomentFile } from '../moments/moments';
import { isMomentPath } from '../moments/saved-moment';
import { told } from '../told';
import { assemblyFile, chooseLaunch, launchesIn, takesActiveFile, withRelativePaths } from './launch-choice';

/** Fills in what a launch configuration leaves open, and stops a launch of a program that has errors before it starts. */
export class DebugConfigurations implements vscode.DebugConfigurationProvider {
  /** The configuration that was started last, by its name. */
  private last: string | undefined;

  constructor(
    private readonly host: Host,
    private readonly language: LanguageService,
  ) {}

  /** For a new launch.json, and for the list under “HyperStep...” of the start button. */
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    const active = activeGuest();
    const program = active ? vscode.workspace.asRelativePath(active, false) : undefined;
    return [
      guestConfiguration(program ? `Debug ${program}` : 'Debug the guest', program ?? '${file}', 'full'),
      guestConfiguration(program ? `Debug ${program} without VMM` : 'Debug without VMM', program ?? '${file}', 'none'),
    ];
  }

  /** F5 without a launch.json comes with an empty configuration: the active file is the guest. */
  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const complete: vscode.DebugConfiguration = {
      ...config,
      type: 'hyperstep',
      request: config.request ?? 'launch',
      name: config.name ?? 'Debug the guest',
    };
    // The guest's console is in a terminal: the debug console opens when asked for.
    if (config['console'] !== 'debugConsole') complete['internalConsoleOptions'] ??= 'neverOpen';
    if (complete['program'] !== undefined || complete['scenario'] !== undefined) return complete;
    const moment = activeFile(isMomentPath);
    if (moment) {
      const found = await this.momentIn(moment);
      return found && { ...complete, ...found };
    }
    const scenario = activeFile(isScenarioPath);
    if (scenario) return { ...complete, scenario: this.asProgram(scenario) };
    const guest = activeGuest();
    if (guest) return { ...complete, program: this.asProgram(guest) };
    void vscode.window.showInformationMessage(
      'Open the assembly file of a guest (.s or .S) or a scenario (.hyperstep.json) to debug it, or name it as "program" or "scenario" in launch.json.',
    );
    return undefined;
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const files = [(config as LaunchArguments).program ?? []].flat().map((file) => this.locate(file, folder));
    const launch = this.withAbsolutePaths(config as LaunchArguments, files, folder);
    if (files.some((file) => assemblyFile.test(file.path))) {
      const check = await this.language.checkProgram(files, launch);
      if (check && check.errors > 0) {
        await showProblems(check);
        return undefined;
      }
    }
    this.last = config.name;
    return { ...config, ...launch };
  }

  /** The one place that says what relative paths in a launch configuration mean: the check before the launch and the debug adapter get absolute ones. */
  private withAbsolutePaths(
    launch: LaunchArguments,
    files: readonly vscode.Uri[],
    folder: vscode.WorkspaceFolder | undefined,
  ): LaunchArguments {
    const [first] = files;
    const programFolder = first && vscode.Uri.joinPath(first, '..');
    const absolute = (path: string): string => this.asProgram(this.locate(path, folder, programFolder));
    const { program, scenario, projectRoot } = launch;
    // A scenario that stands in the configuration has its paths from there too.
    const root = (first ? vscode.workspace.getWorkspaceFolder(first) : scenario === undefined ? undefined : folder)
      ?.uri;
    return {
      ...mapLaunchPaths(launch, absolute),
      ...(program !== undefined && {
        program: typeof program === 'string' ? this.asProgram(first) : files.map((file) => this.asProgram(file)),
      }),
      ...(projectRoot !== undefined
        ? { projectRoot: mapText(projectRoot, absolute) }
        : root && { projectRoot: this.asProgram(root) }),
    };
  }

  /**
   * The commands “Debug Guest” and “Run Guest Without Debugging”: as F5 does, by the launch configuration that is for this guest where
   * there is one.
   * @param wanted `file` where nothing will do that does not name it
   */
  async start(file: vscode.Uri | undefined, noDebug: boolean, wanted: 'file' | 'any' = 'any'): Promise<void> {
    const moment = file ? fileOf(file, isMomentPath) : activeFile(isMomentPath);
    if (moment) {
      const config = await this.momentIn(moment);
      if (config) await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(moment), config, { noDebug });
      return;
    }
    const scenario = file ? fileOf(file, isScenarioPath) : activeFile(isScenarioPath);
    if (scenario) {
      await this.startScenario(scenario, noDebug);
      return;
    }
    const guest = file ?? activeGuest();
    if (!guest) {
      await vscode.window.showInformationMessage('Open the assembly file of a guest (.s or .S) first.');
      return;
    }
    const folder = vscode.workspace.getWorkspaceFolder(guest);
    const chosen = await this.chosenFor(guest, folder, wanted);
    const program = this.asProgram(guest);
    const config = chosen
      ? { ...chosen, ...(takesActiveFile(chosen) ? { program } : {}) }
      : { type: 'hyperstep', request: 'launch', name: vscode.workspace.asRelativePath(guest), program };
    await vscode.debug.startDebugging(folder, config, { noDebug });
  }

  /**
   * How a guest is launched without being started: by the launch configuration that is for it where there is one, with absolute paths.
   * @param file of the active editor when absent @returns nothing where there is no guest, which has been said then
   */
  async launchOf(
    file: vscode.Uri | undefined,
  ): Promise<{ readonly name: string; readonly launch: LaunchArguments } | undefined> {
    const guest = file ?? activeGuest();
    if (!guest) {
      await vscode.window.showInformationMessage('Open the assembly file of a guest (.s or .S) first.');
      return undefined;
    }
    const folder = vscode.workspace.getWorkspaceFolder(guest);
    const chosen = await this.chosenFor(guest, folder, 'any');
    const named = chosen && (withRelativePaths(chosen) as LaunchArguments);
    const launch = named && chosen && !takesActiveFile(chosen) ? named : { ...named, program: this.asProgram(guest) };
    const files = [launch.program ?? []].flat().map((each) => this.locate(each, folder));
    const name = vscode.workspace.asRelativePath(guest);
    return { name, launch: this.withAbsolutePaths(launch, files, folder) };
  }

  private async chosenFor(
    guest: vscode.Uri,
    folder: vscode.WorkspaceFolder | undefined,
    wanted: 'file' | 'any',
  ): Promise<vscode.DebugConfiguration | undefined> {
    return chooseLaunch(launchesIn(folder), {
      file: guest,
      program: await this.language.programOf(guest),
      last: this.last,
      mayBeBuilt: wanted === 'any',
      locate: (path) => this.locate(path, folder),
    });
  }

  /** What a file of a moment says; undefined where that is not understood, which is said. */
  private momentIn(file: vscode.Uri): Promise<vscode.DebugConfiguration | undefined> {
    return told(async () => momentConfiguration(await readMomentFile(file)));
  }

  private async startScenario(scenario: vscode.Uri, noDebug: boolean): Promise<void> {
    const name = vscode.workspace.asRelativePath(scenario);
    const config = { type: 'hyperstep', request: 'launch', name, scenario: this.asProgram(scenario) };
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(scenario), config, { noDebug });
  }

  private asProgram(file: vscode.Uri | undefined): string {
    if (!file) return '';
    return this.host.programsAre === 'paths' ? file.fsPath : file.toString();
  }

  /** Of a path in launch.json: absolute, or a URI, or relative to the workspace folder; without one, to `otherwise`. */
  private locate(file: string, folder: vscode.WorkspaceFolder | undefined, otherwise?: vscode.Uri): vscode.Uri {
    if (/^[a-z][a-z0-9+.-]+:/.test(file)) return vscode.Uri.parse(file);
    if (/^([/\\]|[A-Za-z]:[/\\])/.test(file)) return folder?.uri.with({ path: file }) ?? vscode.Uri.file(file);
    const base = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri ?? otherwise;
    return base ? vscode.Uri.joinPath(base, file) : vscode.Uri.file(file);
  }
}

/** The file in the active editor, where it is of a kind. */
function activeFile(isOfKind: (path: string) => boolean): vscode.Uri | undefined {
  const { uri } = vscode.window.activeTextEditor?.document ?? {};
  return uri && fileOf(uri, isOfKind);
}

function fileOf(file: vscode.Uri, isOfKind: (path: string) => boolean): vscode.Uri | undefined {
  return isOfKind(file.path) ? file : undefined;
}

function guestConfiguration(name: string, program: string, virtualization: LaunchArguments['virtualization']) {
  const place = program.startsWith('$') ? program : `\${workspaceFolder}/${program}`;
  return { type: 'hyperstep', request: 'launch', name, program: place, virtualization };
}

/** The assembly file in the active editor; with another kind of file active, one that is visible. */
function activeGuest(): vscode.Uri | undefined {
  const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  return editors.find((editor) => editor && assemblyLanguages.includes(editor.document.languageId))?.document.uri;
}

async function showProblems({ errors, first }: ProgramCheck): Promise<void> {
  if (first) {
    const { line, character } = first.range.start;
    const selection = new vscode.Range(line, character, line, character);
    await vscode.window.showTextDocument(vscode.Uri.parse(first.uri), { selection });
  }
  await vscode.commands.executeCommand('workbench.actions.view.problems');
  const count = errors === 1 ? '1 error' : `${errors} errors`;
  void vscode.window.showErrorMessage(`The guest has ${count}: nothing was started.`);
}
