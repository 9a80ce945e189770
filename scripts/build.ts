import { rmSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { buildOptions } from './bundles';

const watch = process.argv.includes('--watch');
rmSync('dist', { recursive: true, force: true });
if (watch) {
  for (const options of buildOptions()) await (await esbuild.context({ ...options, logLevel: 'info' })).watch();
} else {
  await Promise.all(buildOptions().map((options) => esbuild.build(options)));
}
