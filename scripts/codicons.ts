import { readFileSync } from 'node:fs';

/** Of VS Code's icons those that the machine panel shows: the whole font is larger than the panel. */
const shown = [
  'arrow-both',
  'check',
  'chevron-left',
  'chevron-right',
  'close',
  'debug-step-out',
  'error',
  'file-binary',
  'go-to-search',
  'history',
  'list-ordered',
  'pin',
  'save',
  'screen-full',
  'search',
  'server-process',
  'target',
  'zoom-in',
  'zoom-out',
] as const;

export const codiconsFile = 'extension/webview/panel/codicons.ts';

/** The outlines of these icons, as the package has them. */
export function codiconsText(): string {
  const sprite = readFileSync('node_modules/@vscode/codicons/dist/codicon.svg', 'utf8');
  const entries = shown.map((name) => {
    const key = /^[a-z]+$/.test(name) ? name : `'${name}'`;
    return `  ${key}: [\n${outlinesOf(sprite, name)
      .map((outline) => `    '${outline}',\n`)
      .join('')}  ],\n`;
  });
  return `/**
 * Outlines of VS Code's icons, in a square of 16: those that the panel shows. Made by \`npm run generate\` of @vscode/codicons, which is
 * Microsoft's, under CC BY 4.0.
 */
export const codicons = {
${entries.join('')}} as const;

export type IconName = keyof typeof codicons;
`;
}

/** The data of an icon's paths. @throws Error where the package has no such icon, or one of other shapes */
function outlinesOf(sprite: string, name: string): string[] {
  const symbol = new RegExp(`<symbol [^>]*viewBox="0 0 16 16" id="${name}"[^>]*>(.*?)</symbol>`).exec(sprite)?.[1];
  const outlines = [...(symbol ?? '').matchAll(/<path d="([^"]+)"\/>/g)].map(([, data = '']) => data);
  if (outlines.length === 0 || outlines.length !== (symbol ?? '').split('<').length - 1)
    throw new Error(`@vscode/codicons has no icon '${name}' that is made of plain paths`);
  return outlines;
}
