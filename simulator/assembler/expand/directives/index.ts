import { dataDirectives } from './data';
import { debugDirectives } from './debug';
import type { Directive } from './directive';
import { floatDirectives } from './float';
import { flowDirectives } from './flow';
import { insnDirectives } from './insn';
import { noteDirectives } from './notes';
import { relocationDirectives } from './relocations';
import { riscvDirectives } from './riscv';
import { sectionDirectives } from './sections';
import { spaceDirectives } from './space';
import { structureDirectives } from './structure';
import { symbolDirectives } from './symbols';
import { versionDirectives } from './versions';

export type { Directive };

/** Every directive, by name: one table for assembling, completion and hover. */
export const directiveTable: ReadonlyMap<string, Directive> = new Map(
  [
    ...dataDirectives,
    ...floatDirectives,
    ...spaceDirectives,
    ...sectionDirectives,
    ...symbolDirectives,
    ...flowDirectives,
    ...riscvDirectives,
    ...insnDirectives,
    ...debugDirectives,
    ...noteDirectives,
    ...relocationDirectives,
    ...structureDirectives,
    ...versionDirectives,
  ].map((directive) => [directive.name, directive]),
);

export function directiveNamed(name: string): Directive | undefined {
  return directiveTable.get(name);
}

export function directiveNames(): Iterable<string> {
  return directiveTable.keys();
}

/** How a statement changes the depth of blocks of this kind: 1 opens one, -1 closes one. */
export function blockChange(kind: 'macro' | 'repeat', key: string): number {
  if (kind === 'macro') return key === '.macro' ? 1 : key === '.endm' || key === '.endmacro' ? -1 : 0;
  if (key === '.endr') return -1;
  return key === '.rept' || key === '.rep' || key === '.irp' || key === '.irep' || key === '.irpc' || key === '.irepc'
    ? 1
    : 0;
}
