import type { Path, Problem } from './problems';
import { isRecord } from './record';

/** A value without what is wrong in it. Of a list that is wrong somewhere nothing is used: its entries mean something together. */
export function withoutProblems(value: unknown, problems: readonly Problem[]): unknown {
  return problems.reduce((left, { path }) => without(left, upToList(path)), value);
}

function upToList(path: Path): Path {
  const list = path.findIndex((part) => typeof part === 'number');
  return list < 0 ? path : path.slice(0, list);
}

function without(value: unknown, [name, ...inside]: Path): unknown {
  if (name === undefined || !isRecord(value)) return undefined;
  const { [name]: part, ...rest } = value;
  if (inside.length === 0 || part === undefined) return rest;
  return { ...rest, [name]: without(part, inside) };
}
