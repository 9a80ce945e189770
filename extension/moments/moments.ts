import * as vscode from 'vscode';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import { request, type Sessions } from '../debug/sessions';
import type { Host } from '../host';
import { told } from '../told';
import { type LinkParts, labLink, momentLink, readLink, requireShort } from './link';
import {
  isMomentPath,
  MomentError,
  momentSuffix,
  readSavedMoment,
  type SavedMoment,
  savedMoment,
} from './saved-moment';

/** What a user sees of a launch before it is run, in characters. */
const SHOWN_OF_LAUNCH = 400;

/** Moments of runs, in files and in links, and links to labs: whoever gets one stands where its sender stood. */
export class Moments implements vscode.UriHandler {
  constructor(
    /** Its id, with which links to it begin. */
    private readonly extension: string,
    private readonly sessions: Sessions,
    private readonly host: Pick<Host, 'programsAre'>,
  ) {}

  register(): vscode.Disposable {
    const commands: Readonly<Record<string, (given: unknown) => Promise<void>>> = {
      'hyperstep.copyMomentLink': () => this.copyLink(),
      'hyperstep.saveMoment': (given) => this.save(given instanceof vscode.Uri ? given : undefined),
      'hyperstep.openLink': (given) => this.open(typeof given === 'string' ? given : undefined),
      'hyperstep.lab.copyLink': (given) => this.copyLabLink(given),
    };
    return vscode.Disposable.from(
      vscode.window.registerUriHandler(this),
      ...Object.entries(commands).map(([name, run]) =>
        vscode.commands.registerCommand(name, (given: unknown) => told(() => run(given))),
      ),
    );
  }

  /** Somebody has followed a link. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    await told(() => this.follow(uri));
  }

  private async copyLink(): Promise<void> {
    const found = await this.present();
    if (!found) return;
    const { saved, folder } = found;
    const link = momentLink(vscode.env.uriScheme, this.extension, folder.name, JSON.stringify(saved));
    await copy(link);
    void vscode.window.showInformationMessage(
      `The link to this moment is copied. It opens in a window on the folder ${folder.name}, with the same files.`,
    );
  }

  private async copyLabLink(given: unknown): Promise<void> {
    const name = labOf(given);
    if (name !== undefined) await copy(labLink(vscode.env.uriScheme, this.extension, name));
  }

  /** @param where asked for when it is absent */
  private async save(where: vscode.Uri | undefined): Promise<void> {
    const found = await this.present();
    if (!found) return;
    const { saved, folder } = found;
    const defaultUri = vscode.Uri.joinPath(folder.uri, `instruction-${saved.moment.retired}${momentSuffix}`);
    const file = where ?? (await vscode.window.showSaveDialog({ defaultUri, title: 'Save This Moment' }));
    if (!file) return;
    const named = isMomentPath(file.path) ? file : file.with({ path: file.path + momentSuffix });
    await vscode.workspace.fs.writeFile(named, new TextEncoder().encode(`${JSON.stringify(saved, null, 2)}\n`));
    const name = vscode.workspace.asRelativePath(named);
    void vscode.window.showInformationMessage(`The moment is saved: F5 on ${name} leads back to it.`);
  }

  /** Where the guest in focus stands; undefined where nobody stands, which is said. */
  private async present(): Promise<{ saved: SavedMoment; folder: vscode.WorkspaceFolder } | undefined> {
    const { active, readable } = this.sessions;
    if (!active || !readable) {
      void vscode.window.showInformationMessage('Stop a guest first: the moment at which it stands is meant.');
      return undefined;
    }
    const folder = active.workspaceFolder ?? vscode.workspace.workspaceFolders?.[0];
    if (!folder) throw new MomentError('Open the folder of the guest: a moment names its files from there.');
    const { moment } = await request(active, 'hyperstep/moment', {});
    const saved = savedMoment(active.configuration, moment, (path) => {
      const uri = this.host.programsAre === 'uris' ? vscode.Uri.parse(path) : vscode.Uri.file(path);
      const isInside = vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() === folder.uri.toString();
      return isInside ? vscode.workspace.asRelativePath(uri, false) : undefined;
    });
    return { saved, folder };
  }

  /** @param link asked for when it is absent */
  private async open(link: string | undefined): Promise<void> {
    const prompt = `${vscode.env.uriScheme}://${this.extension}/lab/NAME, or a link to a moment`;
    const text = link ?? (await vscode.window.showInputBox({ title: 'Open Link', prompt, ignoreFocusOut: true }));
    if (text) await this.follow(parsedUri(text.trim()));
  }

  /** Nothing is run, and no file is written, before the user agrees. */
  private async follow(uri: vscode.Uri): Promise<void> {
    const link = readLink(uri, this.extension);
    if (link.kind === 'lab') {
      await vscode.commands.executeCommand('hyperstep.lab.startNamed', link.name);
      return;
    }
    const saved = readSavedMoment(link.text);
    const folder = openFolder(link.folder);
    await requireProgram(saved.launch, folder);
    const { retired } = saved.moment;
    const detail = [
      `A link asks for this. The guest runs on HyperStep's machine, which reads files of the folder ${folder.name} and writes none.`,
      JSON.stringify(saved.launch).slice(0, SHOWN_OF_LAUNCH),
    ].join('\n\n');
    const question = `Run a guest up to instruction ${retired.toLocaleString('en')}, and stop there?`;
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, 'Run');
    if (answer === 'Run') await vscode.debug.startDebugging(folder, momentConfiguration(saved));
  }
}

/** @throws MomentError where the file says no moment */
export async function readMomentFile(file: vscode.Uri): Promise<SavedMoment> {
  // What is not saved yet counts; of any other the file itself is as new as can be.
  const edited = vscode.workspace.textDocuments.find(
    ({ uri, isDirty }) => isDirty && uri.toString() === file.toString(),
  );
  const text = edited?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  try {
    return readSavedMoment(text);
  } catch (error) {
    if (!(error instanceof MomentError)) throw error;
    throw new MomentError(`${vscode.workspace.asRelativePath(file)}: ${error.message}`);
  }
}

export function momentConfiguration({ launch, moment }: SavedMoment): vscode.DebugConfiguration {
  const guest = [launch.scenario ?? launch.program].flat().join(', ');
  const name = `${guest}, instruction ${moment.retired}`;
  return { ...launch, type: 'hyperstep', request: 'launch', name, moment };
}

/** @throws MomentError */
function parsedUri(text: string): vscode.Uri {
  try {
    return vscode.Uri.parse(text, true);
  } catch {
    throw new MomentError('This is no link.');
  }
}

/** @throws MomentError where no folder of that name is open */
function openFolder(name: string): vscode.WorkspaceFolder {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = folders.find((each) => each.name === name);
  if (folder) return folder;
  const open = folders.length === 0 ? 'no folder is open' : `open is ${folders.map((each) => each.name).join(', ')}`;
  throw new MomentError(
    `The moment is of a guest in a folder "${name}", and ${open}. Open that folder, then the link.`,
  );
}

/** @throws MomentError where a file of the guest is not there */
async function requireProgram({ program, scenario }: LaunchArguments, folder: vscode.WorkspaceFolder): Promise<void> {
  for (const path of [program ?? scenario].flat()) {
    const there = vscode.workspace.fs.stat(vscode.Uri.joinPath(folder.uri, String(path)));
    const isThere = await there.then(
      () => true,
      () => false,
    );
    if (!isThere) throw new MomentError(`There is no ${String(path)} in the folder ${folder.name}.`);
  }
}

/** @throws MomentError where the link is too long */
async function copy(link: LinkParts): Promise<void> {
  const text = vscode.Uri.from(link).toString();
  requireShort(text);
  await vscode.env.clipboard.writeText(text);
}

/** The lab of a row of the view. */
function labOf(given: unknown): string | undefined {
  const lab = typeof given === 'object' && given !== null && 'lab' in given ? given.lab : undefined;
  const name = typeof lab === 'object' && lab !== null && 'name' in lab ? lab.name : undefined;
  return typeof name === 'string' ? name : undefined;
}
