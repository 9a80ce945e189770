import type { Architecture } from '../encode/architecture';
import type { SymbolTable } from './symbol-table';
import type { Place, Section } from './symbols-and-sections';

/** A mark of where instructions or data begin: `$x`, `$d` (RISC-V ELF psABI, "Mapping Symbol"). */
export interface MappingSymbol {
  /** Whether instructions begin, and of which architecture when that is not as before. */
  readonly instructions: boolean;
  readonly architecture: Architecture | undefined;
  readonly place: Place;
  readonly order: number;
}

/**
 * The mapping symbols of sections with code. A section has its first at its first instruction, with the name of the
 * architecture, another whenever data and instructions change places, and one with a new name when the architecture
 * changes.
 */
export class MappingSymbols {
  readonly list: MappingSymbol[] = [];

  constructor(readonly symbols: SymbolTable) {}

  /** Instructions come next. `padding` says that they only fill up an alignment, which has no architecture. */
  instructions({ output, here }: Section, architecture: Architecture, padding = false): void {
    const first = output.mappedArchitecture === undefined;
    const changed = first || (!padding && output.mappedArchitecture !== architecture);
    const wasData = output.mapping === 'data' || output.mapping === 'none';
    output.mapping = padding ? (output.mappedArchitecture ?? architecture) : architecture;
    if (!changed && !wasData) return;
    if (changed) output.mappedArchitecture = architecture;
    this.#add(here, true, changed ? architecture : undefined);
  }

  data({ output, here }: Section): void {
    output.mapping = 'data';
    this.#add(here, false, undefined);
  }

  /** A byte between code and the instructions that align what follows is data; GNU as ends it only where it had begun code. */
  oddPadding(section: Section, offset: number, part: number): void {
    const place = { section, offset, part };
    const index = this.list.findIndex((mapping) => samePlace(mapping.place, place));
    const [began] = index < 0 ? [] : this.list.splice(index, 1);
    this.#add(place, false, undefined);
    if (began) this.#add({ ...place, offset: offset + 1 }, true, began.architecture);
  }

  #add(place: Place, instructions: boolean, architecture: Architecture | undefined): void {
    // What was said of this place before is no longer so.
    const before = this.list.at(-1);
    if (before && samePlace(before.place, place)) this.list.pop();
    this.list.push({ place, instructions, architecture, order: this.symbols.nextOrder() });
  }
}

function samePlace(a: Place, b: Place): boolean {
  return a.section === b.section && a.offset === b.offset && a.part === b.part;
}
