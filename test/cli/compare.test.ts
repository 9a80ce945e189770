import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { BuiltCli } from './built-cli';

const measure = (name: string): string => path.join('extension', 'sample', 'measures', `${name}.S`);

describe('hyperstep compare', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  it('measures guests under every engine, or those that are named, as text, JSON and a chart', () => {
    const guest = measure('null-syscall');
    const text = cli.run('compare', guest);
    assert.equal(text.status, 0, text.stderr);
    assert.match(
      text.stdout,
      /^extension.*null-syscall\.S: 1,000 operations\n.*\n {2}none .*\n {2}full .*\n {2}hardware .*\n {2}para .*\n {2}para ran .*null-syscall\.para\.S\n/,
    );
    const chart = cli.path('chart.svg');
    const engines = ['--engine', 'full', '--engine', 'hardware'];
    const json = cli.run('compare', guest, measure('interrupt'), ...engines, '--json', '--chart', chart);
    assert.equal(json.status, 0, json.stderr);
    const found = JSON.parse(json.stdout);
    assert.deepEqual(Object.keys(found), [guest, measure('interrupt')]);
    const { full, hardware } = found[guest];
    assert.deepEqual(Object.keys(found[guest]), ['full', 'hardware']);
    assert.equal(full.instructions, hardware.instructions);
    assert.ok(full.cycles > hardware.cycles && full.relative === null);
    assert.match(readFileSync(chart, 'utf8'), /^<svg [\s\S]*interrupt\.S[\s\S]*<\/svg>\n$/);
  });

  it('goes on with the others where one cannot be measured, and says why', () => {
    const broken = cli.write('broken.s', '.globl _start\n_start: nonsense\n');
    const endless = cli.write('endless.s', '.globl _start\n_start: j .\n');
    const half = cli.write('half.s', '.globl _start\n_start: j .\nmeasure_end: nop\n');
    const good = measure('null-syscall');
    const limit = ['--max-instructions', '100000'];
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [[broken, good], 2, /broken\.s:2:9: error/],
      [[half, good], 2, /half\.s: it has the label measure_end and no measure_begin/],
      [[endless, good, ...limit], 3, /endless\.s \[full\]: it has not ended after 100000 instructions/],
      [[measure('block-read'), endless, good, ...limit], 1, /block-read\.S \[hardware\]: the guest reported failure/],
      [[good, '--harts', '0'], 2, /--harts takes an integer from 1 to 8/],
      [[good, '--engine', 'para2'], 2, /--engine takes .*full.*, not .para2/],
      [[good, '--chart', cli.path('nowhere/chart.svg')], 2, /--chart .* cannot be written: there is no folder/],
      [[good, '--disk', 'disk.img,rw'], 2, /several runs cannot all write to a disk/],
      [[], 2, /no file is named/],
    ];
    for (const [words, status, said] of cases) {
      const came = cli.run('compare', ...words);
      assert.match(came.stderr, said);
      assert.equal(came.status, status, words.join(' '));
      if (words.includes(good) && status !== 2) assert.match(came.stdout, /null-syscall\.S: 1,000 operations/);
    }
  });

  it('helps', () => {
    const { status, stdout } = cli.run('compare', '--help');
    assert.equal(status, 0);
    assert.match(stdout, /--engine ENGINE/);
    assert.match(stdout, /--chart FILE\.svg/);
  });
});
