import * as vscode from 'vscode';
import type { Labs } from './labs';
import type { ShownLab, ShownTask } from './shown-lab';
import { taskPage } from './task-page';

/** Of pages that stand in no file. */
const SCHEME = 'hyperstep-lab';

/** Tasks as pages of Markdown's preview: they change as hints are unfolded and checks are made. */
export class TaskPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly shown = new Map<string, vscode.Uri>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly labs: Labs) {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      labs.onDidChange(() => {
        for (const uri of this.shown.values()) this.changed.fire(uri);
      }),
    );
  }

  async show(lab: ShownLab, task: ShownTask): Promise<void> {
    const path = `/${lab.name}/${task.id}/${task.title.replace(/[^\p{L}\p{N} -]/gu, '')}.md`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    this.shown.set(path, uri);
    this.changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  async provideTextDocumentContent({ path }: vscode.Uri): Promise<string> {
    const [, name, id] = path.split('/');
    const lab = await this.labs.named(name ?? '');
    const task = lab?.tasks.find((each) => each.id === id);
    if (!lab || !task) return 'There is no such task.';
    return taskPage(lab, task, (await this.labs.folderOf(lab))?.progress);
  }

  dispose(): void {
    vscode.Disposable.from(this.subscription, this.changed).dispose();
  }
}
