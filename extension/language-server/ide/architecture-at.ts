import {
  type Architecture,
  architectureChanges,
  architectureOf,
  changeArchitecture,
} from '../../../simulator/assembler/encode/architecture';
import type { SourceText } from './assembly';
import type { SourceIndex } from './index/source-index';

/** The instruction set in effect before a line: of -march, and of each `.option` of the source above it. */
export function architectureAt(
  source: SourceText,
  index: SourceIndex,
  line: number,
  march: string | undefined,
): Architecture {
  let { architecture } = architectureOf(march);
  const stack: Architecture[] = [];
  for (const number of index.optionLines()) {
    if (number >= line) break;
    for (const { key, operandText } of source.lines[number]!.statements) {
      if (key !== '.option') continue;
      const option = operandText.trim();
      if (option === 'push') stack.push(architecture);
      else if (option === 'pop') architecture = stack.pop() ?? architecture;
      const change = option === 'rvc' ? '+c' : option === 'norvc' ? '-c' : architectureChanges(option);
      const changed = change === undefined ? undefined : changeArchitecture(architecture, change);
      if (typeof changed === 'object') architecture = changed;
    }
  }
  return architecture;
}
