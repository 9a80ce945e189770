import { isRecord } from './record';

/**
 * Forms of values: each is a type and its check at once, and nothing else, for who reads what the same program has written and has no room
 * for schemas and their words.
 */
export type Form<T> = (value: unknown) => value is T;
export type Formed<F> = F extends Form<infer T> ? T : never;

export const aText: Form<string> = (value): value is string => typeof value === 'string';
export const aNumber: Form<number> = (value): value is number => typeof value === 'number';
export const aFlag: Form<boolean> = (value): value is boolean => typeof value === 'boolean';

/** It may be left out. */
export const maybe =
  <T>(form: Form<T>): Form<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || form(value);

export const listOf =
  <T>(form: Form<T>): Form<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(form);

/** An object of any names. */
export const namesTo =
  <T>(form: Form<T>): Form<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isRecord(value) && Object.values(value).every(form);

/** An object with these fields; others are not looked at. */
export const fieldsOf =
  <Fields extends Readonly<Record<string, Form<unknown>>>>(
    fields: Fields,
  ): Form<{ readonly [Name in keyof Fields]: Formed<Fields[Name]> }> =>
  (value): value is { readonly [Name in keyof Fields]: Formed<Fields[Name]> } =>
    isRecord(value) && Object.entries(fields).every(([name, form]) => form(value[name]));
