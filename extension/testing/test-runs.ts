import * as vscode from 'vscode';
import type { Failure, ReportedTest } from '../../simulator/guest-tests/index';
import type { Host } from '../host';
import type { RunnerClient } from '../runner/client';
import type { News, TestOnEngine, WantedTest } from '../runner/protocol';
import { textOf } from './test-files';
import { messageOf } from './test-message';
import type { TestLeaf, TestTree } from './test-tree';

/** Runs of tests in the runner, and what came of them last. */
export class TestRuns {
  private readonly lastFailures = new Map<string, readonly Failure[]>();

  constructor(
    private readonly controller: Pick<vscode.TestController, 'createTestRun'>,
    private readonly tree: TestTree,
    private readonly runner: RunnerClient,
    private readonly host: Pick<Host, 'programsAre'>,
  ) {}

  /** What of a test was not as expected when it was run last. */
  failuresOf({ item }: TestLeaf): readonly Failure[] {
    return this.lastFailures.get(item.id) ?? [];
  }

  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const leaves = this.tree.leavesOf(request);
    for (const { item } of leaves) run.enqueued(item);
    for (const item of this.tree.brokenIn(request))
      if (item.error !== undefined) run.errored(item, new vscode.TestMessage(item.error));
    try {
      for (const [file, ofFile] of groupedBy(leaves, (leaf) => leaf.file.toString())) {
        if (token.isCancellationRequested) for (const { item } of ofFile) run.skipped(item);
        else await this.runFile(vscode.Uri.parse(file), ofFile, run, token);
      }
    } finally {
      run.end();
    }
  }

  private async runFile(
    file: vscode.Uri,
    leaves: readonly TestLeaf[],
    run: vscode.TestRun,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const left = new Set(leaves);
    const of = ({ name, engine }: TestOnEngine): TestLeaf | undefined =>
      leaves.find((leaf) => leaf.test === name && leaf.engine === engine);
    const tell = (news: News): void => {
      if (!('test' in news)) return;
      const leaf = of(news.test);
      if (!leaf) return;
      if (news.kind === 'began') {
        run.started(leaf.item);
        return;
      }
      left.delete(leaf);
      if (news.kind === 'ended') this.ended(leaf, news.result, run);
      else run.errored(leaf.item, new vscode.TestMessage(news.problem));
    };
    const text = await textOf(file);
    const problem =
      text === undefined
        ? 'the file says no tests any more'
        : await this.runner.run(
            { kind: 'tests', file: this.pathOf(file), text, wanted: wantedOf(leaves) },
            { tell, onCancel: (cancel) => token.onCancellationRequested(cancel) },
          );
    for (const { item } of left) {
      if (token.isCancellationRequested) run.skipped(item);
      else run.errored(item, new vscode.TestMessage(problem ?? 'the runner did not come to this test'));
    }
  }

  private ended({ item, file }: TestLeaf, result: ReportedTest, run: vscode.TestRun): void {
    const { outcome, failures, console, instructions, seconds, name, engine } = result;
    const milliseconds = seconds * 1000;
    this.lastFailures.set(item.id, failures);
    const words = { passed: 'passed', failed: 'failed', limit: 'reached its limit', 'not-tried': 'could not be tried' };
    run.appendOutput(`${name} [${engine}]: ${words[outcome]} (${instructions} instructions)\r\n`, undefined, item);
    if (console !== '')
      run.appendOutput(`${console.replace(/\r?\n/g, '\r\n').replace(/(?<!\n)$/, '\r\n')}`, undefined, item);
    const messages = failures.map((failure) => messageOf(failure, file));
    if (outcome === 'passed') run.passed(item, milliseconds);
    else if (outcome === 'not-tried') run.errored(item, messages, milliseconds);
    else run.failed(item, messages, milliseconds);
  }

  /** A file as the runner reads it. */
  private pathOf(file: vscode.Uri): string {
    return this.host.programsAre === 'paths' ? file.fsPath : file.toString();
  }
}

function wantedOf(leaves: readonly TestLeaf[]): WantedTest[] {
  return [...groupedBy(leaves, ({ test }) => test)].map(([name, ofTest]) => ({
    name,
    engines: ofTest.map(({ engine }) => engine),
  }));
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
