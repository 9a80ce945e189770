import { checkHost } from './check-host';
import { checkQuestion } from './check-question';
import { checkFurther, checkTests } from './check-tests';
import type { CheckedParts, Checking, CheckRequest } from './checking';
import type { Task } from './lab';
import { labReader } from './lab-files';
import { LabPrograms } from './lab-programs';
import { Moments } from './moments';
import type { LabResult, TaskResult } from './result';

/** Checks a student's files and answers, task by task. What is wrong with them costs points and is told; nothing of it is an exception. */
export async function checkLab(request: CheckRequest): Promise<LabResult> {
  const faults: string[] = [];
  const { variant } = request.answers;
  const programs = new LabPrograms(
    labReader(request.files),
    variant === undefined ? undefined : request.lab.variants[variant],
  );
  const pause = request.pause ?? (() => Promise.resolve());
  const checking: Checking = {
    ...request,
    ...{ programs, pause },
    moments: new Moments(programs, pause),
    fault: (text) => {
      if (!faults.includes(text)) faults.push(text);
    },
  };
  const { lab, tasks: wanted, files } = request;
  const results: TaskResult[] = [];
  for (const task of lab.tasks) {
    if (wanted && !wanted.includes(task.id)) continue;
    results.push(resultOf(task, await checkTask(task, checking)));
  }
  // Who has handed in a replay has not seen these.
  const furtherChecking: Checking = { ...checking, noteRun: undefined };
  for (const name of wanted ? [] : (files.instructor?.names ?? [])) {
    const checked = await checkFurther(name, furtherChecking);
    const of = checked.parts.reduce((sum, part) => sum + part.of, 0);
    results.push(resultOf({ id: `instructor/${name}`, title: `Further checks: ${name}`, points: of }, checked));
  }
  for (const task of wanted ? [] : (files.instructor?.tasks ?? []))
    results.push(resultOf({ ...task, id: `instructor/${task.id}` }, await checkTask(task, furtherChecking)));
  const sum = (of: (task: TaskResult) => number): number => results.reduce((total, task) => total + of(task), 0);
  return { points: sum(({ points }) => points), of: sum(({ of }) => of), tasks: results, faults };
}

function checkTask(task: Task, checking: Checking): Promise<CheckedParts> {
  switch (task.work.kind) {
    case 'tests':
      return checkTests(task.work.file, task.work.tests, checking);
    case 'host':
      return checkHost(task.work, checking);
    case 'question':
    case 'predict':
      return checkQuestion(task, checking);
  }
}

function resultOf(
  { id, title, points: of }: Pick<Task, 'id' | 'title' | 'points'>,
  { tried, parts, problem }: CheckedParts,
): TaskResult {
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  return { id, title, points, of, tried, parts, problem };
}
