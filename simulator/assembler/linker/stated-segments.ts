import { SegmentType } from '../../object/elf';
import type { ScriptLayout } from './scripts/layout';
import type { LinkerScript } from './scripts/syntax';
import type { OutputSection } from './sections';
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
      const own = output.description?.headers ?? [];
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
    };
  });
  return withAttributes(
    segments,
    outputs.filter(({ isThere }) => isThere),
  );
}

/** Segments of sections that none is stated for: those of the first section after them that names any. */
function firstNamed(outputs: readonly OutputSection[]): readonly string[] {
  return outputs.find(({ description }) => (description?.headers.length ?? 0) > 0)?.description?.headers ?? [noSegment];
}

/** Names of segments that sections are put into and PHDRS does not have. */
export function unknownSegments(
  script: LinkerScript,
  outputs: readonly OutputSection[],
): { output: OutputSection; name: string }[] {
  const known = new Set([noSegment, ...script.headers.map(({ name }) => name)]);
  return outputs.flatMap((output) =>
    output.exists
      ? (output.description?.headers ?? []).filter((name) => !known.has(name)).map((name) => ({ output, name }))
      : [],
  );
}
