import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { confinedReader } from '../../extension/cli/lab/confined-files';
import { findPattern } from '../../extension/cli/test/find-pattern';
import type { JobSurroundings } from '../../extension/runner/job';
import { checkLabJob, confinedBy, labLaunchJob, readLabsJob } from '../../extension/runner/lab-jobs';
import type { News } from '../../extension/runner/protocol';
import { UnreadableFile } from '../../simulator/assembler/source/read-file';

const folder = '01-kill-or-emulate';
const shipped = path.resolve('labs', folder);
const workspace = path.resolve('out/test-lab-jobs/kill-or-emulate');
const text = (): string => readFileSync(path.join(shipped, 'lab.json'), 'utf8');

describe('Labs in the runner', () => {
  let told: News[] = [];
  const surroundings: JobSurroundings = {
    host: {
      readFile: () => assert.fail('a lab reads the files of its folders only'),
      openDisk: () => assert.fail('a lab opens no disk of the computer'),
      build: () => assert.fail('a lab makes its programs itself'),
      find: findPattern,
      giveWay: () => Promise.resolve(),
      now: () => performance.now(),
    },
    confined: confinedReader,
    isCancelled: () => false,
    tell: (news) => void told.push(news),
  };
  const ofLab = () => ({ lab: { folder, text: text() }, workspace, checks: path.join(shipped, 'checks') });

  beforeEach(() => {
    told = [];
    rmSync(workspace, { recursive: true, force: true });
    mkdirSync(workspace, { recursive: true });
    cpSync(path.join(shipped, 'start'), workspace, { recursive: true });
    writeFileSync(path.join(workspace, 'answers.json'), '{"lab": "kill-or-emulate", "answers": {"legal-by": "vmm"}}');
  });

  it('are read as students see them: without the truth of a question', async () => {
    const labs = [
      { folder, text: text() },
      { folder: 'x', text: '{}' },
      { folder: '09-broken', text: '{ "title": 3 }' },
    ];
    await readLabsJob({ kind: 'labs', labs }, surroundings);
    const [news] = told;
    assert.ok(news?.kind === 'labs');
    assert.deepEqual(
      news.labs.map(({ name, number, minutes }) => [name, number, minutes]),
      [['kill-or-emulate', 1, 30]],
    );
    assert.deepEqual(Object.keys(news.labs[0]?.tasks[0] ?? {}).sort(), [
      'hints',
      'id',
      'kind',
      'points',
      'text',
      'title',
    ]);
    assert.deepEqual(
      news.broken.map((each) => each.folder),
      ['x', '09-broken'],
    );
    assert.match(news.broken[1]?.problem ?? '', /09-broken\/lab\.json:1:\d+: /);
  });

  it('are checked as on the command line: all tasks, or some', async () => {
    await checkLabJob({ kind: 'lab-check', ...ofLab() }, surroundings);
    const [news] = told;
    assert.ok(news?.kind === 'checked');
    const { result, problems } = news.checked;
    assert.deepEqual([problems, result.faults], [[], []]);
    assert.ok(result.points > 0 && result.points < result.of, `${result.points} of ${result.of}`);
    told = [];
    await checkLabJob({ kind: 'lab-check', ...ofLab(), tasks: ['legal-by'] }, surroundings);
    const [some] = told;
    assert.ok(some?.kind === 'checked');
    assert.deepEqual(
      some.checked.result.tasks.map(({ id, points, of }) => [id, points, of]),
      [['legal-by', 1, 1]],
    );
  });

  it('are given up when that is wanted', async () => {
    const job = checkLabJob({ kind: 'lab-check', ...ofLab() }, { ...surroundings, isCancelled: () => true });
    await assert.rejects(job, /cancelled/);
    assert.deepEqual(told, []);
  });

  it('lead the debugger to where a question is asked', async () => {
    await labLaunchJob({ kind: 'lab-launch', ...ofLab(), task: 'legal-by' }, surroundings);
    const [news] = told;
    assert.ok(news?.kind === 'launch');
    const { attributes, place, arrival } = news.launch;
    assert.deepEqual(attributes['program'], [path.join(shipped, 'checks/guest.S')]);
    assert.equal(attributes['virtualization'], 'full');
    assert.deepEqual([place, arrival], [{ label: 'after_legal' }, 1]);
    const none = labLaunchJob({ kind: 'lab-launch', ...ofLab(), task: 'nothing' }, surroundings);
    await assert.rejects(none, /asks about no guest/);
  });

  it('read nothing outside their folder in a browser either', async () => {
    const read = confinedBy(async (file) => new TextEncoder().encode(file))('vfs://w/lab');
    assert.equal(new TextDecoder().decode((await read('a b/c.s')) as Uint8Array), 'vfs://w/lab/a%20b/c.s');
    for (const file of ['../x', 'a/../../x', '/etc/passwd', '', 'a\\..\\x'])
      assert.ok((await read(file)) instanceof UnreadableFile, file);
  });
});
