/** Values of a state by their schemas: copied to plain data, and read back from plain data of which nothing is known. */
import { Kind, OptionalKind, type Static, type TSchema } from '@sinclair/typebox';
import { Check } from '@sinclair/typebox/value';
import { expectedOf } from '../expected';
import { briefly, type Path } from '../problems';
import { isRecord } from '../record';
import { NUMBERS, TABLE } from './fields';
import { isNumbers, isPlainList, isPlainRecord, type PlainRecord, type PlainValue } from './plain';
import { StateError } from './state-error';

type Schemas = { readonly [field: string]: TSchema };

/** A deep copy of a value, as plain data. Fields come in the order of the schema, so that equal states are equal data. */
export function plainOf(described: TSchema, value: unknown): PlainValue {
  const schema = meantOf(described, value) ?? described;
  if (isNumbers(value)) return value.slice();
  if (value instanceof Map)
    return [...value]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [plainOf(schema['key'], key), plainOf(schema['value'], of)]);
  if (Array.isArray(value)) return value.map((item) => plainOf(schema['items'], item));
  if (isRecord(value)) return plainRecord(schemasOf(schema), value);
  return scalar(value);
}

function plainRecord(schemas: Schemas, value: { readonly [field: string]: unknown }): PlainRecord {
  // What is missing is said by whoever reads it.
  const present = Object.entries(schemas).filter(([field]) => value[field] !== undefined);
  return Object.fromEntries(present.map(([field, schema]) => [field, plainOf(schema, value[field])]));
}

function scalar(value: unknown): PlainValue {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'string':
      return value;
    default:
      if (value === null) return value;
      throw new RangeError(`a state has no place for what is ${typeof value}`);
  }
}

/**
 * Plain data of which nothing is known, as a schema describes it.
 * @param what it is, for messages
 * @throws StateError that names the first field that is wrong
 */
export function readPlain<Schema extends TSchema>(schema: Schema, saved: PlainValue, what: string): Static<Schema> {
  // Every value has been read by its schema.
  return new StateReader(what).read(schema, saved, []) as Static<Schema>;
}

/** Reads saved values of one component. */
export class StateReader {
  /** @param component where it is in the machine, for messages */
  constructor(private readonly component: string) {}

  /** A new value as the schema describes it. @throws StateError that names the first field that is wrong */
  read(schema: TSchema, saved: PlainValue | undefined, path: Path): unknown {
    if (saved === undefined) this.refuse(path, `must be ${expectedOf(schema)}, and is missing`);
    switch (schema[Kind]) {
      case 'Object':
        return isPlainRecord(saved) ? this.record(schema, saved, path) : this.wrong(schema, saved, path);
      case 'Array':
        return isPlainList(saved) ? this.list(schema, saved, path) : this.wrong(schema, saved, path);
      case 'Union':
        return this.read(meantOf(schema, saved) ?? this.wrong(schema, saved, path), saved, path);
      case TABLE:
        return isPlainList(saved) ? this.table(schema, saved, path) : this.wrong(schema, saved, path);
      default:
        if (!fits(schema, saved)) this.wrong(schema, saved, path);
        return isNumbers(saved) ? saved.slice() : saved;
    }
  }

  /** @throws StateError */
  refuse(path: Path, problem: string): never {
    throw new StateError(this.component, path, problem);
  }

  private wrong(schema: TSchema, saved: PlainValue, path: Path): never {
    this.refuse(path, `must be ${expectedOf(schema)}, not ${briefly(saved)}`);
  }

  private record(schema: TSchema, saved: PlainRecord, path: Path): { [field: string]: unknown } {
    const schemas = schemasOf(schema);
    const given = (field: string): PlainValue | undefined => (Object.hasOwn(saved, field) ? saved[field] : undefined);
    const unknown = Object.keys(saved).find((field) => !Object.hasOwn(schemas, field));
    if (unknown !== undefined)
      this.refuse([...path, unknown], `is unknown; there are ${Object.keys(schemas).join(', ') || 'none'}`);
    const read = Object.entries(schemas).filter(([field, inner]) => given(field) !== undefined || !isOptional(inner));
    return Object.fromEntries(read.map(([field, inner]) => [field, this.read(inner, given(field), [...path, field])]));
  }

  private list(schema: TSchema, saved: readonly PlainValue[], path: Path): unknown[] {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    if (saved.length < minItems || saved.length > maxItems)
      this.refuse(path, `must be ${expectedOf(schema)}, not one of ${saved.length}`);
    return saved.map((item, index) => this.read(schema['items'], item, [...path, index]));
  }

  private table(schema: TSchema, saved: readonly PlainValue[], path: Path): Map<unknown, unknown> {
    if (saved.length > schema['most']) this.refuse(path, `must be ${expectedOf(schema)}, not one of ${saved.length}`);
    let before: PlainValue | undefined;
    const pairs = saved.map((pair, index): readonly [unknown, unknown] => {
      const at = [...path, index];
      if (!isPlainList(pair) || pair.length !== 2)
        this.refuse(at, `must be a pair of key and value, not ${briefly(pair)}`);
      const [key, value] = pair;
      const read = [this.read(schema['key'], key, [...at, 0]), this.read(schema['value'], value, [...at, 1])] as const;
      if (before !== undefined && key !== undefined && key !== null && before !== null && key <= before)
        this.refuse([...at, 0], `must be above the key before it, not ${briefly(key)}`);
      before = key;
      return read;
    });
    return new Map(pairs);
  }
}

/** Whether a value that holds no others is one of a schema. */
function fits(schema: TSchema, saved: PlainValue): boolean {
  if (schema[Kind] === NUMBERS) {
    const { make, least, most } = schema;
    return saved instanceof make && isNumbers(saved) && saved.length >= least && saved.length <= most;
  }
  if (!Check(schema, saved)) return false;
  return schema['mask'] === undefined || (Number(saved) & ~schema['mask']) === 0;
}

/** The schema itself, or which of its variants is meant, as far as that shows from outside: of records, by the words in them. */
function meantOf(schema: TSchema, value: unknown): TSchema | undefined {
  const variants: readonly TSchema[] | undefined = schema['anyOf'];
  if (!variants) return schema;
  const variant = variants.find((each) => isMeant(each, value));
  return variant && meantOf(variant, value);
}

function isMeant(variant: TSchema, value: unknown): boolean {
  switch (variant[Kind]) {
    case 'Object':
      return (
        isRecord(value) &&
        !isNumbers(value) &&
        !(value instanceof Map) &&
        literalsOf(variant).every(([field, word]) => value[field] === word)
      );
    case 'Array':
      return Array.isArray(value);
    case TABLE:
      return Array.isArray(value) || value instanceof Map;
    case 'Union':
      return meantOf(variant, value) !== undefined;
    case NUMBERS:
    case 'Uint8Array':
      return isNumbers(value);
    default:
      return Check(variant, value);
  }
}

function literalsOf(variant: TSchema): (readonly [string, unknown])[] {
  return Object.entries(schemasOf(variant)).flatMap(([field, schema]) =>
    schema[Kind] === 'Literal' ? [[field, schema['const']] as const] : [],
  );
}

const isOptional = (schema: TSchema): boolean => schema[OptionalKind] === 'Optional';

function schemasOf(schema: TSchema): Schemas {
  return schema['properties'] ?? {};
}
