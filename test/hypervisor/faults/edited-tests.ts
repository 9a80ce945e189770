import { createRequire } from 'node:module';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import * as esbuild from 'esbuild';
import Mocha from 'mocha';
import { siteTable } from '../../../scripts/site-table';

/** What a test file finds in its surroundings when mocha loads it. */
const MOCHA_GLOBALS = ['describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'] as const;
const PARAMETERS = ['module', 'require', ...MOCHA_GLOBALS];

/** Tests that were run. */
export interface TestRun {
  readonly titles: readonly string[];
  readonly failures: readonly { readonly title: string; readonly error: Error }[];
}

/** Test files, bundled with the simulator once with its sources as they are, and then with edits of them. */
export class EditedTests {
  private readonly edits = new Map<string, string>();
  private code = '';
  private readonly context: Promise<esbuild.BuildContext<{ write: false }>>;

  /** @param files below test/ */
  constructor(readonly files: readonly string[]) {
    const cases = files.map((file) => `'${file}': () => require('./test/${file}'),`).join('\n');
    this.context = esbuild.context({
      stdin: {
        contents: `module.exports = {${cases}};`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      packages: 'external',
      keepNames: true,
      logLevel: 'silent',
      plugins: [siteTable(process.cwd(), this.edits)],
    });
  }

  /** Builds everything, with this text in the place of a handler's file. */
  async build(file?: string, text = ''): Promise<void> {
    this.edits.clear();
    if (file !== undefined) this.edits.set(file, text);
    const context = await this.context;
    const { outputFiles } = await context.rebuild();
    this.code = outputFiles[0]?.text ?? '';
  }

  /** Runs the tests of a file whose titles contain one of these texts, in a simulator of their own. */
  async run(file: string, wanted: readonly string[]): Promise<TestRun> {
    const titles: string[] = [];
    const failures: { title: string; error: Error }[] = [];
    const mocha = new Mocha({ grep: new RegExp(wanted.map(literally).join('|')), reporter: Silent, timeout: 0 });
    const globals: Partial<Mocha.MochaGlobals> = {};
    mocha.suite.emit('pre-require', globals, file, mocha);
    const module: { exports: { readonly [file: string]: () => void } } = { exports: {} };
    const load = compileFunction(this.code, PARAMETERS);
    load(module, createRequire(path.resolve('package.json')), ...MOCHA_GLOBALS.map((name) => globals[name]));
    module.exports[file]?.();
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => resolve());
      runner.on('test end', (test) => titles.push(test.fullTitle()));
      runner.on('fail', (test, error: Error) => failures.push({ title: test.fullTitle(), error }));
    });
    mocha.dispose();
    return { titles, failures };
  }

  async close(): Promise<void> {
    const context = await this.context;
    await context.dispose();
  }
}

/** Says nothing: a test that fails is what is wanted here. */
class Silent extends Mocha.reporters.Base {}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
