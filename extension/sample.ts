import * as vscode from 'vscode';
import type { Host } from './host';

const name = 'hyperstep-sample';
const firstFile = 'kernel.S';

/**
 * Copies the sample guest to where it may be edited and opens it: as a folder of its own where VS Code has a file system, else in the
 * open workspace. What is there from an earlier time is kept as it was left.
 */
export async function openSample(context: vscode.ExtensionContext, host: Host): Promise<void> {
  const source = vscode.Uri.joinPath(context.extensionUri, 'extension/sample');
  const workspace = vscode.workspace.workspaceFolders?.[0];
  const parent = host.programsAre === 'paths' ? context.globalStorageUri : workspace?.uri;
  if (!parent) {
    await vscode.window.showInformationMessage('Open a folder first: the sample guest is copied into it.');
    return;
  }
  const folder = vscode.Uri.joinPath(parent, name);
  if (!(await exists(folder))) await vscode.workspace.fs.copy(source, folder);
  const isOpen = vscode.workspace.workspaceFolders?.some(({ uri }) => uri.toString() === folder.toString());
  if (host.programsAre === 'uris' || isOpen) {
    await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, firstFile));
  } else {
    const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow });
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
