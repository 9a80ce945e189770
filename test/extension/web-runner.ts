import * as vscode from 'vscode';
import { ShippedLabs } from '../../extension/labs/shipped-labs';
import { StudentFolder } from '../../extension/labs/student-folder';
import { RunnerClient } from '../../extension/runner/client';
import type { Job, News } from '../../extension/runner/protocol';
import { runnerInWorker } from '../../extension/runner/start-worker';
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

/** A lab that is started, and checked by its own checks. */
export async function checksLab(): Promise<void> {
  const shipped = new ShippedLabs(extension().extensionUri);
  const [read] = await perform({ kind: 'labs', labs: await shipped.texts() });
  const lab = read?.kind === 'labs' ? read.labs[0] : undefined;
  if (!lab) throw new Error('There is no lab.');
  const folder = fixture(lab.name);
  await StudentFolder.start(folder, lab, shipped);
  const [checked] = await perform({
    kind: 'lab-check',
    lab: await shipped.text(lab.folder),
    workspace: folder.toString(),
    checks: shipped.checksOf(lab.folder).toString(),
  });
  if (checked?.kind !== 'checked') throw new Error('It was not checked.');
  const { result, problems } = checked.checked;
  const wrong = [...problems, ...result.faults, ...result.tasks.flatMap(({ problem }) => problem ?? [])];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  if (result.of !== lab.points || result.points >= result.of)
    throw new Error(`${result.points} of ${result.of} points`);
}
