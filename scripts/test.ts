import { provideSystemPackages } from './system-packages';
import { addTotals, summary, type Totals } from './test-results';
import { runUnitTests } from './test-unit';

// `npm test` runs every layer; `npm run test:LAYER -- [files] [-g title]` one of them.
const layers: Record<string, (args: readonly string[]) => Promise<Totals>> = {
  unit: runUnitTests,
};

provideSystemPackages();
const [name, ...args] = process.argv.slice(2);
const totals: Totals[] = [];
for (const [layer, run] of Object.entries(layers)) {
  if (name !== undefined && name !== layer) continue;
  console.log(`\n== ${layer} tests`);
  totals.push(await run(args));
}

const total = addTotals(totals);
console.log(`\n${summary(total)}`);
process.exit(total.failed === 0 && totals.length > 0 ? 0 : 1);
