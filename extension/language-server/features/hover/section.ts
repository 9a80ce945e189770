import { hex, paragraphs } from '../../ide/descriptions/markdown';
import { includedFile } from '../included-files';
import type { Target } from '../target';

/** An output section: where it was placed. */
export function hoverSection({ analysis, word }: Target): string | undefined {
  const name = word.name.replace(/^"|"$/g, '');
  const section = analysis.result.program?.sections.find((candidate) => candidate.name === name);
  if (section) {
    const { address, size, alignment } = section;
    return `Section **${name}** at \`${hex(address)}\`: ${size} bytes, aligned to ${alignment}`;
  }
  const parts = analysis.result.units.flatMap((unit) => unit.object.sections.filter((part) => part.name === name));
  if (parts.length === 0) return undefined;
  const bytes = parts.reduce((sum, { size }) => sum + size, 0);
  return `Section **${name}**: ${bytes} bytes`;
}

/** The file that an including directive found. */
export function hoverInclude(target: Target): string | undefined {
  const file = includedFile(target, target.word);
  if (file === undefined) return undefined;
  const lines = target.analysis.source(file)?.lines.length;
  return paragraphs([`\`${file.replace(/^file:\/\//, '')}\``, lines !== undefined && `${lines} lines`]);
}
