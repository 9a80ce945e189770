import * as vscode from 'vscode';

/**
 * Runs a debug session to its end.
 * @param testRun of which it is a part, and with which it is given up
 * @throws Error when it does not start
 */
export async function runSession(
  folder: vscode.WorkspaceFolder | undefined,
  configuration: vscode.DebugConfiguration,
  testRun?: vscode.TestRun,
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
    ...(testRun
      ? [
          testRun.token.onCancellationRequested(() => {
            if (started) void vscode.debug.stopDebugging(started);
          }),
        ]
      : []),
  );
  try {
    if (!(await vscode.debug.startDebugging(folder, configuration, testRun ? { testRun } : {})))
      throw new Error('the guest was not started');
    if (started && !ended.has(started.id)) await over;
  } finally {
    subscription.dispose();
  }
}
