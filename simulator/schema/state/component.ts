import { Object as ObjectOf, type Static, type TObject, type TProperties } from '@sinclair/typebox';
import { briefly, type Path } from '../problems';
import { isNumbers, isPlainRecord, type PlainRecord, type PlainValue } from './plain';
import { StateError } from './state-error';
import { plainOf, StateReader } from './values';

/** What is wrong with a field beside the others: `{ path: ['size'], problem: 'must be a power of two' }`. */
export interface FieldProblem {
  readonly path: Path;
  readonly problem: string;
}

/** The one description of a kind of component's state: its type, how it is saved, and what is taken up again. */
export interface StateSchema<Fields extends TProperties> {
  readonly name: string;
  /** Goes up when fields change: what has been saved in another form is refused by it. */
  readonly version: number;
  readonly fields: TObject<Fields>;
  /** What fields have to be to each other, once each is right by itself. */
  check(state: Static<TObject<Fields>>): FieldProblem | undefined;
}

/** The type of a state; a component keeps one of it, in which its methods change the fields. */
export type StateOf<Schema> = Schema extends StateSchema<infer Fields> ? Static<TObject<Fields>> : never;

export function stateSchema<Fields extends TProperties>(
  name: string,
  version: number,
  fields: Fields,
  check: (state: Static<TObject<Fields>>) => FieldProblem | undefined = () => undefined,
): StateSchema<Fields> {
  return { name, version, fields: ObjectOf(fields), check };
}

export type SavedComponent = {
  readonly component: string;
  readonly version: number;
  readonly state: PlainRecord;
  readonly parts: { readonly [part: string]: SavedComponent };
};

/** What has a state. */
export interface Component {
  /** The state now, and those of its parts: a deep copy. */
  save(): SavedComponent;
  /**
   * Checks a state that has been saved, of which nothing is known.
   * @param place where the component is in the machine, for messages
   * @returns what takes the state up
   * @throws StateError; nothing has changed then
   */
  prepare(saved: PlainValue | undefined, place: string): () => void;
}

/** What is wrong with a part beside the others. */
export interface PartProblem extends FieldProblem {
  readonly part: string;
}

/** A saved field of a part. */
export type SavedField = (part: string, name: string) => PlainValue | undefined;

export interface ComponentOptions {
  /** Components that are in this one as long as it is there. */
  readonly parts?: Parts;
  /** What parts have to be to each other, once each is right by itself. */
  readonly check?: (field: SavedField) => PartProblem | undefined;
  /** Called when a state has been taken up: what is kept beside it is made from it anew. */
  readonly restored?: () => void;
}

/** What gives its state as a whole and takes one as a whole: for a state that lies in another form than it is saved in. */
export interface StateHolder<State> {
  /** The state now; nobody changes what is given here. */
  state(): State;
  /** Takes up a state that the schema has found right; it is the holder's own from now on. */
  restore(state: State): void;
}

/**
 * A component of a schema.
 * @param state where it keeps its fields. Restoring gives them new values; arrays of numbers of a fixed count stay the same arrays. A field that
 *   lies elsewhere has accessors.
 */
export function component<Fields extends TProperties>(
  schema: StateSchema<Fields>,
  state: Static<TObject<Fields>>,
  options: ComponentOptions = {},
): Component {
  return componentOf(schema, { state: () => state, restore: (read) => changeFields(schema, state, read) }, options);
}

/** A component of a schema whose state is made when it is asked for. */
export function componentOf<Fields extends TProperties>(
  schema: StateSchema<Fields>,
  holder: StateHolder<Static<TObject<Fields>>>,
  options: ComponentOptions = {},
): Component {
  return new DescribedComponent(schema, holder, options);
}

/** Takes up a saved state. @throws StateError; nothing has changed then */
export function restore(component: Component, saved: PlainValue | undefined, place: string): void {
  component.prepare(saved, place)();
}

/** A component that is nothing but its parts. */
export function withoutState(name: string, options: ComponentOptions = {}): Component {
  return component(stateSchema(name, 1, {}), {}, options);
}

/** Components by the names of the parts that they are. */
export type Parts = { readonly [part: string]: Component };

export function saveParts(parts: Parts): SavedComponent['parts'] {
  return Object.fromEntries(Object.entries(parts).map(([part, component]) => [part, component.save()]));
}

/** Checks the saved parts of a component. @returns what takes each up @throws StateError */
export function prepareParts(parts: Parts, saved: PlainRecord, place: string): (() => void)[] {
  return Object.entries(parts).map(([part, component]) =>
    component.prepare(Object.hasOwn(saved, part) ? saved[part] : undefined, `${place}.${part}`),
  );
}

/**
 * What is around the fields of a component that has been saved, of which nothing is known.
 * @param parts that it is to have, and no others
 * @throws StateError
 */
export function openComponent(
  saved: PlainValue | undefined,
  place: string,
  { name, version }: { readonly name: string; readonly version: number },
  parts: Parts,
): { state: PlainRecord; parts: PlainRecord } {
  const refuse = (problem: string): never => {
    throw new StateError(place, [], problem);
  };
  if (saved === undefined) return refuse(`must be the state of a ${name}, and is missing`);
  if (!isPlainRecord(saved)) return refuse(`must be the state of a ${name}, not ${briefly(saved)}`);
  if (saved['component'] !== name)
    return refuse(`must be the state of a ${name}, not of ${briefly(saved['component'] ?? null)}`);
  if (saved['version'] !== version)
    return refuse(`has version ${briefly(saved['version'] ?? null)}, and this hyperstep reads version ${version}`);
  const { state, parts: given, ...rest } = saved;
  const [extra] = Object.keys(rest).filter((word) => word !== 'component' && word !== 'version');
  if (extra !== undefined) return refuse(`has ${briefly(extra)} beside its state and parts`);
  if (!isPlainRecord(state)) return refuse('must have a state with fields');
  if (!isPlainRecord(given)) return refuse('must have parts by name');
  const unknown = Object.keys(given).find((part) => !Object.hasOwn(parts, part));
  if (unknown !== undefined)
    return refuse(`has no part ${briefly(unknown)}; there are ${Object.keys(parts).join(', ') || 'none'}`);
  return { state, parts: given };
}

class DescribedComponent<Fields extends TProperties> implements Component {
  private readonly parts: Parts;

  constructor(
    private readonly schema: StateSchema<Fields>,
    private readonly holder: StateHolder<Static<TObject<Fields>>>,
    private readonly options: ComponentOptions,
  ) {
    this.parts = options.parts ?? {};
  }

  save(): SavedComponent {
    const { name, version, fields } = this.schema;
    const state = plainOf(fields, this.holder.state());
    if (!isPlainRecord(state)) throw new RangeError(`the state of ${name} is no record`);
    return { component: name, version, state, parts: saveParts(this.parts) };
  }

  prepare(saved: PlainValue | undefined, place: string): () => void {
    const { state, parts } = openComponent(saved, place, this.schema, this.parts);
    const read = this.read(state, place);
    const steps = prepareParts(this.parts, parts, place);
    const wrong = this.options.check?.((part, name) => fieldOf(parts[part], name));
    if (wrong) throw new StateError(`${place}.${wrong.part}`, wrong.path, wrong.problem);
    return () => {
      this.holder.restore(read);
      for (const step of steps) step();
      this.options.restored?.();
    };
  }

  private read(saved: PlainRecord, place: string): Static<TObject<Fields>> {
    const reader = new StateReader(place);
    // Every field has been read by its schema.
    const read = reader.read(this.schema.fields, saved, []) as Static<TObject<Fields>>;
    const wrong = this.schema.check(read);
    if (wrong) reader.refuse(wrong.path, wrong.problem);
    return read;
  }
}

/** A field of a saved component that has been read. */
function fieldOf(saved: PlainValue | undefined, name: string): PlainValue | undefined {
  const state = isPlainRecord(saved) ? saved['state'] : undefined;
  return isPlainRecord(state) ? state[name] : undefined;
}

/** Gives a record of fields the values of another one. */
function changeFields<Fields extends TProperties>(
  { fields }: StateSchema<Fields>,
  state: Static<TObject<Fields>>,
  read: Static<TObject<Fields>>,
): void {
  for (const field of Object.keys(fields.properties)) {
    const [before, after]: readonly unknown[] = [Reflect.get(state, field), Reflect.get(read, field)];
    if (isNumbers(before) && isNumbers(after) && before.length === after.length) before.set(after);
    else Reflect.set(state, field, after);
  }
}
