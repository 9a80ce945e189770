import * as vscode from 'vscode';
import { choiceLetter } from '../../simulator/labs/answer';
import { isAnswered } from '../../simulator/labs/answers-file';
import type { CheckedFolder } from '../cli/lab/checked-folder';
import { runSession } from '../debug/run-session';
import { told } from '../told';
import { functionOrLineBreakpoint } from './lab-breakpoint';
import type { Labs } from './labs';
import type { LabNode } from './labs-tree';
import { plainText } from './plain-text';
import { answerOf, hintsOf } from './progress';
import type { ShownLab, ShownTask } from './shown-lab';
import { StudentFolder } from './student-folder';
import type { TaskPages } from './task-pages';
import { labsView } from './view-id';

/** What a command is about: a row of the view, or what somebody is asked for. */
type Given = LabNode | undefined;

interface LabItem extends vscode.QuickPickItem {
  readonly lab: ShownLab;
}

interface TaskItem extends vscode.QuickPickItem {
  readonly lab: ShownLab;
  readonly task: ShownTask;
}

/** The folder that a new window was opened on, to be begun with. */
const NEXT = 'hyperstep.lab.next';

/** What students do with labs. */
export class LabCommands {
  constructor(
    private readonly labs: Labs,
    private readonly pages: TaskPages,
    private readonly memory: vscode.Memento,
    /** Unfolds what has come beneath a task. */
    private readonly unfold: (lab: ShownLab, task: ShownTask) => Promise<void>,
  ) {}

  register(): vscode.Disposable {
    const commands: Readonly<Record<string, (given: Given) => Promise<void>>> = {
      start: (given) => this.start(given),
      check: (given) => this.check(given),
      hint: (given) => this.hint(given),
      answer: (given) => this.answer(given),
      reset: (given) => this.reset(given),
      debug: (given) => this.debug(given),
      show: (given) => this.show(given),
      text: (given) => this.text(given),
    };
    return vscode.Disposable.from(
      ...Object.entries(commands).map(([name, run]) =>
        vscode.commands.registerCommand(`hyperstep.lab.${name}`, (given: Given) => told(() => run(given))),
      ),
      vscode.commands.registerCommand('hyperstep.lab.startNamed', (name: string) => told(() => this.startNamed(name))),
    );
  }

  /** A window was opened on a lab that has just been started: its text is shown. */
  async resume(): Promise<void> {
    const folder = this.memory.get<string>(NEXT);
    if (folder === undefined || !vscode.workspace.workspaceFolders?.some(({ uri }) => uri.toString() === folder))
      return;
    await this.memory.update(NEXT, undefined);
    await showText(vscode.Uri.parse(folder));
  }

  private async start(given: Given): Promise<void> {
    const lab = given?.kind === 'lab' ? given.lab : await this.pickLab((await this.labs.all()).labs, 'Which lab');
    if (!lab) return;
    const open = await this.labs.folderOf(lab);
    if (open) return showText(open.uri);
    const folder = await chooseFolder(lab);
    if (!folder) return;
    await StudentFolder.start(folder, lab, this.labs.shipped);
    await this.labs.lookAgain();
    if (vscode.workspace.getWorkspaceFolder(folder)) {
      await showText(folder);
      void this.offerFolder(folder);
      return;
    }
    await this.openFolder(folder);
  }

  /** The lab that a link names. Where it is copied to is asked for, so that nothing is written before somebody agrees. */
  private async startNamed(name: string): Promise<void> {
    const { labs } = await this.labs.all();
    const lab = labs.find((each) => each.name === name);
    if (!lab) throw new Error(`There is no lab ${name}. There are: ${labs.map((each) => each.name).join(', ')}.`);
    if (await this.labs.folderOf(lab)) return this.start({ kind: 'lab', lab, progress: undefined });
    const detail = `A link asks for this: ${plainText(lab.summary)} You choose the folder that it is copied into.`;
    const question = `Start the lab “${lab.title}”?`;
    if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, 'Start')) === 'Start')
      await this.start({ kind: 'lab', lab, progress: undefined });
  }

  /** Launch configurations are those of the folder that is open. */
  private async offerFolder(folder: vscode.Uri): Promise<void> {
    const open = 'Open Folder';
    const sentence = 'The launch configurations of the lab, for F5, are there once its folder is opened.';
    if ((await vscode.window.showInformationMessage(sentence, open)) === open) await this.openFolder(folder);
  }

  private async openFolder(folder: vscode.Uri): Promise<void> {
    await this.memory.update(NEXT, folder.toString());
    const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow });
  }

  private async check(given: Given): Promise<void> {
    const lab = await this.openLab(given);
    if (!lab) return;
    const tasks = given?.kind === 'task' ? [given.task] : undefined;
    const location = { viewId: labsView };
    const checked = await vscode.window.withProgress({ location, cancellable: true }, (_, token) =>
      this.labs.check(lab, tasks, (cancel) => token.onCancellationRequested(cancel)),
    );
    announce(checked);
    if (given?.kind === 'task') await this.unfold(lab, given.task);
  }

  private async hint(given: Given): Promise<void> {
    const found = await this.taskOf(given, ({ hints }) => hints.length > 0, 'A hint for which task');
    if (!found) return;
    const { lab, task, folder } = found;
    const shown = hintsOf(folder.progress, task).length;
    if (shown < task.hints.length) {
      await folder.hint(task.id, shown + 1);
      await this.labs.lookAgain();
      await this.unfold(lab, task);
    } else {
      void vscode.window.showInformationMessage(`${task.title}: there are no more hints.`);
    }
    await this.pages.show(lab, task);
    const hint = task.hints[shown];
    if (hint !== undefined)
      void vscode.window.showInformationMessage(`Hint ${shown + 1} of ${task.hints.length}: ${plainText(hint)}`);
  }

  private async answer(given: Given): Promise<void> {
    const found = await this.taskOf(given, ({ kind }) => isAnswered(kind), 'Which question');
    if (!found) return;
    const { lab, task, folder } = found;
    const answer = await ask(task, answerOf(folder.progress, task));
    if (answer === undefined) return;
    await folder.answer(task.id, answer);
    await this.labs.lookAgain();
    if (answer === '') return;
    announce(await this.labs.check(lab, [task], () => {}));
    await this.unfold(lab, task);
  }

  private async reset(given: Given): Promise<void> {
    const lab = await this.openLab(given);
    const folder = lab && (await this.labs.folderOf(lab));
    if (!lab || !folder) return;
    const detail =
      'The files of its beginning, answers and hints are as they came again. Those that are there now are kept in a folder .hyperstep/kept-1; other files are left alone.';
    const confirmed = await vscode.window.showWarningMessage(
      `Reset the lab ${lab.title}?`,
      { modal: true, detail },
      'Reset',
    );
    if (confirmed !== 'Reset') return;
    await vscode.workspace.saveAll(false);
    const kept = await folder.reset(lab, this.labs.shipped);
    await this.labs.lookAgain();
    await vscode.window.showInformationMessage(
      `The lab begins anew. What was there is in ${vscode.workspace.asRelativePath(kept)}.`,
    );
  }

  /** Starts the guest of a question, to where it is asked about. */
  private async debug(given: Given): Promise<void> {
    const found = await this.taskOf(given, ({ kind }) => isAnswered(kind), 'Which question');
    if (!found) return;
    const { lab, task, folder } = found;
    const { attributes, place, arrival } = await this.labs.launchOf(lab, task, folder);
    const stop = place && functionOrLineBreakpoint(place, arrival, folder.uri);
    if (stop) vscode.debug.addBreakpoints([stop]);
    try {
      await runSession(vscode.workspace.getWorkspaceFolder(folder.uri), {
        ...attributes,
        type: 'hyperstep',
        request: 'launch',
        name: `${lab.title}: ${task.title}`,
        stopOnEntry: place === undefined,
      });
    } finally {
      if (stop) vscode.debug.removeBreakpoints([stop]);
    }
  }

  private async show(given: Given): Promise<void> {
    if (given?.kind === 'task') await this.pages.show(given.lab, given.task);
  }

  private async text(given: Given): Promise<void> {
    const lab = await this.openLab(given);
    const folder = lab && (await this.labs.folderOf(lab));
    if (folder) await showText(folder.uri);
  }

  /** The lab that is meant, of which a folder is open; undefined where somebody gives it up. */
  private async openLab(given: Given): Promise<ShownLab | undefined> {
    const lab =
      given?.kind === 'lab' || given?.kind === 'task'
        ? given.lab
        : await this.pickLab(await this.labs.open(), 'Which lab');
    if (lab && (await this.labs.folderOf(lab))) return lab;
    if (lab || (await this.labs.open()).length === 0)
      await vscode.window.showInformationMessage(
        'Start the lab first, with HyperStep: Start a Lab, or open the folder in which you have started it.',
      );
    return undefined;
  }

  private async taskOf(
    given: Given,
    isMeant: (task: ShownTask) => boolean,
    title: string,
  ): Promise<{ lab: ShownLab; task: ShownTask; folder: StudentFolder } | undefined> {
    const lab = await this.openLab(given);
    const folder = lab && (await this.labs.folderOf(lab));
    if (!lab || !folder) return undefined;
    if (given?.kind === 'task') return { lab, task: given.task, folder };
    const items = lab.tasks
      .filter(isMeant)
      .map((task): TaskItem => ({ label: task.title, description: answerOf(folder.progress, task), lab, task }));
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder: lab.title });
    return picked && { lab, task: picked.task, folder };
  }

  private async pickLab(labs: readonly ShownLab[], title: string): Promise<ShownLab | undefined> {
    const [only, another] = labs;
    if (only && !another) return only;
    const items = labs.map(
      (lab): LabItem => ({ label: lab.title, description: `${lab.minutes} min`, detail: lab.summary, lab }),
    );
    return (await vscode.window.showQuickPick(items, { title }))?.lab;
  }
}

/** Where the lab is copied to: a folder of its name, in the workspace or elsewhere. */
async function chooseFolder({ name, title }: ShownLab): Promise<vscode.Uri | undefined> {
  const own = (vscode.workspace.workspaceFolders ?? []).map(({ uri, name: folder }) => ({
    label: `$(folder) ${folder}/${name}`,
    description: 'in this workspace',
    uri: vscode.Uri.joinPath(uri, name),
  }));
  const other = { label: '$(folder-opened) Another folder...', description: `${name} is made in it`, uri: undefined };
  const items = [...own, other];
  const picked =
    own.length === 0 ? other : await vscode.window.showQuickPick(items, { title: `Where to start the lab ${title}` });
  if (!picked || picked.uri) return picked?.uri;
  const options = { canSelectFiles: false, canSelectFolders: true, canSelectMany: false };
  const [parent] = (await vscode.window.showOpenDialog({ ...options, openLabel: 'Start the Lab Here' })) ?? [];
  return parent && vscode.Uri.joinPath(parent, name);
}

async function showText(folder: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(folder, 'README.md'));
}

/** @returns empty where an answer is taken back; undefined where somebody gives it up */
async function ask({ title, text, choices, kind }: ShownTask, value: string): Promise<string | undefined> {
  const heading = kind === 'predict' ? `${title} (predict)` : title;
  if (!choices)
    return vscode.window.showInputBox({ title: heading, prompt: plainText(text), value, ignoreFocusOut: true });
  const items = choices.map((choice, index) => ({
    label: `${choiceLetter(index)}. ${choice}`,
    answer: choiceLetter(index),
  }));
  return (
    await vscode.window.showQuickPick(items, { title: heading, placeHolder: plainText(text), ignoreFocusOut: true })
  )?.answer;
}

/** How a check ended: a notification, which screen readers read. */
function announce({ result, title, problems }: CheckedFolder): void {
  const { points, of, tasks, faults } = result;
  const [problem] = [...problems, ...faults, ...tasks.flatMap(({ problem }) => problem ?? [])];
  const [help] = tasks.flatMap(({ parts, tried }) => (tried ? parts.flatMap((part) => part.help ?? []) : []));
  const [task, another] = tasks;
  const what = task && !another ? task.title : title;
  const sentence = `${what}: ${points} of ${of === 1 ? '1 point' : `${of} points`}.`;
  const more = problem ?? help;
  if (points === of && problem === undefined) void vscode.window.showInformationMessage(sentence);
  else void vscode.window.showWarningMessage(more === undefined ? sentence : `${sentence} ${plainText(more)}`);
}
