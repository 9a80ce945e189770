import { type Site, sites } from 'hyperstep:sites';
import type { Step } from '../../simulator/machine/narration';
import { frameVariables, type HandlerFrame } from './handler-frames';

/** More ways to go on than this say nothing any more. */
const MOST = 64;

/** What may come after the step at which a handler stands. */
export type Coming =
  /** Another step, in words; what only its own run will tell stands as the source has it: `‹pte›`. */
  | { readonly kind: 'step'; readonly site: Site; readonly text: string }
  /** A function of which only a run tells which one it is. */
  | { readonly kind: 'call'; readonly site: Site }
  /** The end of the handler. */
  | { readonly kind: 'end' };

/**
 * The steps that may come next, by the handler's source alone: it is not run. Several where conditions decide.
 * @param trail of a handler that stands at its last step
 */
export function comingSteps(trail: readonly Step[]): Coming[] {
  const step = trail.at(-1);
  if (!step) return [];
  const found: Coming[] = [];
  const seen = new Set<string>();
  const follow = (ids: readonly number[], callers: readonly number[]): void => {
    // As the source has them; the end of the function last.
    const inOrder = [...ids].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
    for (const id of inOrder) {
      const key = [id, ...callers].join();
      if (seen.has(key) || seen.size >= MOST) continue;
      seen.add(key);
      const site = sites[id];
      if (site?.kind === 'step') {
        found.push({ kind: 'step', site, text: expectedText(trail, { site, callers }) });
      } else if (site?.first) {
        follow(site.first, [id, ...callers]);
      } else if (site) {
        found.push({ kind: 'call', site });
      } else {
        const [caller, ...outer] = callers;
        if (caller === undefined) found.push({ kind: 'end' });
        else follow(sites[caller]?.next ?? [], outer);
      }
    }
  };
  follow(sites[step.site]?.next ?? [], step.callers);
  return found;
}

/** A step's template with what its function has named before; the rest as expressions. */
function expectedText(trail: readonly Step[], frame: HandlerFrame): string {
  const { site } = frame;
  const known = frameVariables({ trail }, frame);
  return site.text.reduce((line, piece, index) => {
    if (index === 0) return piece;
    const expression = site.expressions[index - 1] ?? '';
    return `${line}${known.has(expression) ? String(known.get(expression)) : `‹${expression}›`}${piece}`;
  }, '');
}
