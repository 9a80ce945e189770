import { fileHeaderSize, programHeaderSize, SegmentFlag, SegmentType } from '../../object/elf/elf';
import type { ProgramHeader } from '../../object/elf/executable-file';
import { SectionFlag, SectionType } from '../../object/elf/relocatable';
import type { ScriptPlace } from '../scripts/syntax';
import type { OutputSection } from '../sections/sections';
import {
  addressOf,
  byLoadAddress,
  loadAddressOf,
  type MappedSegment,
  roomOf,
  type SegmentSettings,
} from './segment-map';

/** Where everything is in the file. */
export interface FileLayout {
  readonly segments: readonly MappedSegment[];
  /** In the order of the segments. */
  readonly headers: readonly ProgramHeader[];
  readonly offsets: ReadonlyMap<OutputSection, number>;
  /** Where the program headers are; 0 when there are none. */
  readonly headersOffset: number;
  readonly end: number;
  /** The address of the file's first byte, when it is in memory. */
  readonly fileHeaderAddress: bigint | undefined;
  /** What is wrong with the segments that a script asks for. */
  readonly problems: readonly LayoutProblem[];
}

/** A problem of segments, where a script states the segment or the section. */
interface LayoutProblem {
  readonly place: ScriptPlace | undefined;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

type Header = { -readonly [key in keyof ProgramHeader]: ProgramHeader[key] };

const mask = 0xffff_ffff_ffff_ffffn;
const tableAlignment = 8;

/** How many bytes after an offset in the file the next one is that fits an address. */
function bias(address: bigint, offset: number, pageSize: bigint): number {
  return Number((((address - BigInt(offset)) % pageSize) + pageSize) % pageSize);
}

/** Gives sections and segments their places in the file (BFD's assign_file_positions_for_load_sections and its like). */
export class FilePlacer {
  readonly #offsets = new Map<OutputSection, number>();
  readonly #headers = new Map<MappedSegment, Header>();
  readonly #problems: LayoutProblem[] = [];
  #offset = fileHeaderSize;
  #headersOffset: number;
  #holder: MappedSegment | undefined;

  /** @param count how many program headers the file has room for */
  constructor(
    readonly segments: readonly MappedSegment[],
    readonly settings: Pick<SegmentSettings, 'pageSize' | 'paged'>,
    readonly count: number,
  ) {
    this.#headersOffset = segments.length > 0 ? fileHeaderSize : 0;
  }

  /** @param all every section of the program, in order of the section table */
  place(all: readonly OutputSection[]): FileLayout {
    const { segments } = this;
    for (const segment of segments) segment.sections = byLoadAddress(segment.sections);
    const ordered = orderedSegments(segments);
    this.#holder = ordered.find(({ type, programHeaders }) => type === SegmentType.Load && programHeaders);
    if (segments.length > 0 && !this.#holder) this.#offset += this.count * programHeaderSize;
    for (const segment of ordered) this.#headers.set(segment, this.#segment(segment, ordered[0]!));
    this.#placeOthers(all);
    for (const segment of segments) this.#finish(segment);
    const holder = this.#holder && this.#headers.get(this.#holder);
    return {
      segments,
      headers: segments.map((segment) => this.#headers.get(segment)!),
      offsets: this.#offsets,
      headersOffset: this.#headersOffset,
      end: this.#offset,
      fileHeaderAddress: this.#holder?.fileHeader ? holder!.address : undefined,
      problems: this.#problems,
    };
  }

  #report(place: ScriptPlace | undefined, message: string, severity: LayoutProblem['severity'] = 'error'): void {
    this.#problems.push({ place, message, severity });
  }

  #segment(segment: MappedSegment, first: MappedSegment): Header {
    const { type, sections, loadAddress } = segment;
    const pageSize = this.settings.paged ? this.settings.pageSize : 1n;
    const header: Header = {
      type,
      flags: segment.flags ?? 0,
      offset: 0,
      address: sections[0] ? addressOf(sections[0]) : 0n,
      loadAddress: loadAddress ?? (sections[0] ? loadAddressOf(sections[0]) : 0n),
      fileSize: 0,
      memorySize: 0,
      alignment: 0,
    };
    const isLoad = type === SegmentType.Load;
    if (isLoad && this.settings.paged) header.alignment = Number(pageSize);
    else if (segment.alignment !== undefined) header.alignment = segment.alignment;
    else if (sections.length === 0) header.alignment = tableAlignment;
    if (segment === this.#holder) {
      if (!segment.fileHeader) header.offset = this.#offset;
      this.#offset += this.count * programHeaderSize;
    }
    let aside = 0;
    let largest = 0;
    const isEmpty = sections.every(({ type: own }) => own === SectionType.Nobits);
    if (isLoad && sections.length > 0) {
      const alignment = sections.reduce((most, section) => Math.max(most, section.alignment), 1);
      largest = alignment;
      const step = BigInt(alignment) > pageSize ? BigInt(alignment) : pageSize;
      const adjustment = bias(header.address, this.#offset, step);
      this.#offset += adjustment;
      // A segment without bytes needs no room in the file.
      if (isEmpty) aside = adjustment;
    }
    this.#addHeaders(segment, header, first);
    if (isLoad) {
      if (!segment.fileHeader && !segment.programHeaders) {
        header.offset =
          isEmpty && sections.length > 0
            ? this.#offset % Math.max(header.alignment, Number(pageSize), 1)
            : this.#offset;
      } else {
        const gap = this.#offset - (header.offset + header.fileSize);
        if (!isEmpty || sections.length === 0) header.fileSize += gap;
        header.memorySize += gap;
      }
    }
    for (const [index, section] of sections.entries()) aside = this.#section(segment, header, section, index, aside);
    this.#offset -= aside;
    if (isLoad && largest > header.alignment) header.alignment = largest;
    if (type === SegmentType.Headers && !this.#holder)
      this.#report(segment.place, 'the program headers are in no segment that is loaded: PT_PHDR needs them there');
    return header;
  }

  /** The file's own headers, where a segment holds them. */
  #addHeaders(segment: MappedSegment, header: Header, first: MappedSegment): void {
    const { type, sections, fileHeader, programHeaders, loadAddress } = segment;
    const isLoad = type === SegmentType.Load;
    const moveBack = (distance: number): void => {
      header.address = (header.address - BigInt(distance)) & mask;
      if (loadAddress === undefined) header.loadAddress = (header.loadAddress - BigInt(distance)) & mask;
    };
    if (fileHeader) {
      if (segment.flags === undefined) header.flags |= SegmentFlag.Read;
      header.fileSize = fileHeaderSize;
      header.memorySize = fileHeaderSize;
      if (isLoad && sections.length > 0) {
        const lowest =
          loadAddress === undefined && header.loadAddress < header.address ? header.loadAddress : header.address;
        if (lowest < BigInt(this.#offset))
          this.#report(
            segment.place,
            `there is no room for the file's headers (${this.#offset} bytes) below section '${sections[0]!.name}': leave them out of the segment, or begin with '. = SIZEOF_HEADERS'`,
          );
        else moveBack(this.#offset);
      } else if (!isLoad && first.fileHeader) {
        const holder = this.#headers.get(first);
        if (holder) {
          header.address = holder.address;
          if (loadAddress === undefined) header.loadAddress = holder.loadAddress;
        }
      }
    }
    if (!programHeaders) return;
    if (segment.flags === undefined) header.flags |= SegmentFlag.Read;
    header.fileSize += this.count * programHeaderSize;
    header.memorySize += this.count * programHeaderSize;
    if (fileHeader) return;
    if (isLoad) {
      this.#headersOffset = header.offset;
      if (sections.length > 0) moveBack(this.#offset - header.offset);
    } else if (this.#holder) {
      const holder = this.#headers.get(this.#holder);
      // It comes before its holder in the list, and after it in the order of places.
      if (holder) this.#follow(segment, header, holder);
    } else header.offset = fileHeaderSize;
  }

  #follow(segment: MappedSegment, header: Header, holder: Header): void {
    const before = this.#holder!.fileHeader ? fileHeaderSize : 0;
    header.address = holder.address + BigInt(before);
    if (segment.loadAddress === undefined) header.loadAddress = holder.loadAddress + BigInt(before);
    header.offset = holder.offset + before;
  }

  /** @returns how much of the file's end counts for this segment only */
  #section(segment: MappedSegment, header: Header, section: OutputSection, index: number, aside: number): number {
    const { type: segmentType } = segment;
    const { type, flags } = section;
    const isLoad = segmentType === SegmentType.Load;
    const isThread = segmentType === SegmentType.Thread;
    const hasBytes = type !== SectionType.Nobits;
    const allocated = (flags & SectionFlag.Alloc) !== 0;
    const ofThreads = (flags & SectionFlag.Tls) !== 0;
    if ((isLoad || isThread) && (hasBytes || (allocated && (!ofThreads || isThread)))) {
      const end = header.loadAddress + BigInt(header.memorySize);
      const start = loadAddressOf(section);
      let adjustment = 0;
      if (start < end) {
        if (isLoad)
          this.#report(
            section.description?.place ?? segment.place,
            `section '${section.name}' is loaded at 0x${start.toString(16)}, inside of what its segment holds up to 0x${end.toString(16)}`,
            'warning',
          );
      } else adjustment = Number(start - end);
      header.memorySize += adjustment;
      if (isLoad) {
        if (hasBytes) {
          aside = 0;
          // Bytes after zeroed memory: the zeros are in the file then.
          if (header.fileSize + adjustment < header.memorySize) adjustment = header.memorySize - header.fileSize;
        }
        if (hasBytes || index === 0) {
          this.#offset += adjustment;
          if (!hasBytes) aside += adjustment;
        }
      }
      if (hasBytes) header.fileSize += adjustment;
    }
    if (isLoad) {
      this.#offsets.set(section, this.#offset);
      if (hasBytes) this.#offset += section.size;
    } else if (!hasBytes && ofThreads && !this.#offsets.has(section)) {
      this.#offsets.set(section, this.#offset + bias(addressOf(section), this.#offset, BigInt(section.alignment)));
    }
    if (hasBytes) {
      header.fileSize += section.size;
      if (allocated) header.memorySize += section.size;
    } else if (allocated && (isThread || !ofThreads)) header.memorySize += section.size;
    if (segment.alignment === undefined && (!isLoad || !this.settings.paged))
      header.alignment = Math.max(header.alignment, section.alignment);
    if (segment.flags === undefined) {
      header.flags |= SegmentFlag.Read;
      if (flags & SectionFlag.Execute) header.flags |= SegmentFlag.Execute;
      if (flags & SectionFlag.Write) header.flags |= SegmentFlag.Write;
    }
    return aside;
  }

  /** Sections in no segment that is loaded. */
  #placeOthers(all: readonly OutputSection[]): void {
    for (const section of all) {
      if (this.#offsets.has(section)) continue;
      const { flags, size, alignment, type } = section;
      if (type === SectionType.Nobits) {
        this.#offsets.set(section, 0);
        continue;
      }
      const paged = (flags & SectionFlag.Alloc) !== 0 && this.settings.paged && size !== 0;
      const step = paged ? this.settings.pageSize : BigInt(addressAlignment(section, alignment));
      const address = addressOf(section);
      this.#offset += bias(address, this.#offset, step);
      this.#offsets.set(section, this.#offset);
      this.#offset += size;
    }
  }

  /** Segments that show parts of others. */
  #finish(segment: MappedSegment): void {
    const header = this.#headers.get(segment)!;
    const { type, sections, range } = segment;
    if (range) {
      this.#protect(segment, header);
      return;
    }
    if (type === SegmentType.Headers && this.#holder) this.#follow(segment, header, this.#headers.get(this.#holder)!);
    if (sections.length === 0 || type === SegmentType.Load || type === SegmentType.Headers) return;
    if (segment.fileHeader || segment.programHeaders) {
      this.#report(segment.place, 'only segments of type PT_LOAD and PT_PHDR can hold the headers of the file');
      return;
    }
    header.fileSize = 0;
    header.offset = this.#offsets.get(sections[0]!)!;
    for (const section of [...sections].reverse()) {
      if (section.type === SectionType.Nobits) continue;
      header.fileSize = this.#offsets.get(section)! - header.offset + section.size;
      if (type === SegmentType.Note && section.allocated) header.memorySize = header.fileSize;
      return;
    }
  }

  #protect({ range }: MappedSegment, header: Header): void {
    const { start, end } = range!;
    for (const segment of this.segments) {
      const last = segment.sections.at(-1);
      if (segment.type !== SegmentType.Load || !last) continue;
      if (addressOf(last) + roomOf(last) <= start || addressOf(segment.sections[0]!) >= end) continue;
      const first = segment.sections.find(
        (section) => section.size > 0 && addressOf(section) >= start && addressOf(section) < end,
      );
      const holder = this.#headers.get(segment)!;
      if (!first) continue;
      header.address = addressOf(first);
      header.loadAddress = loadAddressOf(first);
      header.offset = this.#offsets.get(first)!;
      header.memorySize = Number(end - header.address);
      header.fileSize = Math.min(header.memorySize, Number(holder.address + BigInt(holder.fileSize) - header.address));
      header.alignment = 1;
      header.flags = SegmentFlag.Read;
      return;
    }
  }
}

/** The alignment that a section has where its script put it. */
export function addressAlignment(section: OutputSection, alignment: number): number {
  const bits = BigInt(alignment) | addressOf(section);
  return Number(bits & -bits);
}

/** Segments in the order in which they get their places: those that are loaded by where they are. */
function orderedSegments(segments: readonly MappedSegment[]): MappedSegment[] {
  const place = ({ sections, loadAddress }: MappedSegment): bigint =>
    loadAddress ?? (sections[0] ? loadAddressOf(sections[0]) : 0n);
  return [...segments].sort((a, b) => {
    if (a.type !== b.type) return a.type === 0 ? 1 : b.type === 0 ? -1 : a.type - b.type;
    if (a.fileHeader !== b.fileHeader) return a.fileHeader ? -1 : 1;
    if (a.type !== SegmentType.Load) return 0;
    const [x, y] = [place(a), place(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}
