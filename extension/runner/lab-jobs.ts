import { errorLine } from '../../simulator/assembler/source/error-line';
import { UnreadableFile } from '../../simulator/assembler/source/read-file';
import { launchOfTest } from '../../simulator/guest-tests/index';
import {
  ANSWERS_FILE,
  answersOfFolder,
  checkLab,
  type Lab,
  labFolder,
  type Moment,
  pointsOf,
  questionsOf,
  readLab,
  type Task,
} from '../../simulator/labs/index';
import { joinPath } from '../../simulator/project/index';
import type { CheckedFolder } from '../cli/lab/checked-folder';
import type { BrokenLab, LabLaunch, ShownLab, ShownTask } from '../labs/shown-lab';
import type { JobSurroundings } from './job';
import type { LabCheckJob, LabLaunchJob, LabsJob, LabText } from './protocol';

/** Reads what labs say, as far as students see it. */
export async function readLabsJob({ labs }: LabsJob, { tell }: JobSurroundings): Promise<void> {
  const read = labs.map(shown);
  const isBroken = (each: ShownLab | BrokenLab): each is BrokenLab => 'problem' in each;
  tell({
    kind: 'labs',
    labs: read.flatMap((each) => (isBroken(each) ? [] : [each])).sort((a, b) => a.number - b.number),
    broken: read.filter(isBroken),
  });
}

/** Checks a student's folder. */
export async function checkLabJob(
  { lab: given, workspace, checks, tasks }: LabCheckJob,
  { host, confined, isCancelled, tell }: JobSurroundings,
): Promise<void> {
  const { name, lab } = labIn(given);
  const read = confined(workspace);
  const bytes = await read(ANSWERS_FILE);
  const text = bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes;
  const { answers, problems } = answersOfFolder(text, { name, lab }, ANSWERS_FILE);
  const readChecks = confined(checks);
  const result = await checkLab({
    ...{ lab, answers, tasks, find: host.find },
    files: { workspace: read, checks: readChecks },
    async pause() {
      await host.giveWay();
      if (isCancelled()) throw new Error('cancelled');
    },
  });
  const checked: CheckedFolder = {
    ...{ lab: name, title: lab.title, problems, questions: questionsOf(lab), result },
    ...{ isUntouched: undefined, replay: undefined },
  };
  tell({ kind: 'checked', checked });
}

/** How the guest of a question is launched, up to where it is asked about. */
export async function labLaunchJob(
  { lab: given, task: id, workspace, checks }: LabLaunchJob,
  { tell }: JobSurroundings,
): Promise<void> {
  const { lab } = labIn(given);
  const task = lab.tasks.find((each) => each.id === id);
  if (task?.work.kind !== 'question' && task?.work.kind !== 'predict')
    throw new Error(`the task ${id} asks about no guest`);
  tell({ kind: 'launch', launch: launchOf(task.work.question.where, workspace, checks) });
}

function launchOf({ program, run, place, arrival }: Moment, workspace: string, checks: string): LabLaunch {
  const [engine = 'none'] = run.engines;
  // Of a file in the folder: its paths are seen from there.
  const { attributes } = launchOfTest(joinPath(workspace, ANSWERS_FILE), program, run, engine);
  const ofLab = joinPath(workspace, 'checks');
  const moved = (value: unknown): unknown => {
    if (typeof value === 'string' && value.startsWith(`${ofLab}/`)) return checks + value.slice(ofLab.length);
    return Array.isArray(value) ? value.map(moved) : value;
  };
  const paths = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, moved(value)]));
  if (!place) return { attributes: paths, arrival };
  if ('file' in place) {
    const [own = place.file] = sourceNamed(place.file, paths['program']);
    return { attributes: paths, arrival, place: { file: own, line: place.line } };
  }
  const { label, offset } = place;
  return { attributes: paths, arrival, place: { label: offset === 0n ? label : `${label}+${offset}` } };
}

/** The files of a program that end with a name. */
function sourceNamed(name: string, program: unknown): string[] {
  const files: unknown[] = [program].flat();
  return files.filter(
    (file): file is string => typeof file === 'string' && (file === name || file.endsWith(`/${name}`)),
  );
}

function shown({ folder, text }: LabText): ShownLab | BrokenLab {
  const called = labFolder(folder);
  if (!called) return { folder, problem: 'its folder must be called as 07-second-stage is' };
  const { lab, problems } = readLab(text);
  if (!lab) return { folder, problem: problems.map(errorLine(`${folder}/lab.json`)).join('\n') };
  const { title, summary, minutes, lecture, given, variants } = lab;
  const tasks = lab.tasks.map(shownTask);
  return { ...called, folder, title, summary, minutes, lecture, points: pointsOf(lab), given, variants, tasks };
}

function shownTask({ id, title, text, points, hints, work }: Task): ShownTask {
  const ask = work.kind === 'question' || work.kind === 'predict' ? work.question.ask : undefined;
  return {
    ...{ id, title, text, points, hints, kind: work.kind },
    ...(ask?.kind === 'choice' ? { choices: ask.choices.map((choice) => choice.text) } : {}),
    ...('file' in work ? { file: work.file } : {}),
  };
}

/** @throws Error where the lab is not understood */
function labIn({ folder, text }: LabText): { readonly name: string; readonly lab: Lab } {
  const { lab, problems } = readLab(text);
  if (!lab) throw new Error(problems.map(errorLine(`${folder}/lab.json`)).join('\n'));
  return { name: labFolder(folder)?.name ?? folder, lab };
}

/** Files of a folder and nothing else, for who can only read paths. */
export function confinedBy(read: (path: string) => Promise<Uint8Array | undefined>): JobSurroundings['confined'] {
  return (folder) => async (file) => {
    const names = file.split('/');
    if (file === '' || file.startsWith('/') || names.some((name) => name === '..' || name.includes('\\')))
      return new UnreadableFile('is outside the folder, and not read');
    return read(`${folder}/${names.map(encodeURIComponent).join('/')}`);
  };
}
