import type { Work } from './lab';

/** What the file of a student's answers is called. */
export const ANSWERS_FILE = 'answers.json';

/** What a student's folder says of a lab. */
export interface Answers {
  /** The name of the lab. */
  readonly lab: string;
  /** Which of the lab's variants this is; the lab itself when absent. */
  readonly variant?: string;
  /** Whether checks leave a replay beside them. */
  readonly replay?: boolean;
  /** By the names of the tasks. */
  readonly answers: Readonly<Record<string, string>>;
  /** How many hints of a task are unfolded. */
  readonly hints: Readonly<Record<string, number>>;
}

/** Whether a task of a kind is one that is answered. */
export const isAnswered = (kind: Work['kind']): boolean => kind === 'question' || kind === 'predict';

/** What is answered to a task; an empty text where nothing is. */
export function answerTo({ id }: { readonly id: string }, { answers }: Pick<Answers, 'answers'>): string {
  return Object.hasOwn(answers, id) ? (answers[id] ?? '').trim() : '';
}

/** How many hints of a task are unfolded, as far as the file says. */
export function unfoldedHints({ id }: { readonly id: string }, { hints }: Pick<Answers, 'hints'>): number {
  return Object.hasOwn(hints, id) ? (hints[id] ?? 0) : 0;
}

/** Whether nothing is answered yet, and no hint unfolded. */
export function isBlank({ answers, hints }: Pick<Answers, 'answers' | 'hints'>): boolean {
  return Object.keys(hints).length === 0 && Object.values(answers).every((each) => each.trim() === '');
}

/** The answers of somebody who begins. @param lab its name @param asked the names of the tasks that are answered */
export function emptyAnswers(lab: string, asked: readonly string[]): Answers {
  return { lab, answers: Object.fromEntries(asked.map((id) => [id, ''])), hints: {} };
}

/** The text of the file that says these answers. */
export const answersText = (answers: Answers): string => `${JSON.stringify(answers, null, 2)}\n`;
