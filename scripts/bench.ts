/** `npm run bench -- NAME [arguments]`: builds bench/NAME/run.ts, with the site table, and runs it. Without a name it lists them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { siteTable } from './site-table';

const [name = '', ...words] = process.argv.slice(2);
const entry = path.join('bench', name, 'run.ts');

if (name === '' || !existsSync(entry)) {
  const names = readdirSync('bench').filter((folder) => existsSync(path.join('bench', folder, 'run.ts')));
  console.log(`npm run bench -- NAME, with NAME one of ${names.join(', ')}`);
  process.exit(name === '' ? 0 : 2);
}
const outfile = path.join('out', 'bench', `${name}.cjs`);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  packages: 'external',
  plugins: [siteTable()],
  logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, [outfile, ...words], { stdio: 'inherit' }).status ?? 1);
