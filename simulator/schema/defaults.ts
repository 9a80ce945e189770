import type { Static, TProperties, TSchema } from '@sinclair/typebox';
import type { Described } from './schema';

/** A schema that says what holds when nothing is said. */
export function withDefault<Schema extends TSchema>(
  value: Static<Schema>,
  schema: Schema,
): Schema & { default: unknown } {
  return { ...schema, default: value };
}

/** Options of which each has a value, but for those without a default. */
export type Settled<Options extends TProperties> = {
  readonly [Name in keyof Options]: Options[Name] extends { default: unknown }
    ? Described<Options[Name]>
    : Described<Options[Name]> | undefined;
};

/** What is given, after it was checked, and the defaults of the rest. */
export function settled<Options extends TProperties>(
  options: Options,
  given: { readonly [Name in keyof Options]?: Described<Options[Name]> | undefined },
): Settled<Options> {
  const values = Object.entries(options).map(([name, schema]) => [name, given[name] ?? schema.default]);
  return Object.fromEntries(values) as Settled<Options>;
}
