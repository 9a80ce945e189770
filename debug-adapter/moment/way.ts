import { FileFormatError, PlainReader, PlainWriter } from '../../simulator/machine/state/plain-codec';
import { decodeBase64, encodeBase64 } from '../../simulator/object/bytes/base64';
import { StateError } from '../../simulator/schema/state/state-error';
import { plainOf, readPlain } from '../../simulator/schema/state/values';
import { type Way, wayOf } from '../../simulator/system/record';
import { inputsSchema } from '../../simulator/system/record-schema';
import type { System } from '../../simulator/system/system';
import { RequestError } from '../request-error';
import type { Moment } from './moment';

/** The moment at which a machine stands. @param thread that has stopped @param typed texts of the launch's `input` */
export function momentOf(system: System, thread: number, typed: number): Moment {
  const { inputs, end } = wayOf(system);
  return {
    ...end,
    thread,
    ...(typed > 0 ? { typed } : {}),
    ...(inputs.length > 0 ? { inputs: inputsText(inputs) } : {}),
  };
}

/** The way to a moment. @throws RequestError where it cannot be understood */
export function wayTo({ inputs, thread: _, typed: __, ...end }: Moment): Way {
  return { inputs: inputs === undefined ? [] : readInputs(inputs), end };
}

function inputsText(inputs: Way['inputs']): string {
  const writer = new PlainWriter();
  writer.plain(plainOf(inputsSchema, inputs));
  return encodeBase64(writer.bytes);
}

/** @throws RequestError */
function readInputs(text: string): Way['inputs'] {
  const bytes = decodeBase64(text);
  if (!bytes) throw new RequestError('"moment.inputs" must be base64');
  try {
    const reader = new PlainReader(bytes);
    const inputs = readPlain(inputsSchema, reader.plain(), '"moment.inputs"');
    if (!reader.isAtEnd) throw new FileFormatError('there is more than inputs');
    return inputs;
  } catch (error) {
    if (!(error instanceof FileFormatError || error instanceof StateError)) throw error;
    throw new RequestError(`"moment.inputs" cannot be read: ${error.message}`);
  }
}
