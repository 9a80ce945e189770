import { isDone, type PartResult, type TaskResult } from '../../../simulator/labs/index';
import type { CheckedFolder } from './checked-folder';
import { printable } from './printable';

/** What came of a lab, as somebody reads it who wants to go on. */
export function checkText({ title, problems, questions, result }: CheckedFolder): string {
  const lines = [
    ...[...problems, ...result.faults].map((problem) => `ERROR ${problem}`),
    ...result.tasks.flatMap((task) => taskLines(task, questions[task.id])),
    `${title}: ${result.points} of ${result.of} points`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** @param question of a task that is answered: it is told while there is no answer */
function taskLines(task: TaskResult, question: string | undefined): string[] {
  const { id, title, points, of, tried, problem, parts } = task;
  const mark = isDone(task) ? 'ok  ' : points > 0 ? 'part' : tried ? 'no  ' : '-   ';
  return [
    `${mark} ${`${points}/${of}`.padStart(5)}  ${title} (${id})`,
    ...(problem === undefined ? [] : problem.split('\n').map((line) => `             ${line}`)),
    ...(tried || question === undefined ? [] : wrapped(question).map((line) => `             ${line}`)),
    ...parts.filter((part) => !isDone(part)).flatMap((part) => partLines(part, parts.length > 1)),
  ];
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
