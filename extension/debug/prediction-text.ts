import type { Predicted, PredictionQuestion } from '../../debug-adapter/protocol';

/** How many predictions were right, of how many. */
export interface Score {
  readonly right: number;
  readonly of: number;
}

export const noScore: Score = { right: 0, of: 0 };

export function scoreOf({ answers }: Predicted): Score {
  return { right: answers.filter(({ isRight }) => isRight).length, of: answers.length };
}

export function addScores(one: Score, other: Score): Score {
  return { right: one.right + other.right, of: one.of + other.of };
}

/** What was asked, as it is called in lists. */
const NAMES: Readonly<Record<PredictionQuestion['id'], string>> = {
  pc: 'pc',
  mode: 'mode',
  cause: 'trap',
  handler: 'handled by',
  leaf: 'leaf entry',
};

/** In one sentence: what was wrong is told, since it is that which one learns from. */
export function predictionSentence(predicted: Predicted): string {
  const { answers, isOver, instruction } = predicted;
  if (!isOver) return `Something else has stopped the machine before ${instruction} was over: nothing is compared.`;
  const { right, of } = scoreOf(predicted);
  if (of === 0) return `${instruction}: nothing was predicted.`;
  const wrong = answers.filter(({ isRight }) => !isRight);
  const all = of === 1 ? 'Right' : `All ${of} right`;
  if (wrong.length === 0) return `${all}: ${instruction}.`;
  const told = wrong.map(({ id, predicted: said, came }) => `${NAMES[id]}: ${came} (predicted: ${said})`);
  return `${right} of ${of} right: ${instruction}. ${told.join('; ')}.`;
}

/** Line by line, for the list of all. @param total with this one */
export function predictionLines(predicted: Predicted, total: Score): string[] {
  const { place, instruction, answers, isOver } = predicted;
  if (!isOver) return [`${place}: ${instruction}: stopped before it was over`];
  const { right, of } = scoreOf(predicted);
  return [
    `${place}: ${instruction}: ${right} of ${of} right`,
    ...answers.map(({ id, predicted: said, came, isRight }) =>
      isRight ? `  right  ${NAMES[id]}: ${came}` : `  wrong  ${NAMES[id]}: ${came} (predicted: ${said})`,
    ),
    `  so far ${total.right} of ${total.of} right`,
  ];
}
