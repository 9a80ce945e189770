import type { OutputSection } from '../sections/sections';
import type { Base, ScriptValue } from './evaluate';
import type { Assignment, ScriptPlace } from './syntax';

/** A symbol that the script defines. */
export interface ScriptSymbol extends ScriptValue {
  readonly isProtected: boolean;
  readonly place: ScriptPlace;
  /** The section that it counts as part of, where it was counted from `.` between sections. */
  readonly near?: OutputSection | undefined;
  /** The one symbol that its value is, whose type it has. */
  readonly alias?: string | undefined;
}

/** What symbols mean outside of the script. */
export interface ObjectSymbols {
  /** The value of a symbol that an object defines. */
  definition(name: string): ScriptValue | undefined;
  /** Whether an object refers to a symbol. */
  isReferenced(name: string): boolean;
}

/** The symbols of a script while its passes give them their values again and again. */
export class ScriptSymbols {
  readonly values = new Map<string, ScriptSymbol>();
  /** How often the sections got their addresses: symbols are defined in the order of the script each time. */
  #iteration = 0;
  readonly #definedIn = new Map<string, number>();
  /** Symbols that expressions use. */
  readonly #used: Set<string>;
  readonly #provided = new Set<Assignment>();

  /** @param used symbols that count as used whatever the script says */
  constructor(
    readonly objects: ObjectSymbols,
    used: Iterable<string>,
  ) {
    this.#used = new Set(used);
  }

  /** Begins a pass. */
  next(): void {
    this.#iteration++;
  }

  get(name: string): ScriptValue | undefined {
    this.#used.add(name);
    return this.values.get(name) ?? this.objects.definition(name);
  }

  /** Whether a symbol is defined where the pass is: by an object, or earlier in the script. */
  isDefined(name: string): boolean {
    return this.isDefinedHere(name) || this.objects.definition(name) !== undefined;
  }

  /** Whether this pass defined a symbol already. */
  isDefinedHere(name: string): boolean {
    return this.#definedIn.get(name) === this.#iteration;
  }

  /** Whether an assignment counts: a PROVIDE does for what is used and defined nowhere else. */
  isWanted(assignment: Assignment): boolean {
    const { name, provide } = assignment;
    if (!provide || this.#provided.has(assignment)) return true;
    const isNeeded = this.objects.isReferenced(name) || this.#used.has(name);
    return isNeeded && !this.values.has(name) && !this.objects.definition(name);
  }

  define(
    assignment: Assignment,
    result: ScriptValue | undefined,
    section: Base,
    rest: Pick<ScriptSymbol, 'near' | 'alias'>,
  ): void {
    const { name, provide, isProtected = false, place } = assignment;
    if (provide) this.#provided.add(assignment);
    this.#definedIn.set(name, this.#iteration);
    if (!result && this.values.has(name)) return;
    const { value, section: base } = result ?? { value: 0n, section: undefined };
    // What a symbol is another name of stays, however its value is changed then.
    const alias = rest.alias === name ? this.values.get(name)?.alias : rest.alias;
    this.values.set(name, { value, section: base ?? section, isProtected, place, near: rest.near, alias });
  }
}
