import * as integer from '../../../object/bytes/integer';
import type { OperandReader } from './directive';

/** GNU as keeps tags in an int. */
const largestTag = 0x7fff_ffff;

/** The tag of an attribute, as a number. */
export function attributeTagNumber(reader: OperandReader): number | undefined {
  const { start } = reader.lexer;
  const number = reader.constant('an attribute');
  if (number === undefined) return undefined;
  if (number >= 0 && number <= largestTag) return Number(number);
  reader.unit.error('attribute', `${number} is no number of an attribute`, start, reader.lexer.start);
  return undefined;
}

/** The value of an attribute that is a number: of 32 bits without a sign, as GNU as makes it. */
export function attributeValue(reader: OperandReader): number | undefined {
  const number = reader.constant('the value');
  return number === undefined ? undefined : Number(BigInt.asUintN(32, integer.toUnsigned(number)));
}
