import assert from 'node:assert/strict';
import { isNumbers, type PlainValue } from '../../simulator/schema/state/plain';
import type { StateError } from '../../simulator/schema/state/state-error';

/** The ways to all values in each other. Of many numbers in a list one is as good as any. */
export function waysOf(saved: PlainValue): (readonly string[])[] {
  const ways: (readonly string[])[] = [];
  const visit = (at: PlainValue, way: readonly string[]): void => {
    if (way.length > 0) ways.push(way);
    if (typeof at !== 'object' || at === null || isNumbers(at)) return;
    const entries = Object.entries(at);
    for (const [field, inner] of Array.isArray(at) ? entries.slice(-2) : entries) visit(inner, [...way, field]);
  };
  visit(saved, []);
  return ways;
}

/** Fields that a check names when another one, which has to go with them, has been changed. */
export type RelatedFields = { readonly [field: string]: readonly string[] };

/** The component that a way leads to or into, as messages call it. */
export function placeOf(root: string, way: readonly string[]): string {
  return [root, ...way.filter((_, index) => way[index - 1] === 'parts' && way[index - 2] !== 'state')].join('.');
}

/** Whether an error names the component and the field at the end of a way, or its surroundings. */
export function assertNamed(
  { component, path, message }: StateError,
  root: string,
  way: readonly string[],
  related: RelatedFields,
  round: string,
): void {
  const about = `${round}: ${way.join('.')}: ${message}`;
  const place = placeOf(root, way);
  assert.ok(component === place || component.startsWith(`${place}.`) || place.startsWith(`${component}.`), about);
  const state = way.indexOf('state');
  const field = state >= 0 ? way[state + 1] : undefined;
  if (field === undefined) return;
  assert.ok([field, ...(related[field] ?? [])].includes(String(path[0])), about);
}
