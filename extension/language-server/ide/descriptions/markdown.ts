/** Source text as a block that the client colours. */
export function code(text: string): string {
  return `\`\`\`riscv-asm\n${text.trimEnd()}\n\`\`\``;
}

/** Paragraphs, those left out that say nothing. */
export function paragraphs(parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n\n');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[], centred = false): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => (centred ? ':-:' : '---')).join('|')}|`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|');
}

export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
