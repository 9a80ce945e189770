import * as vscode from 'vscode';
import { saysSomething, type TaskResult } from '../../simulator/labs/result';
import type { Labs } from './labs';
import type { ShownLab, ShownTask } from './shown-lab';

/** The tasks of the labs that are open, as items of the Testing view: to run one is to check it. */
export class LabTests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('hyperstep-labs', 'HyperStep: labs');
  private readonly tasks = new WeakMap<vscode.TestItem, { readonly lab: ShownLab; readonly task: ShownTask }>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly labs: Labs) {
    const { controller } = this;
    controller.createRunProfile(
      'Check',
      vscode.TestRunProfileKind.Run,
      (request, token) => this.run(request, token),
      true,
    );
    controller.refreshHandler = () => this.update();
    controller.resolveHandler = async (item) => {
      if (!item) await this.update();
    };
    // Labs that cannot be read are told in their view.
    this.subscription = labs.onDidChange(() => void this.update().catch(() => {}));
  }

  private async update(): Promise<void> {
    const items: vscode.TestItem[] = [];
    for (const lab of await this.labs.open()) {
      const folder = await this.labs.folderOf(lab);
      if (!folder) continue;
      const file = vscode.Uri.joinPath(folder.uri, 'README.md');
      const item = this.controller.createTestItem(lab.name, lab.title, file);
      item.sortText = orderOf(lab.number);
      item.children.replace(
        lab.tasks.map((task, index) => {
          const child = this.controller.createTestItem(`${lab.name}/${task.id}`, task.title, file);
          child.sortText = orderOf(index);
          this.tasks.set(child, { lab, task });
          return child;
        }),
      );
      items.push(item);
    }
    this.controller.items.replace(items);
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (!request.include) await this.update();
    const run = this.controller.createTestRun(request);
    for (const [, lab] of this.controller.items) {
      const items = this.wantedOf(lab, request);
      if (items.length === 0 || token.isCancellationRequested) continue;
      for (const item of items) run.started(item);
      await this.check(items, run, token);
    }
    run.end();
  }

  private async check(
    items: readonly vscode.TestItem[],
    run: vscode.TestRun,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const wanted = items.flatMap((item) => this.tasks.get(item) ?? []);
    const [first] = wanted;
    if (!first) return;
    try {
      const tasks = wanted.map(({ task }) => task);
      const isAll = tasks.length === first.lab.tasks.length;
      const { result } = await this.labs.check(first.lab, isAll ? undefined : tasks, (cancel) =>
        token.onCancellationRequested(cancel),
      );
      for (const item of items) {
        const id = this.tasks.get(item)?.task.id;
        const came = result.tasks.find((each) => each.id === id);
        if (came) tell(item, came, run);
        else run.skipped(item);
      }
    } catch (error) {
      const message = new vscode.TestMessage(error instanceof Error ? error.message : String(error));
      for (const item of items) {
        if (token.isCancellationRequested) run.skipped(item);
        else run.errored(item, message);
      }
    }
  }

  private wantedOf(lab: vscode.TestItem, { include, exclude }: vscode.TestRunRequest): vscode.TestItem[] {
    const isWanted = (item: vscode.TestItem): boolean => !include || include.includes(item) || include.includes(lab);
    return [...lab.children].map(([, item]) => item).filter((item) => isWanted(item) && !exclude?.includes(item));
  }

  dispose(): void {
    vscode.Disposable.from(this.subscription, this.controller).dispose();
  }
}

/** In the order of the lab, not of the letters. */
const orderOf = (number: number): string => String(number).padStart(4, '0');

/** A task without all of its points has failed, with what helps; one in which nothing was done has not been tried. */
function tell(item: vscode.TestItem, { points, of, tried, parts, problem }: TaskResult, run: vscode.TestRun): void {
  run.appendOutput(`${item.label}: ${points} of ${of} points\r\n`, undefined, item);
  if (points === of) {
    run.passed(item);
    return;
  }
  if (!tried) {
    run.skipped(item);
    return;
  }
  const texts = parts
    .filter(saysSomething)
    .map(({ name, help, details }) => [name, ...(help === undefined ? [] : [help]), ...details].join('\n'));
  run.failed(
    item,
    [...(problem === undefined ? [] : [problem]), ...texts].map((text) => new vscode.TestMessage(text)),
  );
}
