import * as integer from '../../object/bytes/integer';
import type { Region } from '../layout/region';
import { Kind } from '../sections/kind';
import type { OutputSection } from '../sections/sections';
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

type Place = (output: OutputSection) => bigint;

const addressSpace = 1n << 64n;
const addressOf: Place = ({ address }) => integer.toUnsigned(address);
const loadAddressOf: Place = ({ loadAddress }) => integer.toUnsigned(loadAddress);

/** Reports sections that stand, or are loaded, in the same place, as ld finds them (lang_check_section_addresses). */
export function reportOverlaps(outputs: readonly OutputSection[], host: Reporter): void {
  const filled = outputs.filter(
    (output) => output.allocated && !output.removed && output.size > 0 && !output.isThreadZeros,
  );
  for (const output of filled) {
    const start = addressOf(output);
    if (start + BigInt(output.size) <= addressSpace) continue;
    const message = `section '${output.name}' at ${integer.toHex(start)} goes beyond the end of the address space`;
    host.report(output.description?.place, message, 'overlap');
    return;
  }
  const loaded = filled.filter(({ kind }) => (kind & Kind.Load) !== 0);
  const inLoad = firstOverlap(loaded, loadAddressOf);
  const starts = new Set(filled.map(addressOf));
  // Sections that begin at one address are meant to: they take turns there.
  const takeTurns = starts.size < filled.length;
  const inMemory = takeTurns ? undefined : firstOverlap(filled, addressOf);
  if (inMemory) report(inMemory, addressOf, host);
  else if (inLoad) report(inLoad, loadAddressOf, host);
}

type Pair = readonly [first: OutputSection, second: OutputSection];

function firstOverlap(outputs: readonly OutputSection[], place: Place): Pair | undefined {
  const ordered = outputs
    .map((output) => ({ output, start: place(output) }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  for (let i = 0; i + 1 < ordered.length; i++) {
    const [first, second] = [ordered[i]!, ordered[i + 1]!];
    if (first.start + BigInt(first.output.size) > second.start) return [first.output, second.output];
  }
  return undefined;
}

function report([first, second]: Pair, place: Place, host: Reporter): void {
  const start = integer.toHex(place(second));
  const isInPlace = [first, second].every((output) => addressOf(output) === loadAddressOf(output));
  const what = isInPlace || place === addressOf ? 'begins inside of' : 'would be loaded over';
  const message = `section '${second.name}' at ${start} ${what} section '${first.name}': the layout leaves too little room`;
  host.report(second.description?.place, message, 'overlap');
}
