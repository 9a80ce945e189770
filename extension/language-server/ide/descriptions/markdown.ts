/** Source text as a block that the client colours. */
export function code(text: string): string {
  return `\`\`\`riscv-asm\n${text.trimEnd()}\n\`\`\``;
}

/** Paragraphs, those left out that say nothing. */
export function paragraphs(parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n\n');
}

export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
