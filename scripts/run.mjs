// Runs scripts/NAME.ts: `node scripts/run.mjs NAME [arguments]`.
// Plain JavaScript, so that it works on a fresh clone with only Node and npm: missing npm packages are installed first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [name, ...args] = process.argv.slice(2);
process.chdir(path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));

if (!existsSync('node_modules/.package-lock.json')) {
  console.log('HyperStep: installing the npm packages (npm ci) ...');
  const { status } = spawnSync('npm', ['ci'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Scripts run no machine: what the build alone makes for one, they do without. */
const withoutMachine = {
  name: 'without-machine',
  setup(building) {
    building.onResolve({ filter: /^hyperstep:/ }, ({ path: module }) => ({ path: module, namespace: 'hyperstep' }));
    building.onLoad({ filter: /.*/, namespace: 'hyperstep' }, () => ({
      contents: 'export const sites = [], brokenPagers = {};',
    }));
  },
};

const { build } = await import('esbuild');
const outfile = path.resolve('out/scripts', `${name}.mjs`);
await build({
  entryPoints: [`scripts/${name}.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  plugins: [withoutMachine],
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, outfile, ...args];
await import(pathToFileURL(outfile).href);
