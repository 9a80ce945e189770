import * as vscode from 'vscode';
import { ANSWERS_FILE } from '../../simulator/labs/answers-file';
import type { CheckedFolder } from '../cli/lab/checked-folder';
import type { Host } from '../host';
import type { RunnerClient } from '../runner/client';
import type { Job, News } from '../runner/protocol';
import type { ShippedLabs } from './shipped-labs';
import type { BrokenLab, LabLaunch, ShownLab, ShownTask } from './shown-lab';
import { StudentFolder } from './student-folder';

/** Folders of labs in a workspace that are looked for. */
const MOST_FOLDERS = 50;

const NOBODY = { onCancel: (): void => {} };

/** The labs that there are, and the student's folders of them in the workspace. */
export class Labs implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private read: Promise<{ readonly labs: readonly ShownLab[]; readonly broken: readonly BrokenLab[] }> | undefined;
  private readonly folders = new Map<string, StudentFolder>();
  private looked: Promise<void> | undefined;
  private readonly watcher: vscode.Disposable;

  constructor(
    readonly shipped: ShippedLabs,
    private readonly runner: RunnerClient,
    private readonly host: Pick<Host, 'programsAre'>,
  ) {
    const files = vscode.workspace.createFileSystemWatcher(`**/${ANSWERS_FILE}`);
    const look = (): void => void this.lookAgain();
    this.watcher = vscode.Disposable.from(
      files,
      files.onDidCreate(look),
      files.onDidChange(look),
      files.onDidDelete(look),
      vscode.workspace.onDidChangeWorkspaceFolders(look),
    );
  }

  /** All labs, in their order, and those that are not understood. @throws Error where they cannot be read */
  all(): Promise<{ readonly labs: readonly ShownLab[]; readonly broken: readonly BrokenLab[] }> {
    this.read ??= this.readAll().catch((error: unknown) => {
      // Whoever asks again may have better luck.
      this.read = undefined;
      throw error;
    });
    return this.read;
  }

  async named(name: string): Promise<ShownLab | undefined> {
    return (await this.all()).labs.find((lab) => lab.name === name);
  }

  /** The student's folder of a lab; undefined where it is not open. */
  async folderOf({ name }: Pick<ShownLab, 'name'>): Promise<StudentFolder | undefined> {
    this.looked ??= this.look();
    await this.looked;
    return this.folders.get(name);
  }

  /** The labs of which a folder is open. */
  async open(): Promise<ShownLab[]> {
    this.looked ??= this.look();
    await this.looked;
    // Where there is no folder of a lab, nobody has to know what labs there are.
    if (this.folders.size === 0) return [];
    const { labs } = await this.all();
    const open = await Promise.all(labs.map((lab) => this.folderOf(lab)));
    return labs.filter((_, index) => open[index]);
  }

  /** Somebody has changed a folder: what it says is read again. */
  async lookAgain(): Promise<void> {
    this.looked = this.look();
    await this.looked;
    this.changed.fire();
  }

  /** Checks a student's folder, or some of its tasks, and keeps what came. @throws Error where it cannot be checked */
  async check(
    lab: ShownLab,
    tasks: readonly ShownTask[] | undefined,
    onCancel: (cancel: () => void) => void,
  ): Promise<CheckedFolder> {
    const folder = await this.folderOf(lab);
    if (!folder) throw new Error(`No folder of the lab ${lab.title} is open.`);
    // What is checked is what is written.
    await vscode.workspace.saveAll(false);
    const told = await this.perform(
      {
        kind: 'lab-check',
        ...(await this.ofLab(lab, folder)),
        ...(tasks ? { tasks: tasks.map(({ id }) => id) } : {}),
      },
      onCancel,
    );
    const [checked] = told.flatMap((news) => (news.kind === 'checked' ? [news.checked] : []));
    if (!checked) throw new Error('The check was given up.');
    await folder.keep(checked, tasks === undefined);
    await this.lookAgain();
    return checked;
  }

  /** How the guest of a question is launched. @throws Error where it asks about none */
  async launchOf(lab: ShownLab, { id }: ShownTask, folder: StudentFolder): Promise<LabLaunch> {
    const told = await this.perform({ kind: 'lab-launch', task: id, ...(await this.ofLab(lab, folder)) });
    const [launch] = told.flatMap((news) => (news.kind === 'launch' ? [news.launch] : []));
    if (!launch) throw new Error('The runner has not said how the guest is launched.');
    return launch;
  }

  private async ofLab({ folder: name }: ShownLab, folder: StudentFolder) {
    const checks = this.shipped.checksOf(name);
    return { lab: await this.shipped.text(name), workspace: this.pathOf(folder.uri), checks: this.pathOf(checks) };
  }

  private async readAll(): Promise<{ readonly labs: readonly ShownLab[]; readonly broken: readonly BrokenLab[] }> {
    const told = await this.perform({ kind: 'labs', labs: await this.shipped.texts() });
    const [found] = told.flatMap((news) => (news.kind === 'labs' ? [news] : []));
    return found ?? { labs: [], broken: [] };
  }

  private async look(): Promise<void> {
    const files = await vscode.workspace.findFiles(`**/${ANSWERS_FILE}`, '**/{node_modules,.*}/**', MOST_FOLDERS);
    const found = await Promise.all(files.map((file) => StudentFolder.read(vscode.Uri.joinPath(file, '..'))));
    this.folders.clear();
    // Of several of one lab, the one that is highest up.
    const byDepth = found.flatMap((folder) => folder ?? []).sort((a, b) => a.uri.path.length - b.uri.path.length);
    for (const folder of byDepth) {
      const { lab } = folder.progress.answers;
      if (!this.folders.has(lab)) this.folders.set(lab, folder);
    }
  }

  /** Has the runner do something. @returns what it told @throws Error where it failed */
  private async perform(job: Job, onCancel: (cancel: () => void) => void = NOBODY.onCancel): Promise<News[]> {
    const told: News[] = [];
    const problem = await this.runner.run(job, { tell: (news) => void told.push(news), onCancel });
    if (problem !== undefined) throw new Error(problem);
    return told;
  }

  private pathOf(file: vscode.Uri): string {
    return this.host.programsAre === 'paths' ? file.fsPath : file.toString();
  }

  dispose(): void {
    vscode.Disposable.from(this.watcher, this.changed).dispose();
  }
}
