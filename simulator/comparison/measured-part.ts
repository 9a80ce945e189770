import { loadAddressIn } from '../object/load-address';
import type { Program } from '../object/program';
import { Symbols } from '../object/symbols';

/** Between these labels a guest does what is to be measured; where it has none, all of its run is. */
export const BEGIN_LABEL = 'measure_begin';
export const END_LABEL = 'measure_end';
/** Absolute symbol: how many operations it does there. */
export const OPERATIONS_SYMBOL = 'measure_operations';

/** The part of a guest's run that counts. */
export interface MeasuredPart {
  /** Physical addresses of the instructions before which it begins and ends; undefined where it is all of the run. */
  readonly between: { readonly begin: bigint; readonly end: bigint } | undefined;
  /** Undefined where the guest does not say how many. */
  readonly operations: number | undefined;
}

/** @returns the part, or what is wrong with how the program says it */
export function measuredPartOf(program: Program): MeasuredPart | string {
  const symbols = new Symbols(program);
  const [begin, end] = [BEGIN_LABEL, END_LABEL].map((name) => symbols.named(name)?.value);
  const operations = symbols.named(OPERATIONS_SYMBOL)?.value;
  if (operations !== undefined && (operations < 1n || operations > BigInt(Number.MAX_SAFE_INTEGER)))
    return `${OPERATIONS_SYMBOL} must be a number of operations, not ${operations}`;
  const counted = operations === undefined ? undefined : Number(operations);
  if (begin === undefined && end === undefined) return { between: undefined, operations: counted };
  if (begin === undefined) return `it has the label ${END_LABEL} and no ${BEGIN_LABEL}`;
  if (end === undefined) return `it has the label ${BEGIN_LABEL} and no ${END_LABEL}`;
  return { between: { begin: loadAddressIn(program, begin), end: loadAddressIn(program, end) }, operations: counted };
}
