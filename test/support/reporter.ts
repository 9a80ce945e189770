import Mocha from 'mocha';
import { writeResultLines } from './result-lines';

/** Mocha's usual report, and result lines for scripts/test.ts. */
class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    writeResultLines(runner);
  }
}

module.exports = Reporter;
