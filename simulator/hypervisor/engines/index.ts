import type { Engine } from './engine';
import { full } from './full/engine';
import { hardware } from './hardware/engine';
import { para } from './para/engine';
import { type EngineId, engineDescriptions } from './registry';

export type { EngineId } from './registry';

/** Of each that the registry describes: without it that one would not compile. */
const engineById: { readonly [id in EngineId]: Engine & { readonly id: id } } = { full, hardware, para };

export const engines: readonly (Engine & { readonly id: EngineId })[] = engineDescriptions.map(
  ({ id }) => engineById[id],
);

/** Those that run guests which know nothing of them. */
export const anyGuestEngines = engines.filter(({ guests }) => guests === 'any');

export function engineNamed(id: string): Engine | undefined {
  return engines.find((engine) => engine.id === id);
}
