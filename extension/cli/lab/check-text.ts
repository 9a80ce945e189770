import { isDone, type PartResult, type TaskResult } from '../../../simulator/labs/index';
import type { CheckedFolder } from './checked-folder';
import { printable } from './printable';

/** What came of a lab, as somebody reads it who wants to go on. */
export function checkText({ title, problems, result }: CheckedFolder): string {
  const lines = [
    ...[...problems, ...result.faults].map((problem) => `ERROR ${problem}`),
    ...result.tasks.flatMap(taskLines),
    `${title}: ${result.points} of ${result.of} points`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function taskLines(task: TaskResult): string[] {
  const { id, title, points, of, tried, problem, parts } = task;
  const mark = isDone(task) ? 'ok  ' : points > 0 ? 'part' : tried ? 'no  ' : '-   ';
  return [
    `${mark} ${`${points}/${of}`.padStart(5)}  ${title} (${id})`,
    ...(problem === undefined ? [] : problem.split('\n').map((line) => `             ${line}`)),
    ...parts.filter((part) => !isDone(part)).flatMap((part) => partLines(part, parts.length > 1)),
  ];
}

/** @param isNamed whether the task has several of them */
function partLines({ name, help, details }: PartResult, isNamed: boolean): string[] {
  const head = [...(isNamed ? [name] : []), ...(help === undefined ? [] : [help])].join(': ');
  return [...(head === '' ? [] : [`             ${head}`]), ...details.map((line) => `               ${line}`)];
}
