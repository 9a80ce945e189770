import * as vscode from 'vscode';
import type { Failure } from '../../simulator/guest-tests/index';
import type { Host } from '../host';
import type { LanguageService } from '../language';
import { textOf } from './test-files';
import { uriOf } from './test-message';
import type { TestLeaf } from './test-tree';

/** What debugging a test needs of the extension. */
export interface DebugSurroundings {
  readonly language: Pick<LanguageService, 'guestTestLaunch'>;
  readonly host: Pick<Host, 'programsAre'>;
}

/**
 * Debugs the guest of a test on its engine, with the test's options and what it types, and returns when the session is over. It stops where
 * the first expectation failed in the last run, else at its first instruction.
 * @throws Error when it cannot be started
 */
export async function debugTest(
  { file, test, engine }: TestLeaf,
  failures: readonly Failure[],
  { language, host }: DebugSurroundings,
  testRun: vscode.TestRun,
): Promise<void> {
  const text = await textOf(file);
  const path = host.programsAre === 'paths' ? file.fsPath : file.toString();
  const found = text === undefined ? undefined : await language.guestTestLaunch(path, text, { name: test, engine });
  if (!found) throw new Error(`there is no test '${test}' on ${engine} in this file any more`);
  const { attributes, programs } = found;
  const program = attributes['program'] ?? (await firstThatExists(programs, file));
  if (program === undefined) throw new Error(`beside this file there is none of ${programs.join(', ')}`);
  const failed = failures.find(({ place }) => place !== undefined);
  const stop = failed && breakpointAt(failed, file);
  if (stop) vscode.debug.addBreakpoints([stop]);
  try {
    await session(
      vscode.workspace.getWorkspaceFolder(file),
      {
        ...attributes,
        program,
        type: 'hyperstep',
        request: 'launch',
        name: `${test} [${engine}]`,
        stopOnEntry: failed === undefined,
      },
      testRun,
    );
  } finally {
    if (stop) vscode.debug.removeBreakpoints([stop]);
  }
}

/** A breakpoint where the guest stood when an expectation failed, the same time; undefined where the user has one. */
function breakpointAt({ place, arrival = 1 }: Failure, near: vscode.Uri): vscode.SourceBreakpoint | undefined {
  if (!place) return undefined;
  const uri = uriOf(place.file, near);
  const hasOne = vscode.debug.breakpoints.some(
    (each) =>
      each instanceof vscode.SourceBreakpoint &&
      each.location.uri.toString() === uri.toString() &&
      each.location.range.start.line === place.line,
  );
  if (hasOne) return undefined;
  const location = new vscode.Location(uri, new vscode.Position(place.line, 0));
  return new vscode.SourceBreakpoint(location, true, undefined, arrival === 1 ? undefined : String(arrival));
}

/** Runs a debug session to its end. @throws Error when it does not start */
async function session(
  folder: vscode.WorkspaceFolder | undefined,
  configuration: vscode.DebugConfiguration,
  testRun: vscode.TestRun,
): Promise<void> {
  const ended = new Set<string>();
  let started: vscode.DebugSession | undefined;
  let finish = (): void => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const subscription = vscode.Disposable.from(
    vscode.debug.onDidStartDebugSession((each) => {
      if (each.type === 'hyperstep' && each.name === configuration.name) started ??= each;
    }),
    vscode.debug.onDidTerminateDebugSession((each) => {
      ended.add(each.id);
      if (each === started) finish();
    }),
    testRun.token.onCancellationRequested(() => {
      if (started) void vscode.debug.stopDebugging(started);
    }),
  );
  try {
    if (!(await vscode.debug.startDebugging(folder, configuration, { testRun })))
      throw new Error('the guest was not started');
    if (started && !ended.has(started.id)) await over;
  } finally {
    subscription.dispose();
  }
}

async function firstThatExists(paths: readonly string[], near: vscode.Uri): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await vscode.workspace.fs.stat(uriOf(path, near));
      return path;
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}
