import * as esbuild from 'esbuild';
import { buildOptions } from './bundles';
import { buildBundles } from './vsix';

if (process.argv.includes('--watch')) {
  for (const options of buildOptions()) await (await esbuild.context({ ...options, logLevel: 'info' })).watch();
} else {
  await buildBundles();
}
