import { readFileSync } from 'node:fs';

/** VS Code's themes in which the panel is looked at. */
export const themes = [
  'Default Light Modern',
  'Default Dark Modern',
  'Default High Contrast',
  'Default High Contrast Light',
] as const;

const styles = [
  'extension/webview/style.css',
  'extension/webview/rows.css',
  'extension/webview/panel/panel.css',
  'test/panel/gallery.css',
];

/** The variables of VS Code's that the panel's styles use. */
export function usedVariables(): string[] {
  const used = styles.flatMap((file) => readFileSync(file, 'utf8').match(/--vscode-[\w-]+/g) ?? []);
  return [...new Set(used)].sort();
}
