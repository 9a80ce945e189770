/**
 * Privileged software that is part of HyperStep (firmware, VMM) narrates: before each thing it does, its handler yields a step,
 * whose template is the comment, the log line and the debugger's stopping place at once.
 * The build (scripts/site-table.ts) numbers every `step` and every `yield*` in the handlers' sources (see `hyperstep:sites`), and gives
 * each handler a straight twin: a plain function of the same source without the steps, which runs where nobody looks.
 */
/** Whose software does something: a step's path tells where it crosses from one world into another. Compared as an object. */
export interface World {
  /** As sentences name it. */
  readonly name: string;
}

/** A place in a step's path at which another world begins. */
export interface Crossing {
  readonly into: World;
  /** How many sites of the path are within, the step's own among them. */
  readonly sites: number;
}

export interface Step {
  /** Id in the site table of the template that made this step. */
  readonly site: number;
  /** The values of its `${...}`, in order. */
  readonly values: readonly unknown[];
  /** Sites of the calls that led here, innermost first: each `inside` adds its own as the step passes outwards. */
  readonly callers: number[];
  /** Where that path crosses into another world, innermost first: each `across` adds its own. */
  readonly crossings: Crossing[];
  /**
   * What happens at it, for whoever looks for such a thing: an object of a class whose fields say more (``yield step.about(new Kill(…))`…` ``
   * and `step.about instanceof Kill`). Absent where the text is all that anybody wants of it.
   */
  readonly about?: object;
}

/** A handler at work, step by step. It has the same effect as its straight twin. */
export type Narration<Result = void> = Generator<Step, Result, void>;

type StepTag = (text: TemplateStringsArray, ...values: readonly unknown[]) => Step;

/** A tag as the sources have it, which the build replaces by that of its site. */
type SourceTag = StepTag & { readonly at: (site: number) => StepTag };

function sourceTag(about: Pick<Step, 'about'>): SourceTag {
  const untabled: StepTag = (text) => {
    throw new Error(`no site number for the step "${text.join('...')}": it was built without the site table`);
  };
  return Object.assign(untabled, {
    at:
      (site: number): StepTag =>
      (_text, ...values) => ({ site, values, callers: [], crossings: [], ...about }),
  });
}

/** Tags a narrating template. The build replaces each use of `step` by `step.at(site)`, and of `step.about(x)` by `step.about(x).at(site)`. */
export const step: SourceTag & { readonly about: (about: object) => SourceTag } = Object.assign(sourceTag({}), {
  about: (about: object) => sourceTag({ about }),
});

/** Runs an inner handler on behalf of the call at `site`. The build writes this around the operand of each `yield*`. */
export function* inside<Result>(site: number, inner: Narration<Result>): Narration<Result> {
  for (;;) {
    const next = inner.next();
    if (next.done) return next.value;
    next.value.callers.push(site);
    yield next.value;
  }
}

/**
 * Runs an inner handler in another world, as the machine does with who handles a trap, and a handler by `yield* across(world, f(x))`. In
 * the straight twin that is the call alone.
 */
export function* across<Result>(into: World, inner: Narration<Result>): Narration<Result> {
  for (;;) {
    const next = inner.next();
    if (next.done) return next.value;
    const { callers, crossings } = next.value;
    crossings.push({ into, sites: callers.length + 1 });
    yield next.value;
  }
}

/** Runs a handler to its end where nobody looks: the build replaces `runThrough(f(x))` by a call of the straight twin of `f`. */
export function runThrough<Result>(_narration: Narration<Result>): Result {
  throw new Error('no straight twin of the handler: its caller was built without the site table');
}
