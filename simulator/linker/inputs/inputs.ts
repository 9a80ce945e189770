import type { Archive, ArchiveMember } from '../../object/archive';
import type { ObjectFile, ObjectSymbol } from '../../object/elf/relocatable';

/** An archive with its objects at hand. */
export interface LoadedArchive {
  readonly path: string;
  readonly archive: Archive;
  readonly whole: boolean;
  /** The object that a member is; undefined when it cannot be read, which has been reported. */
  open(member: ArchiveMember): ObjectFile | undefined;
}

/** What is linked, once it is read. */
export type LoadedInput = ObjectFile | LoadedArchive | { readonly group: readonly (ObjectFile | LoadedArchive)[] };

type Definition = 'undefined' | 'weak' | 'common' | 'defined';

/**
 * Chooses the objects of a link: of archives those that define what is wanted at their place, in ld's order. What an
 * object wants that is chosen last is looked for in the archives that follow, or in those of its group.
 */
export class InputSelection {
  readonly objects: ObjectFile[] = [];
  readonly #known = new Map<string, Definition>();
  readonly #included = new Set<ArchiveMember>();
  /** How often something became wanted. */
  #wanted = 0;

  /**
   * @param wanted symbols that are wanted whatever the objects say
   * @param defined symbols that something else than objects defines
   */
  constructor(wanted: Iterable<string>, defined: Iterable<string>) {
    for (const name of defined) this.#known.set(name, 'defined');
    for (const name of wanted) this.#want(name);
  }

  add(input: LoadedInput): void {
    if ('group' in input) {
      for (let before = -1; before !== this.#wanted; ) {
        before = this.#wanted;
        for (const member of input.group) this.#addOne(member);
      }
    } else this.#addOne(input);
  }

  #addOne(input: ObjectFile | LoadedArchive): void {
    if (!('archive' in input)) {
      if (!this.objects.includes(input)) this.#addObject(input);
    } else if (input.whole) {
      for (const member of input.archive.members) this.#include(input, member);
    } else this.#search(input);
  }

  #addObject(object: ObjectFile): void {
    this.objects.push(object);
    for (const symbol of object.symbols) {
      if (symbol.binding === 'local') continue;
      const known = this.#known.get(symbol.name);
      const own = definitionOf(symbol);
      if (own === 'undefined' && (known === undefined || known === 'weak')) this.#want(symbol.name);
      else if (known === undefined || rank[own] > rank[known]) this.#known.set(symbol.name, own);
    }
  }

  #want(name: string): void {
    const known = this.#known.get(name);
    if (known !== undefined && known !== 'weak') return;
    this.#known.set(name, 'undefined');
    this.#wanted++;
  }

  #include(archive: LoadedArchive, member: ArchiveMember): void {
    if (this.#included.has(member)) return;
    this.#included.add(member);
    const object = archive.open(member);
    if (object) this.#addObject(object);
  }

  /** Goes through an archive's index until nothing in it is wanted any more. */
  #search(input: LoadedArchive): void {
    const symbols = input.archive.symbols ?? symbolsOf(input);
    for (let again = true; again; ) {
      again = false;
      for (const { name, member } of symbols) {
        if (this.#included.has(member) || !this.#isWanted(name, input, member)) continue;
        const before = this.#wanted;
        this.#include(input, member);
        if (this.#wanted !== before) again = true;
      }
    }
  }

  #isWanted(name: string, input: LoadedArchive, member: ArchiveMember): boolean {
    const known = this.#known.get(name);
    if (known === 'undefined') return true;
    if (known !== 'common') return false;
    // Storage becomes what a real definition makes of it.
    return (
      input.open(member)?.symbols.some((symbol) => symbol.name === name && definitionOf(symbol) === 'defined') ?? false
    );
  }
}

const rank: Readonly<Record<Definition, number>> = { weak: 0, undefined: 1, common: 2, defined: 3 };

/** 'weak' for what is used where it is defined and not wanted. */
function definitionOf({ section, binding }: ObjectSymbol): Definition {
  if (section === 'undefined') return binding === 'weak' ? 'weak' : 'undefined';
  return section === 'common' ? 'common' : 'defined';
}

/** What the members of an archive without an index define. */
function symbolsOf(input: LoadedArchive): { name: string; member: ArchiveMember }[] {
  return input.archive.members.flatMap((member) =>
    (input.open(member)?.symbols ?? []).flatMap((symbol) =>
      symbol.binding !== 'local' && symbol.section !== 'undefined' ? [{ name: symbol.name, member }] : [],
    ),
  );
}
