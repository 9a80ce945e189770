import { RequestError } from '../request-error';

const form = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d{1,9})\s*$/;

/** A hit condition such as `5` (the fifth time and no other), `>= 3`, `% 10`. @throws RequestError when it is none */
export function parseHitCondition(text: string): (hits: number) => boolean {
  const found = form.exec(text);
  const count = Number(found?.[2]);
  if (!found || (found[1] === '%' && count === 0))
    throw new RequestError(`'${text}' is no hit count: a number, or one after >=, >, <=, <, == or %`);
  switch (found[1]) {
    case '>=':
      return (hits) => hits >= count;
    case '>':
      return (hits) => hits > count;
    case '<=':
      return (hits) => hits <= count;
    case '<':
      return (hits) => hits < count;
    case '%':
      return (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}
