import { mkdirSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const file = 'out/gallery/index.html';

/** Every page of the machine panel with recorded data, in every theme: @returns the path of its HTML file */
export async function buildGallery(): Promise<string> {
  const built = await esbuild.build({
    entryPoints: ['test/panel/gallery.tsx'],
    outfile: 'out/gallery/gallery.js',
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    logLevel: 'warning',
  });
  const part = (end: string): string => built.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  mkdirSync('out/gallery', { recursive: true });
  // Text of a script may not end the element that it is in.
  const script = part('.js').replaceAll('</script', '<\\/script');
  writeFileSync(
    file,
    `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>The machine panel of HyperStep</title>
  <style>${part('.css')}</style>
</head>
<body>
  <script>${script}</script>
</body>
</html>
`,
  );
  return file;
}
