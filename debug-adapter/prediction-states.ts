/** What is predicted of a step, and what has come: a part of the protocol. */

import type { OwnArguments } from './request-arguments';

/** What can be predicted of the instruction at which a virtual CPU stands, and nothing of what will come. */
export type Predictable =
  | {
      /** `demand+4` */
      place: string;
      instruction: string;
      questions: PredictionQuestion[];
    }
  | { place: string /** Why nothing can be predicted here. */; refusal: string };

/** The predicted cause where nothing is to trap. */
export const NO_TRAP = 'none';

export interface PredictionQuestion {
  id: 'pc' | 'mode' | 'cause' | 'handler' | 'leaf';
  text: string;
  /** Without them the answer is a text. */
  choices?: PredictionChoice[];
  /** It is asked only where a trap has been predicted. */
  askedOfTraps?: true;
}

export interface PredictionChoice {
  id: string;
  label: string;
  description?: string;
}

export type Predictions = OwnArguments['hyperstep/predictStep']['predictions'];

/** What was predicted of the last step beside what has come. */
export interface Predicted {
  place: string;
  instruction: string;
  /** False where something else has stopped the machine before the instruction was over: then there is nothing to compare. */
  isOver: boolean;
  answers: PredictedAnswer[];
}

export interface PredictedAnswer {
  id: PredictionQuestion['id'];
  predicted: string;
  came: string;
  isRight: boolean;
}
