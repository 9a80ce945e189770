import * as integer from '../../object/bytes/integer';
import { SegmentFlag, SegmentType } from '../../object/elf/elf';
import { SectionType } from '../../object/elf/relocatable';
import type { ScriptPlace } from '../scripts/syntax';
import { Kind } from '../sections/kind';
import type { OutputSection } from '../sections/sections';

/** A segment before it has its place in the file: the sections and headers that are in it (BFD's elf_segment_map). */
export interface MappedSegment {
  readonly type: number;
  sections: OutputSection[];
  readonly fileHeader: boolean;
  readonly programHeaders: boolean;
  /** Where these are stated; else they follow from the sections. */
  readonly flags?: number | undefined;
  readonly loadAddress?: bigint | undefined;
  readonly alignment?: number | undefined;
  /** The range of addresses that it covers, whatever sections are there (PT_GNU_RELRO). */
  readonly range?: { readonly start: bigint; readonly end: bigint };
  /** Where a script states it. */
  readonly place?: ScriptPlace;
}

/** What the map of a program depends on, beside its sections. */
export interface SegmentSettings {
  readonly pageSize: bigint;
  /** Whether pages of the file become pages of memory; else segments are as close as they fit (-n, -N). */
  readonly paged: boolean;
  /** Flags of PT_GNU_STACK; undefined for none. */
  readonly stackFlags: number | undefined;
  /** What is protected once the program is loaded. */
  readonly protectedRange: { readonly start: bigint; readonly end: bigint } | undefined;
  /** Whether the layout left room for the headers by SIZEOF_HEADERS. */
  readonly hasRoomForHeaders: boolean;
  /** In bytes, of all headers together. */
  readonly headersSize: bigint;
}

export const addressOf = (section: OutputSection): bigint => integer.toUnsigned(section.address);
export const loadAddressOf = (section: OutputSection): bigint => integer.toUnsigned(section.loadAddress);
/** Zeroed memory of threads has no place of its own. */
export const roomOf = (section: OutputSection): bigint => (section.isThreadZeros ? 0n : BigInt(section.size));

const mask = 0xffff_ffff_ffff_ffffn;
const attributesName = '.riscv.attributes';
const pointerAlignment = 16;

/** Sections in order of where they are loaded, as segments hold them. */
export function byLoadAddress(sections: readonly OutputSection[]): OutputSection[] {
  const atEnd = ({ kind, size }: OutputSection): boolean => (kind & (Kind.Load | Kind.Thread)) === 0 && size !== 0;
  const loadedSize = ({ kind, size }: OutputSection): number => (kind & Kind.Load ? size : 0);
  const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...sections].sort(
    (a, b) =>
      compare(loadAddressOf(a), loadAddressOf(b)) ||
      compare(addressOf(a), addressOf(b)) ||
      Number(atEnd(a)) - Number(atEnd(b)) ||
      loadedSize(a) - loadedSize(b),
  );
}

/** The segments of a program for which its script states none (BFD's _bfd_elf_map_sections_to_segments). */
export function mapSegments(sections: readonly OutputSection[], settings: SegmentSettings): MappedSegment[] {
  const segments: MappedSegment[] = [];
  const add = (type: number, members: OutputSection[], rest: Partial<MappedSegment> = {}): void => {
    segments.push({ type, sections: members, fileHeader: false, programHeaders: false, ...rest });
  };
  const named = (name: string): OutputSection | undefined => sections.find((section) => section.name === name);
  const loaded = (section: OutputSection | undefined): section is OutputSection =>
    section !== undefined && (section.kind & Kind.Load) !== 0 && section.size > 0;
  const interpreter = named('.interp');
  if (loaded(interpreter)) {
    add(SegmentType.Headers, [], { programHeaders: true, flags: SegmentFlag.Read });
    add(SegmentType.Interpreter, [interpreter]);
  }
  for (const segment of mapLoaded(sections, settings, loaded(interpreter))) segments.push(segment);
  const dynamic = named('.dynamic');
  if (loaded(dynamic)) add(SegmentType.Dynamic, [dynamic]);
  for (const notes of noteRuns(sections, true)) add(SegmentType.Note, notes);
  const threads = sections.filter(({ kind }) => kind & Kind.Thread);
  if (threads.length > 0) add(SegmentType.Thread, threads, { flags: SegmentFlag.Read });
  const unwindIndex = named('.eh_frame_hdr');
  if (loaded(unwindIndex)) add(SegmentType.GnuUnwindIndex, [unwindIndex]);
  const { stackFlags, protectedRange } = settings;
  if (stackFlags !== undefined) add(SegmentType.GnuStack, [], { flags: stackFlags, alignment: pointerAlignment });
  if (protectedRange && segments.some((segment) => isProtected(segment, protectedRange)))
    add(SegmentType.GnuProtected, [], { range: protectedRange });
  return withAttributes(segments, sections);
}

/** Reports thread-local sections that other sections stand between: no one segment could hold them. */
export function checkThreadSections(
  sections: readonly OutputSection[],
  report: (place: ScriptPlace | undefined, message: string) => void,
): void {
  const isThread = ({ kind }: OutputSection): boolean => (kind & Kind.Thread) !== 0;
  const first = sections.findIndex(isThread);
  const after = sections.findIndex((section, index) => index > first && !isThread(section));
  const last = sections.find((section, index) => index > after && isThread(section));
  if (first < 0 || after < 0 || !last) return;
  const message = `the thread-local sections '${sections[first]!.name}' and '${last.name}' do not stand side by side: '${sections[after]!.name}' is between them`;
  report(last.description?.place, message);
}

/** The psABI has a segment for the attributes, after those that come first. */
export function withAttributes(segments: MappedSegment[], sections: readonly OutputSection[]): MappedSegment[] {
  const attributes = sections.find(({ name, size }) => name === attributesName && size > 0);
  if (!attributes || segments.some(({ type }) => type === SegmentType.RiscvAttributes)) return segments;
  const isFirst = ({ type }: MappedSegment): boolean =>
    type === SegmentType.Headers || type === SegmentType.Interpreter;
  const first = segments.findIndex((segment) => !isFirst(segment));
  const segment = {
    type: SegmentType.RiscvAttributes,
    sections: [attributes],
    fileHeader: false,
    programHeaders: false,
  };
  const at = first < 0 ? segments.length : first;
  return [...segments.slice(0, at), segment, ...segments.slice(at)];
}

function isProtected({ type, sections }: MappedSegment, { start, end }: { start: bigint; end: bigint }): boolean {
  const [first] = sections;
  if (type !== SegmentType.Load || !first || addressOf(first) < start || addressOf(first) >= end) return false;
  return sections.some(({ kind, size }) => size > 0 && (kind & Kind.Load) !== 0);
}

/** Notes that follow each other and have one alignment make one segment. */
function* noteRuns(sections: readonly OutputSection[], adjacent: boolean): Generator<OutputSection[]> {
  const isNote = ({ kind, placingType }: OutputSection): boolean =>
    (kind & Kind.Load) !== 0 && placingType === SectionType.Note;
  for (let i = 0; i < sections.length; i++) {
    const run = [sections[i]!];
    if (!isNote(run[0]!)) continue;
    for (let next = sections[i + 1]; next && isNote(next); next = sections[++i + 1]) {
      const last = run.at(-1)!;
      const end = loadAddressOf(last) + BigInt(last.size);
      const alignment = BigInt(last.alignment);
      const follows = ((end + alignment - 1n) / alignment) * alignment === loadAddressOf(next);
      if (next.alignment !== last.alignment || (adjacent && !follows)) break;
      run.push(next);
    }
    yield run;
  }
}

/** The PT_LOAD segments: a new one begins where a section cannot share the pages of the one before it. */
function mapLoaded(all: readonly OutputSection[], settings: SegmentSettings, headersWanted: boolean): MappedSegment[] {
  const { pageSize, paged } = settings;
  const sections = byLoadAddress(all.filter(({ allocated }) => allocated));
  const segments: MappedSegment[] = [];
  let hasHeaders = holdsHeaders(sections, settings, headersWanted);
  const close = (members: OutputSection[]): void => {
    const headers = segments.length === 0 && hasHeaders;
    segments.push({ type: SegmentType.Load, sections: members, fileHeader: headers, programHeaders: headers });
    hasHeaders = false;
  };
  const pageUp = (address: bigint): bigint => (address + pageSize - 1n) & -pageSize & mask;
  let run: OutputSection[] = [];
  let writable = false;
  for (const section of sections) {
    const last = run.at(-1);
    if (last && startsAnew(last, section)) {
      close(run);
      run = [];
      writable = false;
    }
    run.push(section);
    if (!section.readOnly) writable = true;
  }
  const isOnlyThreadZeros = run.length === 1 && run[0]!.isThreadZeros;
  if (run.length > 0 && !isOnlyThreadZeros) close(run);
  return segments;

  function startsAnew(last: OutputSection, section: OutputSection): boolean {
    const [lastAt, at] = [loadAddressOf(last), loadAddressOf(section)];
    const end = (lastAt + roomOf(last)) & mask;
    if (((lastAt - addressOf(last)) & mask) !== ((at - addressOf(section)) & mask)) return true;
    if (at < end || end < lastAt) return true;
    // Regions of memory have segments of their own (ldlang_override_segment_assignment).
    if (last.region !== section.region) return true;
    if (paged && ((end - 1n) & mask & -pageSize) === (at & -pageSize)) return false;
    const nextPage = (pageUp(end) + pageSize) & mask;
    if (nextPage > lastAt && nextPage <= at) return true;
    const isLoaded = ({ kind }: OutputSection): boolean => (kind & (Kind.Load | Kind.Thread)) !== 0;
    if (!isLoaded(last) && isLoaded(section)) return true;
    return paged && !writable && !section.readOnly;
  }
}

/** Whether the first segment holds the headers of the file: where room was left for them below the first section. */
function holdsHeaders(sections: readonly OutputSection[], settings: SegmentSettings, wanted: boolean): boolean {
  const { pageSize, paged, headersSize, hasRoomForHeaders } = settings;
  const [first] = sections;
  if (!first || !paged) return false;
  const at = loadAddressOf(first);
  const inPage = (value: bigint): bigint => value & (pageSize - 1n);
  if (!wanted && !hasRoomForHeaders && inPage(at) < inPage(headersSize)) return false;
  const headersAt = (at - headersSize) & mask & -pageSize;
  const wrapsTo = sections.reduce((to, section) => {
    const end = loadAddressOf(section) + BigInt(section.size);
    return end > mask ? end & mask : to;
  }, 0n);
  return at >= headersAt && at >= headersSize && headersAt >= wrapsTo;
}

/** How many segments there will be, as ld guesses before anything has an address (BFD's get_program_header_size). */
export function guessSegments(
  sections: readonly OutputSection[],
  settings: Pick<SegmentSettings, 'stackFlags'> & { readonly protects: boolean },
): number {
  const named = (name: string): OutputSection | undefined => sections.find((section) => section.name === name);
  const interpreter = named('.interp');
  let count = 2;
  if (interpreter && interpreter.kind & Kind.Load && interpreter.size > 0) count += 2;
  if (named('.dynamic')) count++;
  if (settings.protects) count++;
  if (named('.eh_frame_hdr')) count++;
  if (settings.stackFlags !== undefined) count++;
  count += [...noteRuns(sections, false)].length;
  if (sections.some(({ kind }) => kind & Kind.Thread)) count++;
  if (named(attributesName)) count++;
  return count;
}
