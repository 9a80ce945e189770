import type { ByteReader } from '../bytes/reader';
import type { Abbreviation } from './abbreviations';
import { Attribute } from './constants';
import { type FormValue, readForm, resolved } from './forms';
import { type AddressRange, type RangeBases, readRanges } from './ranges';
import type { DebugSections } from './sections';
import type { UnitHeader } from './units';

/** An entry of .debug_info (DIE), with the attributes that are understood. */
export interface Entry {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly values: ReadonlyMap<number, { readonly value: FormValue; readonly form: number }>;
}

/** What the first entry of a unit says of all. */
export interface UnitRoot {
  /** Of its code; empty where nothing is said. */
  readonly ranges: readonly AddressRange[];
  /** Of its line program in .debug_line. */
  readonly lines: number | undefined;
  readonly folder: string;
}

/** Reads the entries of a unit one after the other. */
export class EntryReader {
  readonly start: number;
  private bases: RangeBases & { readonly strings: number } = { address: 0n, lists: 0, addresses: 0, strings: 0 };

  constructor(
    private readonly header: UnitHeader,
    private readonly abbreviations: ReadonlyMap<number, Abbreviation>,
    private readonly sections: DebugSections,
    /** By how much code is elsewhere than the file says. */
    private readonly shift: bigint,
  ) {
    this.start = header.entries.position;
  }

  /** Stands at the next entry. */
  get source(): ByteReader {
    return this.header.entries;
  }

  /** Reads what holds for the whole unit: before anything else. Throws FormatError. */
  readRoot(): UnitRoot {
    this.source.position = this.start;
    const root = this.next();
    if (!root) return { ranges: [], lines: undefined, folder: '' };
    const number = (attribute: number): number | undefined => {
      const value = root.values.get(attribute)?.value;
      return typeof value === 'number' ? value : undefined;
    };
    // Without a base, the first table of the section follows its header.
    const first = this.header.wide ? 16 : 8;
    this.bases = {
      address: 0n,
      lists: number(Attribute.RangeListsBase) ?? first + 4,
      addresses: number(Attribute.AddressBase) ?? first,
      strings: number(Attribute.StringOffsetsBase) ?? first,
    };
    const low = this.value(root, Attribute.LowPc);
    this.bases = { ...this.bases, address: typeof low === 'bigint' ? low : 0n };
    const folder = this.value(root, Attribute.CompilationDirectory);
    return {
      ranges: this.ranges(root),
      lines: number(Attribute.StatementList),
      folder: typeof folder === 'string' ? folder : '',
    };
  }

  /** The next entry; undefined at the end of a list of children. Throws FormatError. */
  next(): Entry | undefined {
    const { source } = this;
    const code = source.uleb();
    const abbreviation = code === 0 ? undefined : this.abbreviations.get(code);
    if (!abbreviation) {
      // Without its abbreviation an entry cannot even be skipped.
      if (code !== 0) source.position = source.end;
      return undefined;
    }
    const values = new Map<number, { value: FormValue; form: number }>();
    for (const specification of abbreviation.specifications)
      values.set(specification.attribute, {
        value: readForm(source, specification, this.header, this.sections),
        form: specification.form,
      });
    return { tag: abbreviation.tag, hasChildren: abbreviation.hasChildren, values };
  }

  value(entry: Entry, attribute: number): FormValue {
    const found = entry.values.get(attribute);
    return found && resolved(found.value, found.form, this.header, this.bases, this.sections);
  }

  /** Where the code of an entry is. */
  ranges(entry: Entry): AddressRange[] {
    return this.plainRanges(entry).map(({ start, end }) => ({ start: start + this.shift, end: end + this.shift }));
  }

  private plainRanges(entry: Entry): AddressRange[] {
    const low = this.value(entry, Attribute.LowPc);
    const high = this.value(entry, Attribute.HighPc);
    if (typeof low === 'bigint' && high !== undefined && typeof high !== 'string') {
      const end = typeof high === 'bigint' ? high : low + BigInt(high);
      // What a linker has thrown away is at 0.
      return end > low && low !== 0n ? [{ start: low, end }] : [];
    }
    const listed = entry.values.get(Attribute.Ranges);
    if (typeof listed?.value !== 'number') return [];
    const found = readRanges(listed.value, listed.form, this.header, this.bases, this.sections);
    return found.filter(({ start, end }) => end > start && start !== 0n);
  }
}
