import * as integer from '../../../object/integer';
import { Kind } from '../kind';
import type { Region } from '../region';
import type { OutputSection } from '../sections';
import type { FillPattern, ScriptExpression, ScriptPlace } from './syntax';

interface Reporter {
  report(place: ScriptPlace | undefined, message: string, code?: string): void;
}

const noFill = new Uint8Array(1);

/** The bytes that a fill repeats. */
export function fillBytes(fill: FillPattern | undefined, evaluate: (value: ScriptExpression) => bigint): Uint8Array {
  if (!fill) return noFill;
  if ('bytes' in fill) return fill.bytes;
  const value = Number(BigInt.asUintN(32, evaluate(fill.value)));
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Reports a section that does not fit into its memory. */
export function checkRegion(output: OutputSection, host: Reporter): void {
  const { region, loadRegion, address, loadAddress, description } = output;
  if (!output.allocated) return;
  const check = (into: Region | undefined, at: integer.Integer, what: string): void => {
    if (!into?.declared) return;
    const start = integer.toUnsigned(at);
    const size = output.isThreadZeros ? 0n : BigInt(output.size);
    const over = start + size - (into.origin + into.length);
    if (start >= into.origin && over <= 0n) return;
    const message =
      start < into.origin
        ? `section '${output.name}' is ${what} at ${integer.toHex(start)}, before region '${into.name}' begins (${integer.toHex(into.origin)})`
        : `section '${output.name}' does not fit into region '${into.name}': it ends ${over} bytes after the region, which has ${into.length} bytes from ${integer.toHex(into.origin)}`;
    host.report(description?.place ?? into.declared.place, message, 'region-overflow');
  };
  check(region, address, 'placed');
  if (loadRegion && loadRegion !== region && (output.kind & Kind.Load) !== 0) check(loadRegion, loadAddress, 'loaded');
}

/** Reports sections that stand, or are loaded, in the same place. */
export function reportOverlaps(outputs: readonly OutputSection[], host: Reporter): void {
  const filled = outputs.filter(
    (output) => output.allocated && !output.removed && output.size > 0 && !output.isThreadZeros,
  );
  const ordered = filled
    .map((output) => ({ output, start: integer.toUnsigned(output.address) }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  for (let i = 0; i + 1 < ordered.length; i++) {
    const [first, second] = [ordered[i]!, ordered[i + 1]!];
    if (first.start + BigInt(first.output.size) <= second.start) continue;
    const message = `section '${second.output.name}' at ${integer.toHex(second.start)} begins inside of section '${first.output.name}': the layout leaves too little room`;
    host.report(second.output.description?.place, message, 'overlap');
    return;
  }
}
