import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { globSync } from 'glob';
import { siteTable } from './site-table';
import { newResultFile, readTotals, type Totals } from './test-results';

/** Tests that run in Node under mocha. */
export interface MochaLayer {
  name: string;
  /** Test files, and those that another layer runs. */
  files: string;
  except: string[];
  /** Of one test, in milliseconds. */
  timeout: number;
}

/**
 * Bundles the tests of a layer, with the site table as in the product, and runs them.
 * @param args globs of test files, or folders (all when there are none); then mocha's options, such as `-g title`
 */
export async function runMocha(layer: MochaLayer, args: readonly string[]): Promise<Totals> {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const options = firstOption < 0 ? [] : args.slice(firstOption);
  const files = testFiles(layer, args.slice(0, args.length - options.length));
  const results = newResultFile(layer.name);
  if (files.length === 0) return readTotals(results);
  const outdir = `out/test-${layer.name}`;
  await bundleTests([...files, 'test/support/reporter.ts'], outdir);
  const bundled = files.map((file) => file.replace(/^test/, outdir).replace(/\.ts$/, '.js'));
  const mocha = spawn(
    process.execPath,
    [
      ...['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--no-config', '--timeout', `${layer.timeout}`],
      ...['--reporter', `${outdir}/support/reporter.js`, ...options, ...bundled],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, TEST_RESULTS: results } },
  );
  await new Promise((resolve) => mocha.on('close', resolve));
  return readTotals(results);
}

/** Bundles files under test/ to the same places under `outdir`. */
export async function bundleTests(files: string[], outdir: string, options: esbuild.BuildOptions = {}): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: files,
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
    ...options,
  });
}

function testFiles(layer: MochaLayer, patterns: readonly string[]): string[] {
  const globs = patterns.map((pattern) => (pattern.endsWith('.ts') ? pattern : `${pattern}/**/*.test.ts`));
  return globSync(globs.length > 0 ? globs : layer.files, { posix: true, ignore: layer.except }).sort();
}
