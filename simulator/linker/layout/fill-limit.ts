import { maximumContents } from '../../assembler/unit/layout';
import { SectionType } from '../../object/elf/relocatable';
import type { ScriptPlace } from '../scripts/syntax';
import { isFilled, type OutputSection } from '../sections/sections';

/**
 * Refuses what no memory holds before it is made: space is filled with bytes that are held, unless they are zeros.
 * Sections that are too much keep their size, and are not filled.
 */
export function refuseLargeFills(
  outputs: readonly OutputSection[],
  report: (place: ScriptPlace | undefined, message: string) => void,
): void {
  let total = 0;
  for (const output of outputs) {
    if (output.type === SectionType.Nobits) continue;
    const own = output.gaps.filter(({ fill }) => isFilled(fill)).reduce((sum, { size }) => sum + size, 0);
    if (total + own <= maximumContents) {
      total += own;
      continue;
    }
    report(
      output.description?.place,
      `${own} bytes of section '${output.name}' would be filled: ${maximumContents} are the most of a program; zeros have no limit`,
    );
    output.gaps = output.gaps.filter(({ fill }) => !isFilled(fill));
  }
}
