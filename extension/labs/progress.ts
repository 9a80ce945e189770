import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { type Answers, answerTo, isBlank, unfoldedHints } from '../../simulator/labs/answers-file';
import type { LabResult, TaskResult } from '../../simulator/labs/result';
import { isRecord } from '../../simulator/schema/record';
import { type CheckedFolder, checkedFolder } from '../cli/lab/checked-folder';
import type { ShownLab, ShownTask } from './shown-lab';

/** How far somebody has come with a lab: undefined where it is not started. */
export interface Progress {
  readonly answers: Answers;
  /** What came of the last check; tasks that have not been checked are not in it. */
  readonly checked: CheckedFolder | undefined;
}

/** Reads the text of a file of answers, as far as the editor shows and changes it: who checks reads it by its schema. Undefined where it is none. */
export function readStudentAnswers(text: string): Answers | undefined {
  const read = parsed(text);
  if (!isRecord(read) || typeof read['lab'] !== 'string') return undefined;
  return {
    lab: read['lab'],
    ...(typeof read['variant'] === 'string' ? { variant: read['variant'] } : {}),
    answers: entriesOf(read['answers'], (value): value is string => typeof value === 'string'),
    hints: entriesOf(read['hints'], (value): value is number => Number.isInteger(value)),
  };
}

/** Reads what was kept of a check; undefined where it is none. */
export function readChecked(text: string): CheckedFolder | undefined {
  const read = parsed(text);
  return checkedFolder(read) ? read : undefined;
}

/** A check of all with one of some tasks after it. */
export function withTasks(before: CheckedFolder | undefined, after: CheckedFolder): CheckedFolder {
  if (!before) return after;
  const ids = new Set(after.result.tasks.map(({ id }) => id));
  const tasks = [...before.result.tasks.filter(({ id }) => !ids.has(id)), ...after.result.tasks];
  return { ...after, result: { ...after.result, ...pointsIn(tasks), tasks } };
}

function pointsIn(tasks: readonly TaskResult[]): Pick<LabResult, 'points' | 'of'> {
  const sum = (of: (task: TaskResult) => number): number => tasks.reduce((total, task) => total + of(task), 0);
  return { points: sum(({ points }) => points), of: sum(({ of }) => of) };
}

export function resultOf(progress: Progress | undefined, { id }: Pick<ShownTask, 'id'>): TaskResult | undefined {
  return progress?.checked?.result.tasks.find((task) => task.id === id);
}

/** The answer to a task; empty where there is none. */
export function answerOf(progress: Progress | undefined, task: Pick<ShownTask, 'id'>): string {
  return progress ? answerTo(task, progress.answers) : '';
}

/** The hints of a task that are unfolded. */
export function hintsOf(progress: Progress | undefined, task: Pick<ShownTask, 'id' | 'hints'>): readonly string[] {
  return task.hints.slice(0, progress ? unfoldedHints(task, progress.answers) : 0);
}

/** Whether somebody has started a lab and done nothing in it yet, as far as the editor knows: no answer, no hint, no check. */
export function isUntouched({ answers, checked }: Progress): boolean {
  return !checked && isBlank(answers);
}

/** The points that somebody has of those of the whole lab, of what was checked. */
export function pointsSoFar(progress: Progress, { tasks }: Pick<ShownLab, 'tasks'>): number {
  return tasks.reduce((sum, task) => sum + (resultOf(progress, task)?.points ?? 0), 0);
}

/** As the files of labs are read by whoever checks them: with comments. Undefined where a text is none. */
function parsed(text: string): unknown {
  const errors: ParseError[] = [];
  const read: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? read : undefined;
}

/** The text of a file of answers in which one thing is said otherwise: what else stands in it, and how, stays. */
export function withEntry(text: string, path: readonly ['answers' | 'hints', string], value: string | number): string {
  return applyEdits(text, modify(text, [...path], value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }));
}

function entriesOf<Value>(given: unknown, isValue: (value: unknown) => value is Value): Record<string, Value> {
  if (!isRecord(given)) return {};
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (isValue(value) ? [[name, value]] : [])));
}
