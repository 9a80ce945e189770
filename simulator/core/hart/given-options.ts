import { Object as ObjectOf, Partial, String as Text, type TSchema, type TUnsafe, Union } from '@sinclair/typebox';
import { expectedOf } from '../../schema/expected';
import { fromText } from '../../schema/from-text';
import { type Problem, problemsOf } from '../../schema/problems';
import { type HartOptions, hartOptionSchema } from './options';

const { properties } = hartOptionSchema;
type Name = keyof HartOptions;
type Given = { readonly [name in Name]?: HartOptions[name] | string };

/** Options as somebody gives them: numbers, true and false may also be written as texts, as a command line has them. */
export const givenHartOptions = Partial(
  ObjectOf(Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, orText(schema)]))),
  {
    additionalProperties: false,
    description: 'What the manual leaves to the machine, by name. The defaults are QEMU’s choices.',
  },
) as TSchema as TUnsafe<Given>;

function orText(schema: TSchema): TSchema {
  const pattern = { integer: '^[0-9]+$', boolean: '^(true|false)$' }[String(schema['type'])];
  if (pattern === undefined) return schema;
  const { default: value, description = '' } = schema;
  return Union([schema, Text({ pattern })], { default: value, description, expected: expectedOf(schema) });
}

/** The values of what is given, after it was checked. */
export function hartOptionsOf(given: Given): Partial<HartOptions> {
  const read = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === 'string' ? fromText(properties[name as Name], value) : value,
  ]);
  return Object.fromEntries(read);
}

/** Some options, by their values. */
export const someHartOptions = Partial(hartOptionSchema, { additionalProperties: false });

/** What is wrong with values of options: of what was given, those that a text cannot be told to have before it is read. */
export function hartOptionProblems(options: unknown): Problem[] {
  return problemsOf(someHartOptions, options);
}
