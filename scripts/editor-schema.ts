import type { TSchema } from '@sinclair/typebox';
import { wordsOf } from '../simulator/schema/schema';

/** A description of options as the JSON schema that VS Code completes, explains and checks by. */
export function editorSchema(schema: TSchema): object {
  const {
    description,
    default: value,
    suggested,
    expected,
    unit: _,
    suggestions,
    notYet: __,
    refused,
    ...rest
  } = schema;
  if (typeof refused === 'string') return refusedSchema(refused);
  const words = wordsOf(schema);
  const fallback: unknown = value ?? suggested;
  return {
    ...(words ? enumOf(words) : withParts(rest)),
    ...(Array.isArray(suggestions) ? { anyOf: [suggestionsOf(suggestions), {}] } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(description === undefined ? {} : { markdownDescription: description }),
    ...(typeof expected === 'string' ? messageOf(schema, expected) : {}),
  };
}

/** What nobody may say: not offered, and wrong whatever it is. */
function refusedSchema(why: string): object {
  return { not: {}, doNotSuggest: true, errorMessage: `This ${why}.` };
}

function enumOf(words: NonNullable<ReturnType<typeof wordsOf>>): object {
  const descriptions = words.map(({ description }) => description);
  return {
    type: 'string',
    enum: words.map((word) => word.const),
    ...(descriptions.every((text) => text === undefined) ? {} : { markdownEnumDescriptions: descriptions }),
  };
}

/** The schemas inside a schema. */
function withParts(schema: Omit<TSchema, 'static' | 'params'>): object {
  const { properties, items, anyOf, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(isSchema(items) ? { items: editorSchema(items) } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map(editorSchema) } : {}),
    ...(isSchema(properties) && Object.keys(properties).length > 0 ? { properties: propertiesOf(properties) } : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: isSchema(additionalProperties)
            ? editorSchema(additionalProperties)
            : additionalProperties,
        }),
  };
}

const isSchema = (value: unknown): value is TSchema => typeof value === 'object' && value !== null;

export function propertiesOf(properties: Readonly<Record<string, TSchema>>): object {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, editorSchema(schema)]));
}

/** Words that a text may be, among others. */
function suggestionsOf(suggestions: readonly { readonly word: string; readonly description: string }[]): object {
  return {
    enum: suggestions.map(({ word }) => word),
    enumDescriptions: suggestions.map(({ description }) => description),
  };
}

/** What an editor says of a wrong value, in the words of our own checks. */
function messageOf({ pattern }: TSchema, expected: string): object {
  const message = `It must be ${expected}.`;
  return pattern === undefined ? { errorMessage: message } : { patternErrorMessage: message };
}
