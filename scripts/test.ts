import { availableParallelism } from 'node:os';
import { provideHost } from '../test/vscode-host/setup';
import { type MochaLayer, runMocha } from './mocha';
import { provideSystemPackages } from './system-packages';
import { addTotals, summary, type Totals } from './test-results';
import { runInVscode } from './test-vscode';
import { runInWebHost } from './test-web';
import { buildVsix } from './vsix';

const unit: MochaLayer = {
  name: 'unit',
  files: 'test/**/*.test.ts',
  except: ['test/extension/**', 'test/ui/**', 'test/vscode-host/**', 'test/linux/**'],
  timeout: 120_000,
  workers: availableParallelism(),
  filesPerProcess: 10,
  attempts: 1,
};
const ui: MochaLayer = {
  name: 'ui',
  files: 'test/ui/**/*.test.ts',
  except: [],
  timeout: 180_000,
  workers: 1,
  filesPerProcess: 1,
  attempts: 2,
};

/** Needs a kernel that no package of this repository has: on demand only. */
const linux: MochaLayer = {
  name: 'linux',
  files: 'test/linux/**/*.test.ts',
  except: [],
  timeout: 900_000,
  workers: 1,
  filesPerProcess: 1,
  attempts: 1,
};

// `npm test` runs every layer; `npm run test:LAYER -- [files] [-g title]` one of them.
const layers: Record<string, (args: readonly string[]) => Promise<Totals>> = {
  unit: (args) => runMocha(unit, args),
  vscode: runInVscode,
  ui: async (args) => {
    provideHost();
    process.env['HYPERSTEP_VSIX'] = await buildVsix();
    return runMocha(ui, args);
  },
  web: runInWebHost,
};

const onDemand: typeof layers = { linux: (args) => runMocha(linux, args) };

const [name, ...args] = process.argv.slice(2);
provideSystemPackages();
const totals: Totals[] = [];
for (const [layer, run] of Object.entries(name !== undefined && name in onDemand ? onDemand : layers)) {
  if (name !== undefined && name !== layer) continue;
  console.log(`\n== ${layer} tests`);
  totals.push(await run(args));
}

const total = addTotals(totals);
for (const failure of total.failures) console.log(`\nFailed: ${failure}`);
console.log(`\n${summary(total)}`);
process.exit(total.failed === 0 && totals.length > 0 ? 0 : 1);
