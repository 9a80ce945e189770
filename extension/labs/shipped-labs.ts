import * as vscode from 'vscode';
import { errorLine } from '../../simulator/assembler/source/error-line';
import { startFiles } from '../../simulator/labs/start-files';
import { isRecord } from '../../simulator/schema/record';
import type { LabText } from '../runner/protocol';
import type { ShownLab } from './shown-lab';

/** Where the build lists the files of the labs: an extension in a browser cannot list folders of its own. */
const LIST = 'dist/labs.json';

/** The labs that come with the extension. */
export class ShippedLabs {
  private list: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(private readonly extension: vscode.Uri) {}

  /** What each lab says. */
  async texts(): Promise<LabText[]> {
    const folders = [...(await this.files()).keys()];
    return Promise.all(folders.map((folder) => this.text(folder)));
  }

  /** What a lab says. @throws Error where its description is not there */
  async text(folder: string): Promise<LabText> {
    return { folder, text: new TextDecoder().decode(await this.read(folder, 'lab.json')) };
  }

  read(folder: string, file: string): Thenable<Uint8Array> {
    return vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.folderOf(folder), file));
  }

  /** A lab's folder `checks`. */
  checksOf(folder: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folderOf(folder), 'checks');
  }

  /** What a student starts with: paths in the lab's folder, by those in the student's. @throws Error where the lab lacks one */
  async startOf(
    { folder, given, variants }: Pick<ShownLab, 'folder' | 'given' | 'variants'>,
    variant: string | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const { files, problems } = startFiles({ given, variants }, (await this.files()).get(folder) ?? [], variant);
    if (!files) throw new Error(problems.map(errorLine(`${folder}/lab.json`)).join('\n'));
    return files;
  }

  private files(): Promise<ReadonlyMap<string, readonly string[]>> {
    this.list ??= this.readList();
    return this.list;
  }

  private async readList(): Promise<ReadonlyMap<string, readonly string[]>> {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.extension, LIST));
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(read)) throw new Error(`${LIST} is no list of labs`);
    return new Map(
      Object.entries(read).map(([folder, files]) => [folder, Array.isArray(files) ? files.map(String) : []]),
    );
  }

  private folderOf(folder: string): vscode.Uri {
    return vscode.Uri.joinPath(this.extension, 'labs', folder);
  }
}
