import * as vscode from 'vscode';
import { ANSWERS_FILE, answersText, emptyAnswers, isAnswered } from '../../simulator/labs/answers-file';
import type { CheckedFolder } from '../cli/lab/checked-folder';
import { type Progress, readChecked, readStudentAnswers, withEntry, withTasks } from './progress';
import type { ShippedLabs } from './shipped-labs';
import type { ShownLab } from './shown-lab';

/** Where the editor keeps what it knows of a folder: no part of what is handed in. */
const OWN = '.hyperstep';
const CHECKED = `${OWN}/lab-result.json`;

/** A student's folder of a lab: all that there is of the progress is in its files. */
export class StudentFolder {
  private constructor(
    readonly uri: vscode.Uri,
    readonly progress: Progress,
  ) {}

  /** @returns undefined where the folder is of no lab */
  static async read(uri: vscode.Uri): Promise<StudentFolder | undefined> {
    const text = await textOf(vscode.Uri.joinPath(uri, ANSWERS_FILE));
    const answers = text === undefined ? undefined : readStudentAnswers(text);
    if (!answers) return undefined;
    const kept = await textOf(vscode.Uri.joinPath(uri, CHECKED));
    const checked = kept === undefined ? undefined : readChecked(kept);
    return new StudentFolder(uri, { answers, checked: checked?.lab === answers.lab ? checked : undefined });
  }

  /** Copies what a student starts with. Nothing that is there is written over. @throws Error where something is */
  static async start(uri: vscode.Uri, lab: ShownLab, shipped: ShippedLabs): Promise<void> {
    if (await isThere(uri)) {
      const entries = await vscode.workspace.fs.readDirectory(uri);
      if (entries.length > 0)
        throw new Error(`${uri.fsPath} is there already, and nothing in it is written over: choose another folder.`);
    }
    await copyStart(uri, lab, shipped, undefined);
  }

  /** Makes the files what they were in the beginning. @returns where those that were there are kept */
  async reset(lab: ShownLab, shipped: ShippedLabs): Promise<vscode.Uri> {
    let kept = vscode.Uri.joinPath(this.uri, OWN, 'kept-1');
    for (let number = 2; await isThere(kept); number++) kept = vscode.Uri.joinPath(this.uri, OWN, `kept-${number}`);
    const { variant } = this.progress.answers;
    for (const name of [...(await shipped.startOf(lab, variant)).keys(), ANSWERS_FILE, CHECKED]) {
      const file = vscode.Uri.joinPath(this.uri, name);
      if (await isThere(file)) await vscode.workspace.fs.copy(file, vscode.Uri.joinPath(kept, name));
    }
    await copyStart(this.uri, lab, shipped, variant);
    const checked = vscode.Uri.joinPath(this.uri, CHECKED);
    if (await isThere(checked)) await vscode.workspace.fs.delete(checked);
    return kept;
  }

  answer(id: string, text: string): Promise<void> {
    return this.change(['answers', id], text);
  }

  /** Unfolds so many hints of a task. */
  hint(id: string, count: number): Promise<void> {
    return this.change(['hints', id], count);
  }

  /** Keeps what came of a check, of all tasks or of some. */
  async keep(checked: CheckedFolder, isAll: boolean): Promise<void> {
    const all = isAll ? checked : withTasks(this.progress.checked, checked);
    await write(vscode.Uri.joinPath(this.uri, CHECKED), `${JSON.stringify(all, null, 2)}\n`);
  }

  private async change(path: Parameters<typeof withEntry>[1], value: string | number): Promise<void> {
    const file = vscode.Uri.joinPath(this.uri, ANSWERS_FILE);
    const text = (await textOf(file)) ?? answersText(this.progress.answers);
    await write(file, withEntry(text, path, value));
  }
}

async function copyStart(
  uri: vscode.Uri,
  lab: ShownLab,
  shipped: ShippedLabs,
  variant: string | undefined,
): Promise<void> {
  for (const [name, file] of await shipped.startOf(lab, variant))
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(uri, name), await shipped.read(lab.folder, file));
  const asked = lab.tasks.filter(({ kind }) => isAnswered(kind)).map(({ id }) => id);
  await write(
    vscode.Uri.joinPath(uri, ANSWERS_FILE),
    answersText({ ...emptyAnswers(lab.name, asked), ...(variant && { variant }) }),
  );
}

/** Writes a file; one in an editor is edited there and saved, so that nothing is in the way of it. */
async function write(file: vscode.Uri, text: string): Promise<void> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (!document?.isDirty) {
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  const { end } = document.lineAt(document.lineCount - 1).range;
  edit.replace(file, new vscode.Range(new vscode.Position(0, 0), end), text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
}

/** What a file says, in an editor or on its disk; undefined where there is none. */
async function textOf(file: vscode.Uri): Promise<string | undefined> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (document) return document.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}

async function isThere(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}
