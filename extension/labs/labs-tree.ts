import * as vscode from 'vscode';
import { isAnswered } from '../../simulator/labs/answers-file';
import type { Labs } from './labs';
import { plainText } from './plain-text';
import { answerOf, hintsOf, isUntouched, type Progress, pointsSoFar, resultOf } from './progress';
import type { BrokenLab, ShownLab, ShownTask } from './shown-lab';

/** A row of the view. */
export type LabNode =
  | { readonly kind: 'lab'; readonly lab: ShownLab; readonly progress: Progress | undefined }
  | { readonly kind: 'broken'; readonly lab: BrokenLab }
  | { readonly kind: 'task'; readonly lab: ShownLab; readonly task: ShownTask; readonly progress: Progress | undefined }
  | { readonly kind: 'text'; readonly icon: string; readonly text: string; readonly detail?: string };

/** The labs in order, their tasks beneath, and beneath those the hints that are unfolded and what came of the last check. */
export class LabsTree implements vscode.TreeDataProvider<LabNode> {
  readonly onDidChangeTreeData: vscode.Event<undefined>;

  constructor(private readonly labs: Labs) {
    const changed = new vscode.EventEmitter<undefined>();
    labs.onDidChange(() => changed.fire(undefined));
    this.onDidChangeTreeData = changed.event;
  }

  async getChildren(node?: LabNode): Promise<LabNode[]> {
    if (!node) return this.roots();
    if (node.kind === 'lab') {
      const { lab, progress } = node;
      return lab.tasks.map((task) => ({ kind: 'task', lab, task, progress }));
    }
    return node.kind === 'task' ? beneath(node.task, node.progress) : [];
  }

  /** Of what is revealed: labs and tasks. */
  async getParent(node: LabNode): Promise<LabNode | undefined> {
    return node.kind === 'task' ? this.labNode(node.lab) : undefined;
  }

  /** The row of a task, as things are now. */
  async taskNode(lab: ShownLab, task: ShownTask): Promise<LabNode> {
    const folder = await this.labs.folderOf(lab);
    return { kind: 'task', lab, task, progress: folder?.progress };
  }

  getTreeItem(node: LabNode): vscode.TreeItem {
    switch (node.kind) {
      case 'lab':
        return labItem(node.lab, node.progress);
      case 'task':
        return taskItem(node.lab, node.task, node.progress);
      case 'broken':
        return textItem('error', node.lab.folder, node.lab.problem);
      case 'text':
        return textItem(node.icon, node.text, node.detail);
    }
  }

  private async labNode(lab: ShownLab): Promise<LabNode> {
    const folder = await this.labs.folderOf(lab);
    return { kind: 'lab', lab, progress: folder?.progress };
  }

  private async roots(): Promise<LabNode[]> {
    try {
      const { labs, broken } = await this.labs.all();
      const rows = labs.map((lab) => this.labNode(lab));
      return [...(await Promise.all(rows)), ...broken.map((lab): LabNode => ({ kind: 'broken', lab }))];
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return [{ kind: 'text', icon: 'error', text: 'The labs cannot be read', detail }];
    }
  }
}

function stateOf(lab: ShownLab, progress: Progress | undefined): string {
  if (!progress) return 'not started';
  return isUntouched(progress) ? 'not begun yet' : `${pointsSoFar(progress, lab)} of ${lab.points} points`;
}

function labItem(lab: ShownLab, progress: Progress | undefined): vscode.TreeItem {
  const { name, title, summary, minutes, points, lecture } = lab;
  const state = stateOf(lab, progress);
  const unfolded = progress ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(title, unfolded);
  // Once it is started it is another row, which is unfolded by itself.
  item.id = progress ? `${name}/` : name;
  item.description = `${minutes} min · ${state}`;
  item.tooltip = new vscode.MarkdownString(`**${title}**\n\n${summary}\n\nLecture: ${lecture.deck}, ${lecture.slide}`);
  item.iconPath = new vscode.ThemeIcon(progress ? stateIcon(pointsSoFar(progress, lab), points) : 'mortar-board');
  item.contextValue = progress ? 'lab.started' : 'lab.new';
  item.accessibilityInformation = { label: `${title}, ${minutes} minutes, ${state}` };
  return item;
}

function taskItem(lab: ShownLab, task: ShownTask, progress: Progress | undefined): vscode.TreeItem {
  const { id, title, text, points, hints } = task;
  const result = resultOf(progress, task);
  const answer = answerOf(progress, task);
  const facts = [
    result ? `${result.points} of ${result.of}` : points === 1 ? '1 point' : `${points} points`,
    ...(answer === '' ? [] : [`answered ${answer}`]),
  ];
  const hasMore = beneath(task, progress).length > 0;
  const item = new vscode.TreeItem(
    title,
    hasMore ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
  );
  item.id = `${lab.name}/${id}`;
  item.description = facts.join(' · ');
  item.tooltip = new vscode.MarkdownString(text);
  item.iconPath = new vscode.ThemeIcon(result?.tried ? stateIcon(result.points, result.of) : 'circle-large-outline');
  const hasHints = hintsOf(progress, task).length < hints.length;
  const words = ['task', ...(progress ? ['started'] : []), ...(isAnswered(task.kind) ? ['question'] : [])];
  item.contextValue = [...words, ...(hasHints ? ['hints'] : [])].join('.');
  item.command = { command: 'hyperstep.lab.show', title: 'Show the Task', arguments: [{ kind: 'task', lab, task }] };
  item.accessibilityInformation = { label: `${title}, ${facts.join(', ')}` };
  return item;
}

function textItem(icon: string, text: string, detail = text): vscode.TreeItem {
  const item = new vscode.TreeItem(plainText(text));
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = new vscode.MarkdownString(detail);
  item.accessibilityInformation = { label: plainText(detail) };
  return item;
}

/** What stands beneath a task: hints, and what helps where points are missing. */
function beneath(task: ShownTask, progress: Progress | undefined): LabNode[] {
  const hints = hintsOf(progress, task).map((text): LabNode => ({ kind: 'text', icon: 'lightbulb', text }));
  const { problem, parts = [] } = resultOf(progress, task) ?? {};
  const helps = parts.flatMap(({ help, name, details }): LabNode[] =>
    help === undefined ? [] : [{ kind: 'text', icon: 'info', text: help, detail: [name, help, ...details].join('\n') }],
  );
  const problems: LabNode[] = problem === undefined ? [] : [{ kind: 'text', icon: 'error', text: problem }];
  return [...hints, ...problems, ...helps];
}

function stateIcon(points: number, of: number): string {
  if (points === of) return 'pass-filled';
  return points === 0 ? 'circle-large-outline' : 'circle-large-filled';
}
