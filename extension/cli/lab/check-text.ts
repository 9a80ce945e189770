import { isDone, type PartResult, saysSomething, type TaskResult } from '../../../simulator/labs/index';
import type { CheckedFolder } from './checked-folder';
import { printable } from './printable';

/** What came of a lab, as somebody reads it who wants to go on. */
export function checkText({ title, problems, questions, result, isUntouched }: CheckedFolder): string {
  const told = new Map<string, string>();
  const lines = [
    ...(isUntouched ? [`Not begun yet: the folder is as 'hyperstep lab start' made it.`] : []),
    // A problem has several lines where it is what a compiler says.
    ...[...problems, ...result.faults].flatMap((problem) => `ERROR ${problem}`.split('\n')),
    ...result.tasks.flatMap((task) => taskLines(task, questions[task.id], told)),
    `${title}: ${result.points} of ${result.of} points`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/**
 * @param question of a task that is answered: it is told while there is no answer
 * @param told the task of each problem that has been told: one that keeps several from being looked at is told once
 */
function taskLines(task: TaskResult, question: string | undefined, told: Map<string, string>): string[] {
  const { id, title, points, of, tried, problem, parts } = task;
  const mark = isDone(task) ? 'ok  ' : points > 0 ? 'part' : tried ? 'no  ' : '-   ';
  return [
    `${mark} ${`${points}/${of}`.padStart(5)}  ${title} (${id})`,
    ...(problem === undefined ? [] : problemLines(problem, id, told).map((line) => `             ${line}`)),
    ...(tried || question === undefined ? [] : wrapped(question).map((line) => `             ${line}`)),
    ...parts.filter(saysSomething).flatMap((part) => partLines(part, parts.length > 1)),
  ];
}

function problemLines(problem: string, task: string, told: Map<string, string>): string[] {
  const before = told.get(problem);
  if (before !== undefined) return [`The same as in ${before}.`];
  told.set(problem, task);
  return problem.split('\n');
}

/** Characters of a line of a question. */
const WIDTH = 110;

function wrapped(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    for (const word of line.split(' ')) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}

/** @param isNamed whether the task has several of them */
function partLines({ name, help, details }: PartResult, isNamed: boolean): string[] {
  const head = [...(isNamed ? [name] : []), ...(help === undefined ? [] : [help])].join(': ');
  return [...(head === '' ? [] : [`             ${head}`]), ...details.map((line) => `               ${line}`)];
}
