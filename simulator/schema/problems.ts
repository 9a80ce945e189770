import type { TSchema } from '@sinclair/typebox';
import { Errors, type ValueError, ValueErrorType } from '@sinclair/typebox/errors';
import { expectedOf } from './expected';
import { isRecord } from './record';

/** What is wrong with a part of a value. */
export interface Problem {
  /** Where it is: names, and numbers of entries in lists. */
  readonly path: Path;
  /** What is wrong and what would be right, as a sentence goes on that is about this place: that, or of a name that nobody knows where it stands. */
  readonly about: Path;
  readonly text: string;
  /** What would be right there, where that is a value. */
  readonly expected?: string;
  /** The name at this place is wrong, whatever its value is. */
  readonly ofName?: true;
  /** The name is none of those that may stand there. */
  readonly known?: readonly string[];
}

export type Path = readonly (string | number)[];

/** All that keeps a value from being what a schema describes. */
export function problemsOf(schema: TSchema, value: unknown): Problem[] {
  const found = new Map<string, Problem>();
  // Of several errors at one place the first is the plainest: that it is missing, or of another type.
  for (const error of innermost(Errors(schema, value))) {
    if (!found.has(error.path)) found.set(error.path, problemOf(value, error));
  }
  return [...found.values()];
}

/**
 * Where one of a union's variants fits from outside (it alone is an object, as the value is), what is wrong is inside; else no variant is
 * meant more than the others.
 */
function* innermost(errors: Iterable<ValueError>): Generator<ValueError> {
  for (const error of errors) {
    if (error.type !== ValueErrorType.Union) {
      yield error;
      continue;
    }
    const variants = error.errors.map((variant) => [...variant]);
    const inside = variants.filter((variant) => variant.every(({ path }) => path !== error.path));
    if (inside.length === 1 && inside[0]) yield* innermost(inside[0]);
    else yield error;
  }
}

function problemOf(whole: unknown, { type, path: pointer, schema, value }: ValueError): Problem {
  const path = pathOf(pointer, whole);
  const { refused, notYet } = schema;
  if (typeof refused === 'string') return { path, about: path, text: refused, ofName: true };
  if (Array.isArray(notYet) && notYet.includes(value))
    return { path, about: [...path, String(value)], text: `is not built yet; it must be ${expectedOf(schema)}` };
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return wrongValue(path, expectedOf(schema), 'and is missing');
    case ValueErrorType.ObjectAdditionalProperties: {
      const known = namesOf(schema);
      const names = known.map((name) => JSON.stringify(name));
      const text = `has no option ${JSON.stringify(path.at(-1))}; there are ${names.join(', ')}`;
      return { path, about: path.slice(0, -1), text, ofName: true, known };
    }
    case ValueErrorType.ObjectMinProperties:
    case ValueErrorType.ArrayMinItems:
      return { path, about: path, text: 'must not be empty' };
    case ValueErrorType.ObjectMaxProperties:
      return { path, about: path, text: `must have at most ${schema['maxProperties']} entries` };
    case ValueErrorType.ArrayMaxItems:
      return { path, about: path, text: `must have at most ${schema['maxItems']} entries` };
    default:
      return wrongValue(path, expectedOf(schema), `not ${briefly(value)}`);
  }
}

function wrongValue(path: Path, expected: string, but: string): Problem {
  return { path, about: path, text: `must be ${expected}, ${but}`, expected };
}

/** The names that an object may have. */
export function namesOf(schema: TSchema): string[] {
  const properties: Readonly<Record<string, TSchema>> = schema['properties'] ?? {};
  return Object.keys(properties).filter((name) => properties[name]?.['refused'] === undefined);
}

/** Problems of a part of a value as problems of the whole. */
export function problemsWithin(name: string, problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, about, ...rest }) => ({ path: [name, ...path], about: [name, ...about], ...rest }));
}

/** The parts of a JSON pointer into a value. */
function pathOf(pointer: string, whole: unknown): Path {
  const path: (string | number)[] = [];
  let at = whole;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(name) : name);
    at = isRecord(at) || Array.isArray(at) ? Reflect.get(at, name) : undefined;
  }
  return path;
}

/** Characters of a wrong text that a message repeats. */
const LONGEST = 40;

/** A value that is wrong, as a message repeats it. */
export function briefly(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (isRecord(value)) return 'an object';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value);
}

/** `"disks"[0]: "write"` @param whole what stands for the value itself */
export function quotedPath(path: Path, whole: string): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : ': '}${JSON.stringify(part)}`;
  }
  return text || whole;
}

/** `arguments.breakpoints[0].line` @param whole what stands for the value itself */
export function dottedPath(path: Path, whole: string): string {
  return path.reduce<string>((text, part) => text + (typeof part === 'number' ? `[${part}]` : `.${part}`), whole);
}
