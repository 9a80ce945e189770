/** Markdown in one line, for rows and notifications, which show their text as it is: code and emphasis without their marks. */
export function plainText(markdown: string): string {
  const parts = markdown.split('`');
  // What stands between two marks is code, in which a star is a star; a mark without another is one itself.
  const isCode = (index: number): boolean => index % 2 === 1 && index < parts.length - 1;
  return parts
    .map((part, index) => (isCode(index) ? part : part.replace(/(\*{1,2})(?=\S)([^*]*\S)\1/g, '$2')))
    .reduce((text, part, index) =>
      parts.length % 2 === 0 && index === parts.length - 1 ? `${text}\`${part}` : text + part,
    )
    .replaceAll(/\s+/g, ' ')
    .trim();
}
