import { chosen, compare } from './answer';
import { answerTo } from './answers-file';
import type { CheckedParts, Checking } from './checking';
import type { Near, Task } from './lab';
import type { Standing } from './moment-run';
import type { PartResult } from './result';
import { causeTruth, type Truth, truthOf } from './truth';

const NOT_ANSWERED = 'There is no answer yet.';
const WRONG = 'The answer is wrong.';

/** Compares the answer to a question with what the machine says. */
export async function checkQuestion(task: Task, checking: Checking): Promise<CheckedParts> {
  const { work, title, points } = task;
  if (work.kind !== 'question' && work.kind !== 'predict') throw new RangeError(`${task.id} is no question`);
  const answer = answerTo(task, checking.answers);
  const part = (right: boolean, help: string | undefined): PartResult => ({
    ...{ name: title, points: right ? points : 0, of: points, details: [] },
    help: right ? undefined : help,
  });
  if (answer === '') return { tried: false, parts: [part(false, NOT_ANSWERED)] };
  const { where, ask, near } = work.question;
  const standing = await checking.moments.at(where);
  if (typeof standing === 'string') return { tried: true, parts: [part(false, undefined)], problem: standing };
  const truth = truthOf(ask, standing);
  if (typeof truth === 'string') return { tried: true, parts: [part(false, undefined)], problem: truth };
  const { symbols } = standing.guest;
  const compared = compare(answer, truth, symbols);
  if (compared === 'right') return { tried: true, parts: [part(true, undefined)] };
  if (compared !== 'wrong') return { tried: true, parts: [part(false, sentence(compared.unreadable))] };
  const helps = near.filter((each) => isNear(each, answer, truth, standing)).map(({ help }) => help);
  const choices = ask.kind === 'choice' ? ask.choices : [];
  const index = chosen(
    answer,
    choices.map(({ text }) => text),
  );
  const ofChoice = index === undefined ? undefined : choices[index]?.help;
  return { tried: true, parts: [part(false, helps[0] ?? ofChoice ?? task.help ?? WRONG)] };
}

/** Whether a wrong answer is one that says what was misunderstood. */
function isNear({ answer: meant }: Near, answer: string, truth: Truth, standing: Standing): boolean {
  const { symbols } = standing.guest;
  if (typeof meant !== 'string') {
    const other = truthOf(meant, standing);
    return typeof other !== 'string' && compare(answer, other, symbols) === 'right';
  }
  const fold = (text: string): string => text.trim().toLowerCase();
  if (fold(meant) === fold(answer)) return true;
  if (!/^-?(0x[\da-f]+|\d+)$/i.test(meant)) return false;
  const value = BigInt.asUintN(64, meant.startsWith('-') ? -BigInt(meant.slice(1)) : BigInt(meant));
  if (truth.kind === 'cause') return compare(answer, causeTruth(value), symbols) === 'right';
  return truth.kind === 'number' && compare(answer, { kind: 'number', value }, symbols) === 'right';
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
