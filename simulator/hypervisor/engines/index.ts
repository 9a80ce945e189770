import type { Engine } from './engine';
import { full } from './full/engine';
import { hardware } from './hardware/engine';

/** Every way to virtualize that there is: choices, hover, filters and documentation come from here. */
export const engines = [full, hardware] as const satisfies readonly Engine[];

export type EngineId = (typeof engines)[number]['id'];

export function engineNamed(id: string): Engine | undefined {
  return engines.find((engine) => engine.id === id);
}
