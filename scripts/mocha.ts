import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { globSync } from 'glob';
import { siteTable } from './site-table';
import { addTotals, newResultFile, readTotals, type Totals } from './test-results';

/** Tests that run in Node under mocha. */
export interface MochaLayer {
  name: string;
  /** Test files, and those that another layer runs. */
  files: string;
  except: string[];
  /** Of one test, in milliseconds. */
  timeout: number;
  /** How many of its files run beside each other. */
  workers: number;
  /** Files of one process: so many that its start does not count, so few that the last one is not alone for long. */
  filesPerProcess: number;
  /**
   * How often the files of a process in which a test has failed are run from their beginning, which is said: tests of a foreign program
   * that now and then loses a key, each of which goes on from where the one before it has led.
   */
  attempts: number;
}

/**
 * Bundles the tests of a layer, with the site table as in the product, and runs them.
 * @param args globs of test files, or folders (all when there are none); then mocha's options, such as `-g title`
 */
export async function runMocha(layer: MochaLayer, args: readonly string[]): Promise<Totals> {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const options = firstOption < 0 ? [] : args.slice(firstOption);
  const files = testFiles(layer, args.slice(0, args.length - options.length));
  if (files.length === 0) return readTotals(newResultFile(layer.name));
  const outdir = `out/test-${layer.name}`;
  await bundleTests([...files, 'test/support/reporter.ts'], outdir);
  // With options such as a title, not every process would have a test.
  const shares = options.length === 0 ? sharesOf(files, layer.filesPerProcess) : [files];
  const totals: Totals[] = [];
  const waiting = [...shares.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, share] = next;
      const bundled = share.map((file) => file.replace(/^test/, outdir).replace(/\.ts$/, '.js'));
      const reporter = `${outdir}/support/reporter.js`;
      const words = ['--timeout', `${layer.timeout}`, '--reporter', reporter, ...options, ...bundled];
      const run = async (): Promise<Totals> => {
        const results = newResultFile(shares.length > 1 ? `${layer.name}-${index}` : layer.name);
        await mocha(words, results, layer.workers > 1 && shares.length > 1);
        return readTotals(results);
      };
      let verdict = await run();
      for (let attempt = 1; attempt < layer.attempts && verdict.failed > 0; attempt++) {
        console.log(`Tried again from the beginning: ${share.join(', ')}`);
        verdict = await run();
      }
      totals.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: layer.workers }, worker));
  return addTotals(totals);
}

function sharesOf(files: readonly string[], size: number): string[][] {
  const count = Math.ceil(files.length / size);
  return Array.from({ length: count }, (_, share) => files.slice(share * size, (share + 1) * size));
}

/** @param isOneOfSeveral what it says is shown as a whole, when it has ended */
async function mocha(words: readonly string[], results: string, isOneOfSeveral: boolean): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--no-config', ...words],
    {
      stdio: ['ignore', isOneOfSeveral ? 'pipe' : 'inherit', isOneOfSeveral ? 'pipe' : 'inherit'],
      env: { ...process.env, TEST_RESULTS: results },
    },
  );
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => said.push(data));
  await new Promise((resolve) => child.on('close', resolve));
  process.stdout.write(Buffer.concat(said));
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
