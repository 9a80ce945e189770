import * as vscode from 'vscode';
import { functionOrLineBreakpoint } from '../../extension/labs/lab-breakpoint';
import { hintsOf } from '../../extension/labs/progress';
import { ShippedLabs } from '../../extension/labs/shipped-labs';
import { StudentFolder } from '../../extension/labs/student-folder';
import { RunnerClient } from '../../extension/runner/client';
import type { Job, News } from '../../extension/runner/protocol';
import { runnerInWorker } from '../../extension/runner/start-worker';
import { Debugged } from './debugging';
import { extension, fixture } from './support';

/** Does a job in the runner's worker, as the extension in a browser does. @throws Error where it fails as a whole */
async function perform(job: Job): Promise<News[]> {
  const { extensionUri } = extension();
  const start = () =>
    runnerInWorker(new Worker(vscode.Uri.joinPath(extensionUri, 'dist/web/runner.js').toString(true)));
  const read = async (uri: string): Promise<Uint8Array | undefined> =>
    vscode.workspace.fs.readFile(vscode.Uri.parse(uri)).then(
      (bytes) => bytes,
      () => undefined,
    );
  const client = new RunnerClient(start, read);
  try {
    const told: News[] = [];
    const problem = await client.run(job, { tell: (news) => void told.push(news), onCancel: () => {} });
    if (problem !== undefined) throw new Error(problem);
    return told;
  } finally {
    client.dispose();
  }
}

/** The tests of a source and of a test file, on every engine, with the machine in a worker. */
export async function runsGuestTests(): Promise<void> {
  for (const [name, test] of [
    ['tests/factorial.S', 'computes the factorial of 5'],
    ['tests/greet.test.json', 'greets who says a name'],
  ] as const) {
    const file = fixture(name);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    const wanted = [{ name: test, engines: ['none', 'full', 'hardware'] }];
    const told = await perform({ kind: 'tests', file: file.toString(), text, wanted });
    const outcomes = told.map((news) => (news.kind === 'ended' ? news.result.outcome : news.kind)).join(' ');
    if (outcomes !== 'began passed began passed began passed') throw new Error(`${name}: ${outcomes}`);
  }
}

/** The first lab, in a folder of the workspace. */
async function startedLab() {
  const shipped = new ShippedLabs(extension().extensionUri);
  const [read] = await perform({ kind: 'labs', labs: await shipped.texts() });
  const lab = read?.kind === 'labs' ? read.labs[0] : undefined;
  if (!lab) throw new Error('There is no lab.');
  const folder = fixture(lab.name);
  if (!(await StudentFolder.read(folder))) await StudentFolder.start(folder, lab, shipped);
  const job = {
    lab: await shipped.text(lab.folder),
    workspace: folder.toString(),
    checks: shipped.checksOf(lab.folder).toString(),
  };
  return { lab, folder, job };
}

/** A lab that is started, and checked by its own checks. */
export async function checksLab(): Promise<void> {
  const { lab, job } = await startedLab();
  const [checked] = await perform({ kind: 'lab-check', ...job });
  if (checked?.kind !== 'checked') throw new Error('It was not checked.');
  const { result, problems } = checked.checked;
  const wrong = [...problems, ...result.faults, ...result.tasks.flatMap(({ problem }) => problem ?? [])];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  if (result.of !== lab.points || result.points >= result.of)
    throw new Error(`${result.points} of ${result.of} points`);
}

/** Hints that are unfolded one by one, each kept in the student's folder. */
export async function unfoldsHints(): Promise<void> {
  const { lab, folder } = await startedLab();
  const task = lab.tasks.find(({ hints }) => hints.length > 1);
  if (!task) throw new Error('No task has two hints.');
  for (const count of [1, 2]) {
    await (await StudentFolder.read(folder))?.hint(task.id, count);
    const shown = hintsOf((await StudentFolder.read(folder))?.progress, task);
    if (shown.join() !== task.hints.slice(0, count).join()) throw new Error(`${count}: ${shown.join()}`);
  }
}

/** The guest of a question, debugged to where it is asked. */
export async function debugsLab(): Promise<void> {
  const { lab, folder, job } = await startedLab();
  const question = lab.tasks.find(({ kind }) => kind === 'question');
  if (!question) throw new Error('The lab has no question.');
  const [told] = await perform({ kind: 'lab-launch', task: question.id, ...job });
  const launch = told?.kind === 'launch' ? told.launch : undefined;
  if (!launch?.place) throw new Error(JSON.stringify(told));
  const stop = functionOrLineBreakpoint(launch.place, launch.arrival, folder);
  vscode.debug.addBreakpoints([stop]);
  const debugged = new Debugged();
  try {
    const configuration = { ...launch.attributes, type: 'hyperstep', request: 'launch', name: question.title };
    if (!(await debugged.start(undefined, configuration))) throw new Error('Nothing was started.');
    const { threadId } = await debugged.stopped();
    await debugged.inFocus();
    const [top] = await debugged.stack(threadId);
    const wanted = 'label' in launch.place ? launch.place.label : String(launch.place.line);
    if (top?.name !== wanted && String(top?.line) !== wanted)
      throw new Error(`${top?.name}:${top?.line}, not ${wanted}`);
  } finally {
    await debugged.stop();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  }
}
