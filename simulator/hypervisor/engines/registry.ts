import type { ExitKind } from '../exits/exit-kind';
import type { EngineDescription } from './description';
import { fullDescription } from './full/description';
import { hardwareDescription } from './hardware/description';
import { paraDescription } from './para/description';

/** Every way to virtualize that there is: choices, hover, filters and documentation come from here. */
export const engineDescriptions = [
  fullDescription,
  hardwareDescription,
  paraDescription,
] as const satisfies readonly EngineDescription[];

export type EngineId = (typeof engineDescriptions)[number]['id'];

/** The kinds of exits of all engines, those of several once. */
export const exitKinds: readonly ExitKind[] = [
  ...new Set(engineDescriptions.flatMap(({ exits }): readonly ExitKind[] => exits)),
];

export function exitKindNamed(id: string): ExitKind | undefined {
  return exitKinds.find((kind) => kind.id === id);
}
