import * as vscode from 'vscode';

/** The sample's files as they are shipped, and a copy of them that its owner edits. */
export class SampleFiles {
  constructor(
    private readonly shipped: vscode.Uri,
    private readonly folder: vscode.Uri,
  ) {}

  /** Whether there is a copy. */
  async exist(): Promise<boolean> {
    return (await found(vscode.workspace.fs.stat(this.folder))) !== undefined;
  }

  /** Copies what is not there. */
  async copyMissing(): Promise<void> {
    await vscode.workspace.fs.createDirectory(this.folder);
    for (const name of await this.names()) {
      if ((await contents(this.copyOf(name))) === undefined) await this.copy(name);
    }
  }

  /** Names of the files that are not as they came, or are gone. */
  async changed(): Promise<string[]> {
    const names = await this.names();
    const differ = await Promise.all(names.map((name) => this.differs(name)));
    return names.filter((_, index) => differ[index]);
  }

  /** Makes these files what they were. In an open editor that is an edit, which can be undone. */
  async reset(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const document = openDocument(this.copyOf(name));
      if (document) await this.resetDocument(document, name);
      else await this.copy(name);
    }
  }

  private async resetDocument(document: vscode.TextDocument, name: string): Promise<void> {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(this.original(name)));
    const edit = new vscode.WorkspaceEdit();
    const end = document.lineAt(document.lineCount - 1).range.end;
    edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text);
    await vscode.workspace.applyEdit(edit);
    await document.save();
  }

  private async differs(name: string): Promise<boolean> {
    const [original, copy] = await Promise.all([contents(this.original(name)), contents(this.copyOf(name))]);
    if (!original || !copy || original.length !== copy.length) return true;
    return openDocument(this.copyOf(name))?.isDirty === true || original.some((byte, index) => byte !== copy[index]);
  }

  private copy(name: string): Thenable<void> {
    return vscode.workspace.fs.copy(this.original(name), this.copyOf(name), { overwrite: true });
  }

  /** Paths of the files, from the sample's folder. */
  private async names(folder = ''): Promise<string[]> {
    const entries = await vscode.workspace.fs.readDirectory(this.original(folder));
    const found = entries.map(async ([name, type]) =>
      type === vscode.FileType.Directory ? this.names(`${folder}${name}/`) : [`${folder}${name}`],
    );
    return (await Promise.all(found)).flat();
  }

  private original(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.shipped, name);
  }

  private copyOf(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, name);
  }
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

/** Undefined when there is no such file. */
function contents(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  return found(vscode.workspace.fs.readFile(uri));
}

/** Undefined for what is not there; any other failure is one. */
async function found<Value>(wanted: Thenable<Value>): Promise<Value | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}
