import { CsrValue, Gpa, Gva, Hpa, PteValue } from '../../simulator/mmu/address';
import type { ValueView } from '../inspect/values/values';
import type { NarratedValue } from '../protocol';

/** A value of a step's template as a view shows it; what is only a word stays text. */
export function narratedValue(view: ValueView, name: string, value: unknown): string | NarratedValue {
  if (value instanceof CsrValue || value instanceof PteValue)
    return { value: String(value), meaning: view.variable(name, value).value };
  const space = spaceOf(value);
  if (!space) return String(value);
  const { memoryReference, type, parts } = view.variable(name, value);
  const symbol = parts?.children().find((part) => part.name === 'symbol')?.value;
  return {
    value: String(value),
    space,
    ...(type === undefined ? {} : { meaning: type }),
    ...(memoryReference === undefined ? {} : { memoryReference }),
    ...(symbol === undefined ? {} : { symbol }),
  };
}

function spaceOf(value: unknown): 'gva' | 'gpa' | 'hpa' | undefined {
  if (value instanceof Gva) return 'gva';
  if (value instanceof Gpa) return 'gpa';
  return value instanceof Hpa ? 'hpa' : undefined;
}
