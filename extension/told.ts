import * as vscode from 'vscode';

/** Does what a user asked for. What goes wrong is told to the user, and there is no result then. */
export async function told<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
