import { choiceLetter } from '../../simulator/labs/answer';
import { isAnswered } from '../../simulator/labs/answers-file';
import type { TaskResult } from '../../simulator/labs/result';
import { answerOf, hintsOf, type Progress, resultOf } from './progress';
import type { ShownLab, ShownTask } from './shown-lab';

/** A task as a page in Markdown: what is to be done, the hints that are unfolded, and what came of it. */
export function taskPage({ title: ofLab, lecture }: ShownLab, task: ShownTask, progress: Progress | undefined): string {
  const { title, text, points, hints, choices } = task;
  const unfolded = hintsOf(progress, task);
  const left = hints.length - unfolded.length;
  const lines = [
    `# ${title}`,
    `*${ofLab}* · ${points === 1 ? '1 point' : `${points} points`} · Lecture: ${lecture.deck}, ${lecture.slide}`,
    text,
    ...(choices ? [choices.map((choice, index) => `${choiceLetter(index)}. ${choice}`).join('\n\n')] : []),
    ...answerLines(task, progress),
    ...(unfolded.length > 0 || left > 0 ? ['## Hints'] : []),
    ...unfolded.map((hint, index) => `${index + 1}. ${hint}`),
    ...(left > 0 ? [`*${left === 1 ? 'One more' : `${left} more`} with HyperStep: Lab: Show the Next Hint.*`] : []),
    ...resultLines(resultOf(progress, task)),
  ];
  return `${lines.join('\n\n')}\n`;
}

function answerLines(task: ShownTask, progress: Progress | undefined): string[] {
  if (!isAnswered(task.kind)) return [];
  const answer = answerOf(progress, task);
  return ['## Your answer', answer === '' ? '*None yet.*' : fenced([answer])];
}

function resultLines(result: TaskResult | undefined): string[] {
  if (!result) return [];
  const { points, of, parts, problem, tried } = result;
  return [
    `## Checked: ${points} of ${of}`,
    ...(tried ? [] : ['*Nothing to look at yet.*']),
    ...(problem === undefined ? [] : [fenced(problem.split('\n'))]),
    ...parts.map((part) => {
      const head = `- **${part.points} of ${part.of}** ${part.name}`;
      const help = part.help === undefined ? [] : [`  ${part.help.replaceAll('\n', '\n  ')}`];
      const details = part.details.length === 0 ? [] : [fenced(part.details).replaceAll(/^/gm, '  ')];
      return [head, ...help, ...details].join('\n\n');
    }),
  ];
}

/** Lines as they are: longer fences than any in them. */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...lines, fence].join('\n');
}
