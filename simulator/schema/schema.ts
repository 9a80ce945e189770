/**
 * What a description of options is made of: TypeBox schemas, which are a type, a check (`problems.ts`) and a JSON schema at once. Beside JSON
 * schema's own words they may have `expected`, what a value has to be, as a message says it; `unit`; `suggested`, what an editor fills in
 * where nothing said means more than one value; of a text `suggestions`, some of the words that it may be; of a choice `notYet`, words that
 * it will have; and of what nobody may say `refused`, why, as a sentence goes on that is about it.
 */
import {
  Literal,
  Never,
  Object as ObjectOf,
  type Static,
  type TLiteral,
  type TSchema,
  type TUnion,
  type TUnsafe,
  Union,
} from '@sinclair/typebox';

/** The type of what a schema describes; nobody changes options. */
export type Described<Schema extends TSchema> = Frozen<Static<Schema>>;

type Frozen<T> = T extends readonly (infer Entry)[]
  ? readonly Frozen<Entry>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

export interface SchemaWords {
  readonly description?: string;
  /** What a value has to be, after “must be”; from the rest of the schema when absent. */
  readonly expected?: string;
  readonly unit?: string;
  /** Of a choice: words that it will have one day, and does not yet. */
  readonly notYet?: readonly string[];
}

/** One of some words; with an object of words each has its description. */
export function choice<const Word extends string>(
  words: readonly Word[] | Readonly<Record<Word, string>>,
  options: SchemaWords = {},
): TUnion<TLiteral<Word>[]> {
  const literals = Array.isArray(words)
    ? words.map((word: Word) => Literal(word))
    : (Object.entries(words) as [Word, string][]).map(([word, description]) => Literal(word, { description }));
  const [only, another] = literals;
  // A union of one is that one, which says what it is by its value alone.
  const expected = only && another === undefined ? { expected: JSON.stringify(only.const) } : {};
  return Union(literals, { ...expected, ...options });
}

/** An object of any names. (TypeBox's `Record` has a pattern for them, which names with line breaks would slip through.) */
export function mapOf<Value extends TSchema>(value: Value, options: SchemaWords = {}): TMap<Value> {
  // The type of an object without names of its own does not tell what the others have.
  return ObjectOf({}, { ...options, additionalProperties: value }) as TSchema as TMap<Value>;
}

type TMap<Value extends TSchema> = TUnsafe<Record<string, Static<Value>>>;

/** An object that may not have some names, and why of each. The type knows nothing of them. */
export function withRefused<Schema extends TSchema>(schema: Schema, refused: Readonly<Record<string, string>>): Schema {
  const entries = Object.entries(refused).map(([name, why]) => [name, Never({ refused: why })]);
  return { ...schema, properties: { ...schema['properties'], ...Object.fromEntries(entries) } };
}

/** A schema with more to its description, for the place where it is used. */
export function withNote<Schema extends TSchema>(schema: Schema, note: string): Schema {
  return { ...schema, description: `${schema.description} ${note}` };
}

/** The words of a `choice`; undefined for other schemas. */
export function wordsOf(schema: TSchema): readonly TLiteral<string>[] | undefined {
  const variants: unknown = schema['anyOf'];
  if (!Array.isArray(variants) || !variants.every((variant) => typeof variant.const === 'string')) return undefined;
  return variants;
}
