import * as vscode from 'vscode';

/** Folders of the extension with sources of the VMM: those of the repository, and those that the build makes of them. */
const FOLDERS = ['/simulator', '/dist/vmm'];

/** The VMM's TypeScript sources as they are in this version of the extension: `hyperstep-vmm:/simulator/hypervisor/FILE.ts`, read-only. */
export class VmmSources implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(private readonly extension: vscode.Uri) {}

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const stat = await vscode.workspace.fs.stat(this.shipped(uri));
    return { ...stat, permissions: vscode.FilePermission.Readonly };
  }

  readDirectory(uri: vscode.Uri): Thenable<[string, vscode.FileType][]> {
    return vscode.workspace.fs.readDirectory(this.shipped(uri));
  }

  readFile(uri: vscode.Uri): Thenable<Uint8Array> {
    return vscode.workspace.fs.readFile(this.shipped(uri));
  }

  /** The sources of an installed version never change. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  /** Where the file lies in the extension; nothing but sources of the VMM can be named. */
  private shipped(uri: vscode.Uri): vscode.Uri {
    const path = vscode.Uri.joinPath(uri, '.').path;
    if (!FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`)))
      throw vscode.FileSystemError.FileNotFound(uri);
    return vscode.Uri.joinPath(this.extension, path);
  }
}
