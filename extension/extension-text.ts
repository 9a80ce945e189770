import { extensions, type Support } from '../simulator/isa';

/** What becomes of the instructions of an extension. */
export const supportText: Readonly<Record<Support, string>> = {
  runs: 'The machine runs it.',
  assembles: 'It is assembled; the machine does not run it: its instructions are illegal there.',
  named: 'It is known by name only: its instructions are not assembled.',
};

/** Every extension that -march knows, by what becomes of it. */
export function extensionList(): string {
  const width = Math.max(...extensions.map(({ march }) => march.length));
  const kinds = Object.entries(supportText) as [Support, string][];
  return kinds
    .map(([kind, text]) => {
      const rows = extensions
        .filter(({ march, support }) => support === kind && march !== '')
        .map(({ march, name }) => `  ${march.padEnd(width)}  ${name}`);
      return [text, ...rows].join('\n');
    })
    .join('\n\n');
}
