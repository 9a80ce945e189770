import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { globSync } from 'glob';
import { siteTable } from './site-table';
import { newResultFile, readTotals, type Totals } from './test-results';

const outdir = 'out/test-unit';
/** These run inside VS Code, or drive it. */
const otherLayers = ['test/extension/', 'test/vscode-host/'];

/**
 * Bundles the unit tests, with the site table as in the product, and runs them in Node under mocha.
 * @param args globs of test files, or folders (all when there are none); then mocha's options, such as `-g title`
 */
export async function runUnitTests(args: readonly string[]): Promise<Totals> {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const mochaOptions = firstOption < 0 ? [] : args.slice(firstOption);
  const files = testFiles(args.slice(0, args.length - mochaOptions.length));
  const results = newResultFile('unit');
  if (files.length === 0) return readTotals(results);
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: [...files, 'test/support/reporter.ts'],
    outdir,
    outbase: 'test',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [siteTable()],
  });
  const bundled = files.map((file) => file.replace(/^test/, outdir).replace(/\.ts$/, '.js'));
  const mocha = spawn(
    process.execPath,
    [
      ...['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--no-config', '--timeout', '60000'],
      ...['--reporter', `${outdir}/support/reporter.js`, ...mochaOptions, ...bundled],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, TEST_RESULTS: results } },
  );
  await new Promise((resolve) => mocha.on('close', resolve));
  return readTotals(results);
}

function testFiles(patterns: readonly string[]): string[] {
  const globs = patterns.map((pattern) => (pattern.endsWith('.ts') ? pattern : `${pattern}/**/*.test.ts`));
  return globSync(globs.length > 0 ? globs : 'test/**/*.test.ts', { posix: true })
    .filter((file) => !otherLayers.some((folder) => file.startsWith(folder)))
    .sort();
}
