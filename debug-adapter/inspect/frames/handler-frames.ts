import { type Site, sites } from 'hyperstep:sites';
import type { ActiveHandler } from '../../../simulator/machine/hosted-software';
import type { Crossing, Step } from '../../../simulator/machine/narration';

/** A function of VMM or firmware that is being executed: innermost is the one that makes the step. */
export interface HandlerFrame {
  /** Where it stands: at a step, or at the call of the frame above it. */
  readonly site: Site;
  /** Sites of the calls that led to it, its caller's first: what distinguishes it from other activations of the same function. */
  readonly callers: readonly number[];
}

/** The functions in which a handler stands, innermost first. */
export function handlerFrames(handler: ActiveHandler): HandlerFrame[] {
  const step = handler.trail.at(-1);
  if (!step) return [];
  return pathOf(step).flatMap((id, index, path) => {
    const site = sites[id];
    return site ? [{ site, callers: path.slice(index + 1) }] : [];
  });
}

/** Where a handler's path crosses into another world, innermost first: each with the number of frames that are within. */
export function handlerCrossings({ trail }: ActiveHandler): readonly Crossing[] {
  return trail.at(-1)?.crossings ?? [];
}

/** What a frame's function has named so far in its narration, latest values: the expressions of the templates, with their values. */
export function frameVariables(
  { trail }: { readonly trail: readonly Step[] },
  frame: HandlerFrame,
): Map<string, unknown> {
  const variables = new Map<string, unknown>();
  for (const step of trail) {
    const site = sites[step.site];
    if (!site || !isSameFunction(site, frame.site) || !isSamePath(step.callers, frame.callers)) continue;
    for (const [index, expression] of site.expressions.entries()) {
      if (isVariable(expression)) variables.set(expression, step.values[index]);
    }
  }
  return variables;
}

/** A step in words: its template with the values in it. */
export function stepText(step: Step): string {
  const text = sites[step.site]?.text ?? [];
  return text.reduce((line, piece, index) => `${line}${index === 0 ? '' : String(step.values[index - 1])}${piece}`, '');
}

/** Where a step is, then the calls that led there. */
function pathOf({ site, callers }: Step): number[] {
  return [site, ...callers];
}

/** A function is where it begins: the name can be another's, too. */
function isSameFunction(a: Site, b: Site): boolean {
  return a.file === b.file && a.functionLines[0] === b.functionLines[0];
}

function isSamePath(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((site, index) => site === b[index]);
}

/** Names and members; longer expressions are for the sentence alone. */
function isVariable(expression: string): boolean {
  return /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(expression);
}
