import * as vscode from 'vscode';
import type { Host } from '../host';
import type { LanguageService } from '../language';
import type { RunnerClient } from '../runner/client';
import { debugTest } from './debug-test';
import { TestFiles, type TestText } from './test-files';
import { TestRuns } from './test-runs';
import { TestTree } from './test-tree';

/** What tests of guests need of the extension. */
export interface TestSurroundings {
  readonly language: Pick<LanguageService, 'guestTestsOf' | 'guestTestLaunch'>;
  readonly runner: RunnerClient;
  readonly host: Pick<Host, 'programsAre'>;
}

/** Tests of guests in VS Code's Testing view. */
export function registerGuestTests(
  controller: vscode.TestController,
  { language, runner, host }: TestSurroundings,
): vscode.Disposable {
  const tree = new TestTree(controller);
  const runs = new TestRuns(controller, tree, runner, host);
  const files = new TestFiles();
  /** Of each file what was told of it last: what comes later counts. */
  const latest = new Map<string, TestText>();

  const update = async (told: TestText): Promise<void> => {
    const { file, text } = told;
    const key = file.toString();
    latest.set(key, told);
    if (text === undefined) {
      tree.remove(file);
      latest.delete(key);
      return;
    }
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const found = await language.guestTestsOf(name, text);
    if (found && latest.get(key) === told) tree.update(file, found);
  };

  /** The first look at the whole workspace: what runs all tests has to know them, whether or not the Testing view has been opened. */
  let first: Promise<void> | undefined;
  const discover = async (token?: vscode.CancellationToken): Promise<void> => {
    const found = new Set((await files.find(update, token)).map(String));
    if (token?.isCancellationRequested) return;
    const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.toString()));
    for (const file of tree.files) {
      const key = file.toString();
      if (!found.has(key) && !open.has(key)) await update({ file, text: undefined });
    }
  };

  const debug = async (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> => {
    const run = controller.createTestRun(request);
    for (const leaf of tree.leavesOf(request)) {
      if (token.isCancellationRequested) break;
      try {
        run.started(leaf.item);
        await debugTest(leaf, runs.failuresOf(leaf), { language, host }, run);
        // What a person steps through has no verdict.
        run.skipped(leaf.item);
      } catch (error) {
        run.errored(leaf.item, new vscode.TestMessage(error instanceof Error ? error.message : String(error)));
      }
    }
    run.end();
  };

  const known = (): Promise<void> => {
    first ??= discover().catch((error: unknown) => {
      // The next one looks again.
      first = undefined;
      throw error;
    });
    return first;
  };
  controller.resolveHandler = async (item) => {
    if (!item) await known();
  };
  controller.refreshHandler = discover;
  const runTests = async (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> => {
    if (!request.include) await known();
    await runs.run(request, token);
  };
  controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, runTests, true);
  controller.createRunProfile('Debug', vscode.TestRunProfileKind.Debug, debug, true);
  const subscription = files.onDidChange((told) => void update(told));
  files.showOpen();
  return vscode.Disposable.from(subscription, files, controller);
}
