import type { TSchema } from '@sinclair/typebox';
import { isRecord } from './record';

/** A value without nulls where a schema lets something be absent: some clients say null for it. */
export function withoutNulls(schema: TSchema, value: unknown): unknown {
  const { items } = schema;
  if (Array.isArray(value)) return items ? value.map((entry) => withoutNulls(items, entry)) : value;
  const properties: Readonly<Record<string, TSchema>> | undefined = schema['properties'];
  if (!isRecord(value) || !properties) return value;
  const required: readonly string[] = schema['required'] ?? [];
  const result = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    if (result[name] === null && !required.includes(name)) delete result[name];
    else if (result[name] !== undefined) result[name] = withoutNulls(property, result[name]);
  }
  return result;
}
