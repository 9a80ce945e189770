import path from 'node:path';
import * as vscode from 'vscode';
import { lspRange } from '../../extension/language-server/locations';
import type { GuestTestLaunch, GuestTests } from '../../extension/language-server/protocol';
import { RunnerClient } from '../../extension/runner/client';
import { startRunnerProcess } from '../../extension/runner/start-process';
import { registerGuestTests } from '../../extension/testing/register';
import { launchOfTest, readTests } from '../../simulator/guest-tests/index';
import { baseName } from '../../simulator/project/index';
import { extension } from './support';

/** What came of an item in a run. */
export interface RecordedResult {
  readonly outcome: 'passed' | 'failed' | 'errored' | 'skipped';
  readonly messages: readonly vscode.TestMessage[];
  readonly milliseconds: number | undefined;
}

/**
 * The tests of guests at a controller of the suite's own, which sees what of VS Code nobody else may see: the items, and the results of runs. The
 * runner is the installed extension's.
 */
export class RecordedTests implements vscode.Disposable {
  readonly results = new Map<string, RecordedResult>();
  readonly output: string[] = [];
  ends = 0;
  private readonly profiles = new Map<vscode.TestRunProfileKind, vscode.TestRunProfile>();
  private readonly controller: vscode.TestController;
  private readonly runner: RunnerClient;
  private readonly registration: vscode.Disposable;

  constructor() {
    const real = vscode.tests.createTestController('hyperstep-suite', 'Suite');
    this.controller = real;
    this.runner = new RunnerClient(
      () => startRunnerProcess(path.join(extension().extensionPath, 'dist/cli.js')),
      async () => undefined,
    );
    const createTestRun = (request: vscode.TestRunRequest): vscode.TestRun => this.record(real.createTestRun(request));
    const createRunProfile: vscode.TestController['createRunProfile'] = (label, kind, handler, isDefault) => {
      const profile = real.createRunProfile(label, kind, handler, isDefault);
      this.profiles.set(kind, profile);
      return profile;
    };
    const recording = new Proxy(real, {
      get: (target, name) =>
        name === 'createTestRun'
          ? createTestRun
          : name === 'createRunProfile'
            ? createRunProfile
            : Reflect.get(target, name, target),
      set: (target, name, value) => Reflect.set(target, name, value, target),
    });
    this.registration = registerGuestTests(recording, {
      language: { guestTestsOf, guestTestLaunch },
      runner: this.runner,
      host: { programsAre: 'paths' },
    });
  }

  /** All that the Testing view asks for. */
  async refresh(): Promise<void> {
    await this.controller.refreshHandler?.(new vscode.CancellationTokenSource().token);
  }

  /** An item by the labels on the way to it; undefined where there is none. */
  item(...labels: readonly string[]): vscode.TestItem | undefined {
    let items: vscode.TestItemCollection = this.controller.items;
    let found: vscode.TestItem | undefined;
    for (const label of labels) {
      found = [...items].map(([, item]) => item).find((item) => item.label === label);
      if (!found) return undefined;
      items = found.children;
    }
    return found;
  }

  async run(
    include: readonly vscode.TestItem[] | undefined,
    kind = vscode.TestRunProfileKind.Run,
    token: vscode.CancellationToken = new vscode.CancellationTokenSource().token,
  ): Promise<void> {
    this.results.clear();
    await this.profiles.get(kind)?.runHandler(new vscode.TestRunRequest(include), token);
  }

  /** The result of an item by its labels. */
  resultOf(...labels: readonly string[]): RecordedResult | undefined {
    return this.results.get(this.item(...labels)?.id ?? '');
  }

  private record(run: vscode.TestRun): vscode.TestRun {
    const note =
      (outcome: RecordedResult['outcome']) =>
      (item: vscode.TestItem, second?: unknown, third?: number): void => {
        const messages = outcome === 'failed' || outcome === 'errored' ? [second].flat() : [];
        const milliseconds = typeof second === 'number' ? second : third;
        this.results.set(item.id, { outcome, messages: messages as vscode.TestMessage[], milliseconds });
      };
    const own: Partial<vscode.TestRun> = {
      passed: note('passed'),
      failed: note('failed'),
      errored: note('errored'),
      skipped: note('skipped'),
      appendOutput: (text) => void this.output.push(text),
      end: () => {
        this.ends += 1;
        run.end();
      },
    };
    return new Proxy(run, {
      get(target, name) {
        const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  dispose(): void {
    this.registration.dispose();
    this.runner.dispose();
  }
}

/** What the language server answers, of the same functions. */
async function guestTestsOf(name: string, text: string): Promise<GuestTests> {
  const { file, problems } = readTests(name, text);
  return {
    tests: file?.tests.map(({ range, ...test }) => ({ ...test, range: lspRange(range) })) ?? [],
    problems: problems.map(({ message, range }) => ({ message, range: lspRange(range) })),
  };
}

async function guestTestLaunch(
  path: string,
  text: string,
  { name, engine: wanted }: { readonly name: string; readonly engine: string },
): Promise<GuestTestLaunch | undefined> {
  const { file } = readTests(baseName(path), text);
  const test = file?.tests.find((each) => each.name === name);
  const engine = test?.engines.find((each) => each === wanted);
  return file && test && engine && launchOfTest(path, file.program, test, engine);
}
