/** What a student's folder says of a lab (`answers.json`). */
import { Integer, Object as ObjectOf, Partial, Boolean as Switch, String as Text, Union } from '@sinclair/typebox';
import { type Described, mapOf } from '../schema/schema';
import { choiceLetter } from './answer';
import { type Answers, isAnswered } from './answers-file';
import { describedText, inWords, MOST_PROBLEMS } from './described-text';
import type { Lab, LabProblem, Task } from './lab';
import { TASK_ID } from './lab-options';

export const answersOptions = {
  $schema: Text({ description: 'The schema of this file, for other editors.' }),
  lab: Text({
    pattern: '^[a-z][a-z0-9-]{0,59}$',
    expected: 'the name of a lab',
    description: 'Of which lab this folder is: the name of its folder, without the number.',
  }),
  variant: Text({
    pattern: TASK_ID,
    expected: 'the name of a variant',
    description: 'Which variant of the lab this is, where it was started as one.',
  }),
  replay: Switch({
    description:
      'Whether `lab check` leaves a `replay.json` beside the answers, which may be handed in: who grades sees by it whether the runs come out as they did here.',
  }),
  answers: mapOf(
    // Numbers that JSON's readers keep exactly; greater ones are texts.
    Union(
      [Text({ maxLength: 1000 }), Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })],
      { expected: 'a text of at most 1000 characters, or a whole number of at most 53 bits' },
    ),
    {
      expected: 'an object of tasks and answers',
      description:
        'What is answered, by the names of the tasks: a text, or a whole number. An empty text is no answer.',
    },
  ),
  hints: mapOf(Integer({ minimum: 0, maximum: 100 }), {
    expected: 'an object of tasks and numbers',
    description: 'How many hints have been unfolded, by the names of the tasks.',
  }),
};

const { lab, ...more } = answersOptions;
export const answersSchema = ObjectOf(
  { lab, ...Partial(ObjectOf(more)).properties },
  { additionalProperties: false, description: 'The answers to a lab of HyperStep.' },
);

/** Answers, or what is wrong with their file: always one of the two. */
export type ReadAnswers =
  | { readonly answers: Answers; readonly problems: readonly [] }
  | { readonly answers: undefined; readonly problems: readonly LabProblem[] };

const WHOLE = 'the file of answers';

/** Reads the text of an `answers.json`. @param of the lab whose answers these are: where it is given, its tasks are the only ones */
export function readAnswers(text: string, of?: Pick<Lab, 'tasks'>): ReadAnswers {
  const read = describedText(answersSchema, text, WHOLE);
  if (!('value' in read)) return { answers: undefined, problems: read };
  const { lab: name, variant, replay, answers = {}, hints = {} } = read.value as Described<typeof answersSchema>;
  const known = of?.tasks.map(({ id }) => id);
  const problems = (['answers', 'hints'] as const).flatMap((part) =>
    read
      .namesAt([part])
      .filter((id) => known?.includes(id) === false)
      .slice(0, MOST_PROBLEMS)
      .map((id) => ({
        range: read.rangeOf([part, id], 'name'),
        message: inWords(
          [part],
          `has ${JSON.stringify(id.slice(0, 60))}, and the lab has no such task; there are ${known?.join(', ')}`,
          WHOLE,
        ),
      })),
  );
  if (problems.length > 0) return { answers: undefined, problems };
  const texts = Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, String(answer)]));
  const said = { ...(variant === undefined ? {} : { variant }), ...(replay === undefined ? {} : { replay }) };
  return { answers: { lab: name, ...said, answers: texts, hints: { ...hints } }, problems: [] };
}

/** What is asked in each task that is answered, by the tasks' names, with what there is to choose from: who has no answer yet is told. */
export function questionsOf({ tasks }: Pick<Lab, 'tasks'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tasks.filter(({ work }) => isAnswered(work.kind)).map((task) => [task.id, questionOf(task)]),
  );
}

function questionOf({ text, work }: Task): string {
  const ask = work.kind === 'question' || work.kind === 'predict' ? work.question.ask : undefined;
  const choices = ask?.kind === 'choice' ? ask.choices : [];
  return [text, ...choices.map((choice, index) => `${choiceLetter(index)}. ${choice.text}`)].join('\n');
}
