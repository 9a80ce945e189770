import * as vscode from 'vscode';
import type { FoundTest, GuestTests, TextRange } from '../language-server/protocol';

/** What an item of the tree stands for. */
export interface ItemMeaning {
  readonly file: vscode.Uri;
  /** Of a test and of its engines. */
  readonly test?: string;
  readonly engine?: string;
}

/** A test on one engine: what can be run. */
export interface TestLeaf extends Required<ItemMeaning> {
  readonly item: vscode.TestItem;
}

/** What the tree needs of VS Code's controller. */
export type ItemMaker = Pick<vscode.TestController, 'items' | 'createTestItem'>;

/** The tests of the workspace as items: a file, its tests, their engines. */
export class TestTree {
  private readonly meanings = new WeakMap<vscode.TestItem, ItemMeaning>();

  constructor(private readonly controller: ItemMaker) {}

  /** Takes over what a file says now. */
  update(file: vscode.Uri, { tests, problems }: GuestTests): void {
    if (tests.length === 0 && problems.length === 0) {
      this.remove(file);
      return;
    }
    const item = this.itemIn(this.controller.items, { file }, nameOf(file));
    item.description = folderOf(file);
    item.error = problems.length === 0 ? undefined : errorOf(file, problems);
    keepOnly(
      item.children,
      tests.map((test) => this.testItem(item, file, test)),
    );
  }

  remove(file: vscode.Uri): void {
    this.controller.items.delete(idOf({ file }));
  }

  /** The files that have an item. */
  get files(): vscode.Uri[] {
    return [...this.controller.items].flatMap(([, item]) => item.uri ?? []);
  }

  /** The leaves that a run is about, each once and in the order of the tree. */
  leavesOf({ include, exclude }: Pick<vscode.TestRunRequest, 'include' | 'exclude'>): TestLeaf[] {
    const excluded = new Set(exclude);
    const wanted = include ? new Set(include) : undefined;
    const found: TestLeaf[] = [];
    const walk = (item: vscode.TestItem, isWanted: boolean): void => {
      if (excluded.has(item)) return;
      const wants = isWanted || (wanted?.has(item) ?? true);
      const { file, test, engine } = this.meanings.get(item) ?? {};
      if (wants && file && test !== undefined && engine !== undefined) found.push({ item, file, test, engine });
      for (const [, child] of item.children) walk(child, wants);
    };
    for (const [, item] of this.controller.items) walk(item, false);
    return found;
  }

  /** The files of a run that cannot be understood. */
  brokenIn({ include, exclude }: Pick<vscode.TestRunRequest, 'include' | 'exclude'>): vscode.TestItem[] {
    const items = include ?? [...this.controller.items].map(([, item]) => item);
    return items.filter((item) => item.error !== undefined && !exclude?.includes(item));
  }

  private testItem(parent: vscode.TestItem, file: vscode.Uri, { name, range, engines }: FoundTest): vscode.TestItem {
    const item = this.itemIn(parent.children, { file, test: name }, name);
    item.range = rangeOf(range);
    const leaves = engines.map((engine) => {
      const leaf = this.itemIn(item.children, { file, test: name, engine }, engine);
      leaf.range = item.range;
      return leaf;
    });
    keepOnly(item.children, leaves);
    return item;
  }

  /** The item of a meaning, the one that is there if there is one: it keeps its results. */
  private itemIn(items: vscode.TestItemCollection, meaning: ItemMeaning, label: string): vscode.TestItem {
    const id = idOf(meaning);
    const item = items.get(id) ?? this.controller.createTestItem(id, label, meaning.file);
    this.meanings.set(item, meaning);
    items.add(item);
    return item;
  }
}

/** Whatever tests are called, no two have the same. */
const idOf = ({ file, test, engine }: ItemMeaning): string =>
  JSON.stringify([file.toString(), test, engine].filter((part) => part !== undefined));

function keepOnly(items: vscode.TestItemCollection, kept: readonly vscode.TestItem[]): void {
  const changed = items.size !== kept.length || kept.some((item) => items.get(item.id) !== item);
  if (changed) items.replace(kept);
}

function errorOf(file: vscode.Uri, problems: GuestTests['problems']): vscode.MarkdownString {
  const error = new vscode.MarkdownString();
  for (const { message, range } of problems) {
    const place = file.with({ fragment: `L${range.start.line + 1},${range.start.character + 1}` });
    error
      .appendMarkdown(`[Line ${range.start.line + 1}](${place}): `)
      .appendText(message)
      .appendMarkdown('\n\n');
  }
  return error;
}

export function rangeOf({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

const nameOf = (file: vscode.Uri): string => file.path.slice(file.path.lastIndexOf('/') + 1);

/** The folder of a file in the workspace; nothing where it is the workspace itself. */
function folderOf(file: vscode.Uri): string {
  const relative = vscode.workspace.asRelativePath(file);
  return relative.slice(0, Math.max(0, relative.lastIndexOf('/')));
}
