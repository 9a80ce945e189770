import * as vscode from 'vscode';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import type { Comparison } from '../../simulator/comparison/compare-guest';
import { comparisonAsMarkdown } from '../../simulator/comparison/report/markdown';
import type { DebugConfigurations } from '../debug/configuration';
import type { RunnerClient } from '../runner/client';
import type { News } from '../runner/protocol';

/** Of pages that stand in no file. */
const SCHEME = 'hyperstep-comparison';

/** The command that compares what a guest costs under each way to virtualize, and the page that shows it. */
export class GuestComparisons implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly pages = new Map<string, string>();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly configurations: Pick<DebugConfigurations, 'launchOf'>,
    private readonly runner: RunnerClient,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand('hyperstep.compareGuest', (file?: vscode.Uri) => this.compare(file)),
    );
  }

  /** @param file of the active editor when absent */
  private async compare(file: vscode.Uri | undefined): Promise<void> {
    const guest = await this.configurations.launchOf(file);
    if (!guest) return;
    const { name, launch } = guest;
    const found = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Comparing ${name}`, cancellable: true },
      (_, token) => this.comparisonOf(name, launch, token),
    );
    if (typeof found === 'string') await vscode.window.showErrorMessage(`${name} was not compared: ${found}`);
    else if (found) await this.show(found);
  }

  /** @returns what came of it, or why nothing did; nothing where it was cancelled */
  private async comparisonOf(
    name: string,
    launch: LaunchArguments,
    token: vscode.CancellationToken,
  ): Promise<Comparison | string | undefined> {
    let comparison: Comparison | undefined;
    const tell = (news: News): void => {
      if (news.kind === 'compared') comparison = news.comparison;
    };
    const onCancel = (cancel: () => void): vscode.Disposable => token.onCancellationRequested(cancel);
    const problem = await this.runner.run({ kind: 'compare', name, launch }, { tell, onCancel });
    if (token.isCancellationRequested) return undefined;
    return problem ?? comparison;
  }

  private async show(comparison: Comparison): Promise<void> {
    const path = `/${comparison.name.replaceAll(/[^\p{L}\p{N} ./-]/gu, '')} compared.md`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    this.pages.set(uri.path, comparisonAsMarkdown(comparison));
    this.changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  }

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.pages.get(path) ?? 'Nothing has been compared yet in this window.';
  }

  dispose(): void {
    vscode.Disposable.from(this.subscriptions, this.changed).dispose();
  }
}
