import { didYouMean, nearest } from '../../assembler/source/diagnostic';
import { SegmentType } from '../../object/elf/elf';
import type { ScriptLayout } from '../scripts/layout';
import type { LinkerScript, ScriptPlace } from '../scripts/syntax';
import type { OutputSection } from '../sections/sections';
import { type MappedSegment, withAttributes } from './segment-map';

const noSegment = 'NONE';

/**
 * The segments that a script states in PHDRS: each section is in those that it names, or in those of the section before
 * it (ld's lang_record_phdrs).
 */
export function statedSegments(
  script: LinkerScript,
  outputs: readonly OutputSection[],
  layout: Pick<ScriptLayout, 'numberOf'>,
): MappedSegment[] {
  let last: readonly string[] = [];
  const segments = script.headers.map((header): MappedSegment => {
    const type = Number(layout.numberOf(header.type) ?? 0n);
    const sections: OutputSection[] = [];
    for (const [index, output] of outputs.entries()) {
      const own = namesOf(output);
      if (own.length > 0) last = own;
      else {
        const isOutside = output.description?.type === 'noload' || !output.exists || !output.allocated;
        if (isOutside || type === SegmentType.Interpreter) continue;
        if (last.length === 0) last = firstNamed(outputs.slice(index));
      }
      if (output.isThere && last.includes(header.name)) sections.push(output);
    }
    return {
      type,
      sections: sections.filter(({ allocated }) => allocated || type !== SegmentType.Load),
      fileHeader: header.fileHeader,
      programHeaders: header.programHeaders,
      flags: header.flags && Number(layout.numberOf(header.flags) ?? 0n),
      loadAddress: header.address && layout.numberOf(header.address),
      place: header.place,
    };
  });
  return withAttributes(
    segments,
    outputs.filter(({ isThere }) => isThere),
  );
}

/** Segments of sections that none is stated for: those of the first section after them that names any. */
function firstNamed(outputs: readonly OutputSection[]): readonly string[] {
  return outputs.map(namesOf).find((names) => names.length > 0) ?? [noSegment];
}

function namesOf({ description }: OutputSection): readonly string[] {
  return description?.headers.map(({ name }) => name) ?? [];
}

/** Reports segments that sections are put into and PHDRS does not have, and a PHDRS that no section uses. */
export function checkSegments(
  script: LinkerScript,
  outputs: readonly OutputSection[],
  report: (place: ScriptPlace, message: string) => void,
): void {
  const known = script.headers.map(({ name }) => name);
  const present = outputs.filter(({ exists }) => exists);
  const named = present.flatMap(({ name: section, description }) =>
    (description?.headers ?? []).map((segment) => ({ section, ...segment })),
  );
  for (const { section, name, place } of named) {
    if (name === noSegment || known.includes(name)) continue;
    const suggestions = didYouMean(nearest(name, known));
    report(place, `section '${section}' is put into segment '${name}', which PHDRS does not have${suggestions}`);
  }
  const [first] = script.headers;
  if (first && named.length === 0 && present.some(({ allocated }) => allocated))
    report(first.place, `no section is put into any segment of PHDRS: write ':${first.name}' after the first one`);
}
