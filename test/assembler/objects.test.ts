import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeRelocatable } from '../../simulator/object';
import { assemble } from '../../simulator/project';
import { numbersFrom } from '../support/random';
import { requireTool } from '../support/tools';
import { messages } from './assemble';
import { describedObject } from './described-object';
import { gnuAssemble, gnuMarch, withFolder } from './gnu';
import { randomObject } from './random-objects';

const folder = 'test/assembler';
/** Sources that need other files, or are about unwind tables: both have tests of their own. */
const apart = new Set(['include.s']);
function assertSameObject(name: string, text: string, gnuObject: string, relax: boolean, march: string): void {
  const result = assemble({ roots: [name], sources: new Map([[name, text]]), march, relax, undefinedSymbols: 'hint' });
  const [unit] = result.units;
  const errors = unit!.diagnostics.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, [], messages(result).join('\n'));
  assert.deepEqual(describedObject(writeRelocatable(unit!.object)), describedObject(readFileSync(gnuObject)));
}

/** The lines (1-based) with errors. */
function errorLines(text: string, relax: boolean): number[] {
  const [unit] = assemble({
    roots: ['main.s'],
    sources: new Map([['main.s', text]]),
    march: gnuMarch,
    relax,
    undefinedSymbols: 'hint',
    link: false,
  }).units;
  return unit!.diagnostics.flatMap(({ severity, range }) => (severity === 'error' ? [range.start.line + 1] : []));
}

describe('Objects as GNU as writes them', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(120_000);

  const filesOf = (subfolder: string, ending: string): string[] =>
    readdirSync(join(folder, subfolder))
      .filter((name) => name.endsWith(ending) && !apart.has(name))
      .map((name) => join(folder, subfolder, name));
  for (const path of [...filesOf('sources', '.s'), ...filesOf('objects', '.s')]) {
    const name = basename(path);
    for (const relax of [true, false]) {
      it(`${name}${relax ? '' : ', without relaxation'}: sections, relocations, symbols, attributes`, () => {
        const text = readFileSync(path, 'utf8');
        withFolder((temporary) => {
          const gnu = gnuAssemble(temporary, text, 'main', gnuMarch, { relax });
          assert.deepEqual(gnu.errors, [], gnu.output);
          assertSameObject(name, text, gnu.object, relax, gnuMarch);
        });
      });
    }
  }

  for (const relax of [true, false]) {
    it(`random sources${relax ? '' : ', without relaxation'}: the same objects once the lines with errors are gone`, () => {
      let compared = 0;
      withFolder((temporary) => {
        for (let seed = 1; seed <= 60; seed++) {
          let lines = randomObject(numbersFrom(seed * 7919)).split('\n');
          for (let round = 0; round < 40; round++) {
            const text = lines.join('\n');
            const gnu = gnuAssemble(temporary, text, 'main', gnuMarch, { relax });
            const wrong = new Set([...gnu.errors, ...errorLines(text, relax)]);
            // Some errors of GNU as name no line.
            const isRefused = / Error: /.test(gnu.output);
            const what = `seed ${seed}\n${text}\n${gnu.output}`;
            if (isRefused || wrong.size > 0) assert.ok(isRefused && errorLines(text, relax).length > 0, what);
            else {
              assertSameObject('main.s', text, gnu.object, relax, gnuMarch);
              compared++;
            }
            if (wrong.size === 0) break;
            lines = lines.map((line, index) => (wrong.has(index + 1) ? '' : line));
          }
        }
      });
      assert.ok(compared > 30, `${compared} compared`);
    });
  }

  describe('of what gcc makes of C programs', () => {
    requireTool('riscv64-linux-gnu-gcc');
    const marches = [
      ['rv64gc', 'lp64d'],
      ['rv64imac_zicsr_zifencei', 'lp64'],
    ] as const;
    const levels = ['-O0', '-O1', '-O2', '-O3', '-Os'];
    const styles = [['-fno-pic'], ['-fpic'], ['-ffunction-sections', '-fdata-sections', '-mcmodel=medany', '-fcommon']];
    for (const [march, abi] of marches) {
      for (const level of levels) {
        it(`${march} ${level}`, () => {
          withFolder((temporary) => {
            for (const path of [...filesOf('c', '.c'), ...filesOf('objects', '.c')]) {
              for (const style of styles) {
                const flags = ['-S', '-ffreestanding', `-march=${march}`, `-mabi=${abi}`, level, ...style];
                // Unwind tables have a test of their own.
                flags.push('-fno-asynchronous-unwind-tables', '-o', '-', path);
                const text = execFileSync('riscv64-linux-gnu-gcc', flags, { encoding: 'utf8' });
                const gnu = gnuAssemble(temporary, text, 'main', march, { relax: true });
                assert.deepEqual(gnu.errors, [], gnu.output);
                assertSameObject(basename(path), text, gnu.object, true, march);
              }
            }
          });
        });
      }
    }
  });
});
