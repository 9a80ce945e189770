import * as vscode from 'vscode';

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('hyperstep.hyperstep');
  if (!found) throw new Error('The extension is not installed.');
  return found;
}

/** A file of test/extension/workspace or of the sample, which are the workspace. */
export function fixture(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('No workspace is open.');
  return vscode.Uri.joinPath(folder.uri, name);
}

export function openFixture(name: string): Thenable<vscode.TextEditor> {
  return vscode.window.showTextDocument(fixture(name));
}

/** Waits, and looks again at every 50 ms, until there is a value. */
export async function eventually<Value>(
  what: string,
  look: () => Value | undefined | Promise<Value | undefined>,
): Promise<Value> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`not seen in 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
