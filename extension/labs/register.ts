import * as vscode from 'vscode';
import type { Host } from '../host';
import type { RunnerClient } from '../runner/client';
import { LabCommands } from './lab-commands';
import { LabTests } from './lab-tests';
import { Labs } from './labs';
import { LabsTree } from './labs-tree';
import { ShippedLabs } from './shipped-labs';
import { TaskPages } from './task-pages';
import { labsView } from './view-id';

/** The labs: their view, what students do with them, and their tasks among the tests. */
export function registerLabs(context: vscode.ExtensionContext, runner: RunnerClient, host: Host): vscode.Disposable {
  const labs = new Labs(new ShippedLabs(context.extensionUri), runner, host);
  const pages = new TaskPages(labs);
  const tree = new LabsTree(labs);
  const view = vscode.window.createTreeView(labsView, { treeDataProvider: tree, showCollapseAll: true });
  const commands = new LabCommands(labs, pages, context.globalState, async (lab, task) => {
    // What is not seen is not brought before somebody's eyes.
    if (view.visible) await view.reveal(await tree.taskNode(lab, task), { expand: true, select: true, focus: false });
  });
  const showOpen = async (): Promise<void> => {
    const open = await labs.open().catch(() => []);
    view.message = open.length === 0 ? 'No lab is open here. Start one: it is copied into a folder of yours.' : '';
  };
  const subscriptions = [
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) void showOpen();
    }),
    labs.onDidChange(() => void showOpen()),
  ];
  void commands.resume();
  return vscode.Disposable.from(labs, pages, view, commands.register(), new LabTests(labs), ...subscriptions);
}
