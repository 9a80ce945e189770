import { type Site, sites } from 'hyperstep:sites';
import type { Step } from '../../simulator/machine/narration';
import { frameVariables, type HandlerFrame } from './frames/handler-frames';

/** More ways to go on than this say nothing any more. */
const MOST = 256;

/** What may come after the step at which a handler stands. */
export type Coming =
  /** Another step, in words; what only its own run will tell stands as the source has it: `‹pte›`. In a loop that is all that goes round. */
  | { readonly kind: 'step'; readonly site: Site; readonly text: string }
  /** A function of which only a run tells which one it is. */
  | { readonly kind: 'call'; readonly site: Site }
  /** Its function may also end: then its caller goes on, in this function. */
  | { readonly kind: 'return'; readonly site: Site }
  /** The end of the handler. */
  | { readonly kind: 'end' };

/**
 * The steps that may come next, by the handler's source alone: it is not run. Several where conditions decide.
 * @param trail of a handler that stands at its last step
 * @param isPossible whether a site can be of the engine that runs the guest: a call may enter handlers of each of them
 */
export function comingSteps(trail: readonly Step[], isPossible: (site: Site) => boolean): Coming[] {
  const step = trail.at(-1);
  if (!step) return [];
  let next = sites[step.site]?.next ?? [];
  let callers: readonly number[] = step.callers;
  for (;;) {
    const { found, mayEnd } = inFunction(trail, next, callers, isPossible);
    const [call, ...outer] = callers;
    const caller = call === undefined ? undefined : sites[call];
    if (!mayEnd) return found;
    if (!caller) return [...found, { kind: 'end' }];
    // What comes after a function that may also go on itself would say little.
    if (found.length > 0) return [...found, { kind: 'return', site: caller }];
    next = caller.next;
    callers = outer;
  }
}

/** What may come next in a function, and in those that it enters, and whether it may end before. */
function inFunction(
  trail: readonly Step[],
  next: readonly number[],
  callers: readonly number[],
  isPossible: (site: Site) => boolean,
): { readonly found: Coming[]; readonly mayEnd: boolean } {
  const found: Coming[] = [];
  const seen = new Set<string>();
  let mayEnd = false;
  // Calls of one function come to the same step by several ways: it is told once.
  const tell = (coming: Coming & { readonly kind: 'step' | 'call' }): void => {
    if (!found.some((each) => isSameComing(each, coming))) found.push(coming);
  };
  const follow = (ids: readonly number[], inner: readonly number[]): void => {
    for (const id of inSourceOrder(ids)) {
      const key = [id, ...inner].join();
      if (seen.has(key) || seen.size >= MOST) continue;
      seen.add(key);
      const site = sites[id];
      if (site?.kind === 'step') {
        // A function that is entered anew has named nothing yet.
        const told = inner.length > callers.length ? [] : toldInPass(trail, id, inner);
        tell({ kind: 'step', site, text: expectedText(told, { site, callers: inner }) });
      } else if (site?.first) {
        const first = site.first.filter((each) => each < 0 || isPossible(sites[each] ?? site));
        follow(first, [id, ...inner]);
      } else if (site) {
        tell({ kind: 'call', site });
      } else if (inner.length <= callers.length) {
        mayEnd = true;
      } else {
        const [call = -1, ...outer] = inner;
        follow(sites[call]?.next ?? [], outer);
      }
    }
  };
  follow(next, callers);
  return { found, mayEnd };
}

function isSameComing(one: Coming, other: Coming): boolean {
  if (one.kind === 'step') return other.kind === 'step' && one.site === other.site && one.text === other.text;
  return one.kind === 'call' && other.kind === 'call' && one.site === other.site;
}

/** The end of a function last. */
function inSourceOrder(ids: readonly number[]): number[] {
  return [...ids].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
}

/**
 * The steps since an activation of a function last went back in its source, to a loop's next turn: what they named still holds at the
 * `coming` site. None when that one is reached by going back itself, as the loop may assign anew what was named in the turn before.
 * @param callers of the function, which is one that the last step is in
 */
function toldInPass(trail: readonly Step[], coming: number, callers: readonly number[]): readonly Step[] {
  let start = 0;
  let last = -1;
  for (const [index, { site, callers: path }] of trail.entries()) {
    const depth = path.length - callers.length;
    if (!callers.every((call, outward) => path[depth + outward] === call)) {
      start = index + 1;
      last = -1;
      continue;
    }
    const place = [site, ...path][depth] ?? -1;
    // Where the function stands at a call, further steps of the callee are no other turn.
    if (place < last || (place === last && depth === 0)) start = index;
    last = place;
  }
  return coming > last ? trail.slice(start) : [];
}

/** A step's template with what its function has named in the steps before; the rest as expressions. */
function expectedText(trail: readonly Step[], frame: HandlerFrame): string {
  const { site } = frame;
  const known = frameVariables({ trail }, frame);
  return site.text.reduce((line, piece, index) => {
    if (index === 0) return piece;
    const expression = site.expressions[index - 1] ?? '';
    return `${line}${known.has(expression) ? String(known.get(expression)) : `‹${expression}›`}${piece}`;
  }, '');
}
