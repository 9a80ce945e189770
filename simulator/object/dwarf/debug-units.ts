import { attempt } from '../bytes/reader';
import { type Abbreviation, eachAbbreviation } from './abbreviations';
import { readScopes, type ScopedUnit, type UnitScopes } from './code-scopes';
import { EntryReader, type UnitRoot } from './entries';
import { filesOfLineProgram } from './lines';
import type { DebugSections } from './sections';
import { unitHeaders } from './units';

const noScopes: UnitScopes = { blocks: [], hasMovingVariables: false };

/** A unit of a file's debug information: of it only the first entry is read until somebody asks for more. */
export class DebugUnit implements UnitRoot, ScopedUnit {
  private readonly root: UnitRoot;
  #scopes: UnitScopes | undefined;

  /** Throws FormatError. */
  constructor(
    private readonly entries: EntryReader,
    private readonly sections: DebugSections,
  ) {
    this.root = entries.readRoot();
  }

  get ranges(): UnitRoot['ranges'] {
    return this.root.ranges;
  }

  get lines(): UnitRoot['lines'] {
    return this.root.lines;
  }

  get folder(): string {
    return this.root.folder;
  }

  get scopes(): UnitScopes {
    this.#scopes ??= attempt(() => readScopes(this.entries, this.files())).value ?? noScopes;
    return this.#scopes;
  }

  private files(): readonly string[] {
    const { lines, folder } = this.root;
    return lines === undefined ? [] : (attempt(() => filesOfLineProgram(this.sections, lines, folder)).value ?? []);
  }
}

/**
 * The units of a file; those that cannot be read are left out.
 * @param shift by how much code is elsewhere than the file says
 */
export function debugUnits(sections: DebugSections, shift = 0n): DebugUnit[] {
  const units: DebugUnit[] = [];
  const tables = new Map<number, ReadonlyMap<number, Abbreviation>>();
  const read = (): void => {
    for (const header of unitHeaders(sections)) {
      if (header.entries.atEnd) continue;
      const unit = attempt(() => {
        const abbreviations = tables.get(header.abbreviations) ?? tableAt(sections, header.abbreviations);
        tables.set(header.abbreviations, abbreviations);
        return new DebugUnit(new EntryReader(header, abbreviations, sections, shift), sections);
      }).value;
      if (unit) units.push(unit);
    }
  };
  // What comes before damage is good.
  attempt(read);
  return units;
}

function tableAt({ abbreviations }: DebugSections, offset: number): ReadonlyMap<number, Abbreviation> {
  return new Map([...eachAbbreviation(abbreviations, offset)].map((each) => [each.code, each]));
}
