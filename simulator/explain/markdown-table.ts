/** A table of Markdown, the first row its head. @param alignments by column; to the left where there is none */
export function markdownTable(
  [head = [], ...rows]: readonly (readonly string[])[],
  alignments: readonly (keyof typeof RULES)[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const rules = head.map((_, column) => RULES[alignments[column] ?? 'left']);
  return [line(head), `|${rules.join('|')}|`, ...rows.map(line)].join('\n');
}

const RULES = { left: '---', centre: ':-:', right: '--:' } as const;

/** A bar would end the cell; one that somebody has escaped already does not. */
const cell = (text: string): string => text.replaceAll(/(?<!\\)\|/g, '\\|');
