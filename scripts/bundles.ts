import { existsSync } from 'node:fs';
import type { BuildOptions } from 'esbuild';
import { siteTable } from './site-table';

/** What `npm run build` makes of the sources: the table of everything in dist/. */
const bundles: readonly { entry: string; outfile: string; host: 'node' | 'worker' | 'webview'; external?: string[] }[] =
  [
    { entry: 'extension/node.ts', outfile: 'dist/extension.js', host: 'node', external: ['vscode'] },
    { entry: 'extension/browser.ts', outfile: 'dist/web/extension.js', host: 'worker', external: ['vscode'] },
    { entry: 'extension/language-server/node.ts', outfile: 'dist/language-server.js', host: 'node' },
    { entry: 'extension/language-server/browser.ts', outfile: 'dist/web/language-server.js', host: 'worker' },
    { entry: 'extension/runner/browser.ts', outfile: 'dist/web/runner.js', host: 'worker' },
    { entry: 'extension/cli/main.ts', outfile: 'dist/cli.js', host: 'node' },
    { entry: 'debug-adapter/node.ts', outfile: 'dist/debug-adapter.js', host: 'node' },
    { entry: 'debug-adapter/browser.ts', outfile: 'dist/web/debug-adapter.js', host: 'worker' },
    { entry: 'extension/webview/main.ts', outfile: 'dist/webview.js', host: 'webview' },
    { entry: 'extension/webview/panel/main.tsx', outfile: 'dist/panel.js', host: 'webview' },
  ];

const common: BuildOptions = {
  bundle: true,
  // A package's ES modules come first: those for CommonJS may load their parts by names that no bundler sees.
  mainFields: ['module', 'main'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
};

/** esbuild's options for each bundle; an entry point that does not exist is named and left out. */
export function buildOptions(): BuildOptions[] {
  return bundles
    .filter(({ entry, outfile }) => {
      const exists = existsSync(entry);
      if (!exists) console.log(`No ${entry}: ${outfile} is not built.`);
      return exists;
    })
    .map(({ entry, outfile, host, external = [] }) => ({
      ...common,
      entryPoints: [entry],
      outfile,
      external,
      plugins: [siteTable()],
      platform: host === 'node' ? 'node' : 'browser',
      target: host === 'node' ? 'node20' : 'es2022',
      // An extension host loads CommonJS; workers and webviews load a plain script.
      format: host === 'node' || external.includes('vscode') ? 'cjs' : 'iife',
    }));
}
