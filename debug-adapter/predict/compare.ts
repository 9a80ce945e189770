import { NO_TRAP, type PredictedAnswer, type PredictionQuestion, type Predictions } from '../protocol';
import { HANDLERS, type HandlerName, INTERRUPTED, LEAF_BITS, type LeafBits } from './questions';

/** What came of an instruction. */
export interface Outcome {
  readonly pc: bigint;
  readonly mode: string;
  /** The cause's name of the first trap; `NO_TRAP`, `INTERRUPTED`. */
  readonly cause: string;
  /** Of a trap. */
  readonly handler: HandlerName | undefined;
  /** Where the instruction had an access that the guest's tables translate. */
  readonly leaf: LeafBits | undefined;
}

/** How things are said. */
export interface Wording {
  addressInWords(address: bigint): string;
  /** By the cause's name. */
  causeInWords(id: string): string;
}

/** A prediction as it was meant: of pc the address. */
export interface Meant extends Omit<Predictions, 'pc'> {
  readonly pc?: bigint;
}

/** What was predicted beside what came, in the order of the questions. What nobody predicted is not told. */
export function compare(meant: Meant, came: Outcome, words: Wording): PredictedAnswer[] {
  const answer = (
    id: PredictionQuestion['id'],
    predicted: string,
    actual: string,
    isRight: boolean,
  ): PredictedAnswer => ({
    id,
    predicted,
    came: actual,
    isRight,
  });
  const answers: PredictedAnswer[] = [];
  if (meant.pc !== undefined)
    answers.push(answer('pc', words.addressInWords(meant.pc), words.addressInWords(came.pc), same(meant.pc, came.pc)));
  if (meant.mode !== undefined)
    answers.push(answer('mode', `${meant.mode}-mode`, `${came.mode}-mode`, meant.mode === came.mode));
  if (meant.cause !== undefined)
    answers.push(
      answer('cause', causeText(meant.cause, words), causeText(came.cause, words), meant.cause === came.cause),
    );
  // Who would handle a trap that did not come is no second mistake.
  if (meant.handler !== undefined && came.handler !== undefined)
    answers.push(
      answer('handler', textIn(HANDLERS, meant.handler), HANDLERS[came.handler], meant.handler === came.handler),
    );
  if (meant.leaf !== undefined && came.leaf !== undefined)
    answers.push(answer('leaf', textIn(LEAF_BITS, meant.leaf), LEAF_BITS[came.leaf], meant.leaf === came.leaf));
  return answers;
}

const same = (one: bigint, other: bigint): boolean => BigInt.asUintN(64, one) === BigInt.asUintN(64, other);

function causeText(id: string, words: Wording): string {
  if (id === NO_TRAP) return 'no trap';
  return id === INTERRUPTED ? 'an interrupt comes first' : words.causeInWords(id);
}

/** An answer's text; what somebody has answered that is no choice stands for itself. */
const textIn = (texts: Readonly<Record<string, string>>, id: string): string =>
  Object.hasOwn(texts, id) ? (texts[id] ?? id) : id;
