import { isPorted } from '../hypercalls/ported-note';
import type { Program } from '../object/program';
import { ANY_GUEST_VIRTUALIZATIONS, VIRTUALIZATIONS, type Virtualization } from '../system/system';

/** Ways to virtualize that run no guest which was not ported to them. */
const PORTED_VIRTUALIZATIONS = VIRTUALIZATIONS.filter((each) => !ANY_GUEST_VIRTUALIZATIONS.includes(each));

/** What a guest is under a way to virtualize that wants ported ones: the same, ported. */
export interface PortedVariant {
  readonly file: string;
  readonly program: Program;
}

/** A guest's program, and its variants. */
export interface ComparedPrograms {
  readonly program: Program;
  readonly variants: ReadonlyMap<Virtualization, PortedVariant>;
}

/** Files in which the variants of a guest are, where there are such: `null-syscall.para.S` beside `null-syscall.S`. */
export function variantFiles(file: string): readonly { readonly engine: Virtualization; readonly file: string }[] {
  const [, stem, suffix] = /^(.*[^/\\])(\.[sS])$/.exec(file) ?? [];
  if (stem === undefined || suffix === undefined) return [];
  if (PORTED_VIRTUALIZATIONS.some((engine) => stem.endsWith(`.${engine}`))) return [];
  return PORTED_VIRTUALIZATIONS.map((engine) => ({ engine, file: `${stem}.${engine}${suffix}` }));
}

/** Under which ways a guest is compared unless somebody says it: all that run it, or that run a variant of it. */
export function usualEngines({ program, variants }: ComparedPrograms): readonly Virtualization[] {
  return isPorted(program.segments) ? PORTED_VIRTUALIZATIONS : [...ANY_GUEST_VIRTUALIZATIONS, ...variants.keys()];
}
