import type { TSchema } from '@sinclair/typebox';
import { wordsOf } from './schema';

/**
 * What a value of a schema is, as a message says it: `"trap" or "kill"`, `an integer from 1 to 8`.
 * @param quote how a word is written
 */
export function expectedOf(schema: TSchema, quote: (word: string) => string = JSON.stringify): string {
  const { expected, unit } = schema;
  if (typeof expected === 'string') return expected;
  const words = wordsOf(schema);
  if (words) return words.map((word) => quote(word.const)).join(' or ');
  const plain = plainlyExpected(schema, quote);
  return typeof unit === 'string' ? `${plain} (${unit})` : plain;
}

function plainlyExpected(schema: TSchema, quote: (word: string) => string): string {
  switch (schema['type']) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `an integer${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'string':
      return schema['minLength'] === 1 ? 'a string that is not empty' : 'a string';
    case 'array':
      return schema['items']?.type === 'string' ? 'a list of strings' : 'a list';
    case 'object':
      return objectExpected(schema);
    case 'null':
      return 'null';
    default: {
      const variants: readonly TSchema[] = schema['anyOf'] ?? [];
      return variants.map((variant) => expectedOf(variant, quote)).join(' or ');
    }
  }
}

function rangeOf({ minimum, maximum }: TSchema): string {
  if (maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  return minimum === undefined ? '' : ` from ${minimum}`;
}

function objectExpected({ required = [] }: TSchema): string {
  const names = required.map((name: string) => `"${name}"`);
  return names.length === 0 ? 'an object' : `an object with ${names.join(' and ')}`;
}
