import type { Engine } from './engine';
import { full } from './full/engine';
import { hardware } from './hardware/engine';
import { type EngineId, engineDescriptions } from './registry';

export type { EngineId } from './registry';

/** Of each that the registry describes: without it that one would not compile. */
const engineById: { readonly [id in EngineId]: Engine & { readonly id: id } } = { full, hardware };

export const engines: readonly (Engine & { readonly id: EngineId })[] = engineDescriptions.map(
  ({ id }) => engineById[id],
);

export function engineNamed(id: string): Engine | undefined {
  return engines.find((engine) => engine.id === id);
}
