import * as vscode from 'vscode';
import { LONGEST_TEXT, mayBeAnnotated, testFileSuffix } from '../../simulator/guest-tests/marks';

/** Files of the workspace that may say tests. */
const TEST_FILES = `**/*${testFileSuffix}`;
const SOURCES = '**/*.{s,S,sx,asm}';
/** What is no part of the workspace for tests: as on the command line. */
const LEFT_OUT = '**/{node_modules,.*}/**';
/** Files of a workspace that are looked at: of more, nobody means all. */
const MOST_FILES = 10_000;
/** Files that are read at once. */
const BESIDE = 8;
/** Milliseconds without a key before an edited file is read. */
const REST = 400;

/** A file with what it says now; without a text when it says no tests any more. */
export interface TestText {
  readonly file: vscode.Uri;
  readonly text: string | undefined;
}

/** The files that say tests: found in the workspace when somebody asks for them, watched, and followed in editors. */
export class TestFiles implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<TestText>();
  readonly onDidChange = this.changed.event;
  private readonly edits = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    const watchers = [TEST_FILES, SOURCES].map((glob) => vscode.workspace.createFileSystemWatcher(glob));
    this.subscriptions = [
      ...watchers,
      ...watchers.flatMap((watcher) => [
        watcher.onDidCreate((file) => this.look(file)),
        watcher.onDidChange((file) => this.look(file)),
        watcher.onDidDelete((file) => this.changed.fire({ file, text: undefined })),
      ]),
      vscode.workspace.onDidOpenTextDocument((document) => this.show(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.edited(document)),
      // What was edited and is not saved is gone with its editor.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.look(uri)),
    ];
  }

  /** Those that are open: what is opened later, `onDidChange` tells. */
  showOpen(): void {
    for (const document of vscode.workspace.textDocuments) this.show(document);
  }

  /** Looks for all of the workspace. @param take what is told of each, before the next is read @returns those that say tests */
  async find(
    take: (found: TestText) => Promise<void>,
    token: vscode.CancellationToken | undefined,
  ): Promise<vscode.Uri[]> {
    const patterns = [TEST_FILES, SOURCES];
    const lists = await Promise.all(
      patterns.map((glob) => vscode.workspace.findFiles(glob, LEFT_OUT, MOST_FILES, token)),
    );
    const waiting = lists.flat();
    const found: vscode.Uri[] = [];
    const reader = async (): Promise<void> => {
      for (let file = waiting.shift(); file && !token?.isCancellationRequested; file = waiting.shift()) {
        const text = await textOf(file);
        if (text === undefined) continue;
        found.push(file);
        await take({ file, text });
      }
    };
    await Promise.all(Array.from({ length: BESIDE }, reader));
    return found;
  }

  private show(document: vscode.TextDocument): void {
    const { uri } = document;
    if (!isFollowed(uri)) return;
    const text = document.getText();
    // Of one that says none there is nothing to tell before it did.
    if (saysTests(uri, text)) this.changed.fire({ file: uri, text });
  }

  private edited({ uri }: vscode.TextDocument): void {
    if (!isFollowed(uri)) return;
    const key = uri.toString();
    clearTimeout(this.edits.get(key));
    this.edits.set(
      key,
      setTimeout(() => {
        this.edits.delete(key);
        this.look(uri);
      }, REST),
    );
  }

  private look(file: vscode.Uri): void {
    if (!isFollowed(file)) return;
    void textOf(file).then((text) => this.changed.fire({ file, text }));
  }

  dispose(): void {
    for (const timer of this.edits.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.subscriptions, this.changed).dispose();
  }
}

/** What a file says now, in an editor or else on its disk; undefined where that are no tests. */
export async function textOf(file: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  const text = open?.getText() ?? (await readText(file));
  return text !== undefined && saysTests(file, text) ? text : undefined;
}

async function readText(file: vscode.Uri): Promise<string | undefined> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(file);
    // A character of UTF-8 has four bytes at most.
    if ((type & vscode.FileType.File) === 0 || size > 4 * LONGEST_TEXT) return undefined;
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}

const saysTests = ({ path }: vscode.Uri, text: string): boolean =>
  path.endsWith(testFileSuffix) || mayBeAnnotated(text);

/** Files that a runner can read: of the workspace, or of this computer. */
function isFollowed(uri: vscode.Uri): boolean {
  const isKind = uri.path.endsWith(testFileSuffix) || /\.(s|sx|asm)$/i.test(uri.path);
  return isKind && (uri.scheme === 'file' || vscode.workspace.getWorkspaceFolder(uri) !== undefined);
}
