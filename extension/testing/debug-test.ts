import * as vscode from 'vscode';
import type { Failure } from '../../simulator/guest-tests/index';
import { runSession } from '../debug/run-session';
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
    await runSession(
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
