import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { readXml } from '../guest-tests/xml';
import { BuiltCli } from './built-cli';

const PASSES = '.globl _start\n_start: li a0, 42\ndone: li a7, 8\n ecall\n';
const GOES_ON = '.globl _start\n_start: j _start\n';

describe('tests of guests on the command line', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  const written = (name: string, text: string): string => {
    mkdirSync(path.dirname(cli.path(name)), { recursive: true });
    return cli.write(name, text);
  };

  it('pass: of the sample, in both forms', () => {
    const { status, stdout } = cli.run('test', path.join('extension', 'sample'));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /factorial\.S\n {2}ok {4}computes the factorial of 5 \[none\]\n/);
    assert.match(stdout, /greet\.test\.json\n {2}ok {4}greets who says a name \[none\]\n/);
    assert.match(stdout, /\n21 passed, 0 failed \(\d+ instructions\)\n$/);
  });

  it('are the same whenever they are run', () => {
    const once = cli.run('test', path.join('extension', 'sample'), '--json').stdout;
    assert.equal(cli.run('test', path.join('extension', 'sample'), '--json').stdout, once);
    const { summary, files } = JSON.parse(once);
    assert.equal(summary.passed, 21);
    const factorial = files.find(({ file }: { file: string }) => file.endsWith('factorial.S'));
    assert.equal(factorial.tests[0].name, 'computes the factorial of 5');
    const ported = files.filter(({ file }: { file: string }) => file.includes('para'));
    assert.ok(
      ported.every(({ tests }: { tests: { engine: string }[] }) => tests.every(({ engine }) => engine === 'para')),
    );
    assert.ok(ported.length >= 4);
  });

  it('fail: status 1, with what came and where', () => {
    const file = written('fails/wrong.s', `#! expect a0 == 41 at done\n${PASSES}`);
    const { status, stdout } = cli.run('test', file, '--engine', 'full');
    assert.equal(status, 1);
    assert.equal(
      stdout,
      `${file}
  FAIL  wrong [full]
        ${file}:1:4: a0 == 41 does not hold at done (${file}:4): a0 is 42 (0x2a)
0 passed, 1 failed (3 instructions)
`,
    );
  });

  it('cannot be tried: status 2, with the place', () => {
    const syntax = written('broken/syntax.s', `#! expect exit 0\n${PASSES} nonsense a0\n`);
    const assembled = cli.run('test', syntax);
    assert.equal(assembled.status, 2);
    assert.match(assembled.stdout, /ERROR .*syntax\.s:6:2: error: .*nonsense/);
    assert.match(assembled.stdout, /1 could not be tried/);
    const file = written('broken/file.test.json', '{\n  "expect": { "exits": { "mmio": "few" } }\n}');
    const refused = cli.run('test', file);
    assert.equal(refused.status, 2);
    assert.match(refused.stdout, /file\.test\.json:2:34: error: "expect": "exits": "mmio" must be a number/);
    const alone = cli.run('test', written('broken/alone.test.json', '{}'));
    assert.equal(alone.status, 2);
    assert.match(alone.stdout, /there is no alone\.s \(or alone\.S, /);
    const label = written('broken/label.s', `#! expect at nowhere\n${PASSES}`);
    const unknown = cli.run('test', label, '--engine', 'none');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stdout, /ERROR label \[none\]\n.*label\.s:1:4: nowhere: nothing is called 'nowhere'/);
    const memory = written('broken/memory.s', `#! with memory 3M\n${PASSES}#! expect exit 0`);
    assert.match(cli.run('test', memory).stdout, /memory\.s:1:4: error: memory \[none\]: /);
    const disk = written('broken/disk.s', `#! with disks [{"file": "no.img"}]\n#! expect exit 0\n${PASSES}`);
    assert.match(cli.run('test', disk).stdout, /disk\.s:1:4: error: disk \[none\]: disk image: /);
  });

  it('reach their limit: status 3, and one that failed counts more', () => {
    const limit = written('limits/limit.s', `#! limit 1000\n#! expect exit 0\n${GOES_ON}`);
    const { status, stdout } = cli.run('test', limit, '--engine', 'none');
    assert.equal(status, 3);
    assert.match(stdout, /LIMIT limit \[none\]\n.*still runs after 1000 instructions, at _start/);
    assert.match(stdout, /0 passed, 0 failed, 1 at the limit \(1000 instructions\)/);
    written('limits/wrong.s', `#! expect exit 1\n${PASSES}`);
    assert.equal(cli.run('test', cli.path('limits')).status, 1);
  });

  it('are found in folders, and chosen', () => {
    written('found/a.s', `#! test "first"\n#! test "second"\n#! engines none\n${PASSES}`);
    written('found/deep/b.s', PASSES);
    written('found/deep/b.test.json', '{ "tests": { "third": { "engines": ["full", "none"] } } }');
    written('found/node_modules/c.s', `#! test "hidden"\n${PASSES}`);
    written('found/.git/d.s', `#! test "hidden"\n${PASSES}`);
    symlinkSync('.', cli.path('found/loop'));
    const folder = cli.path('found');
    const { status, stdout } = cli.run('test', folder, path.join(folder, 'a.s'), '--list');
    assert.equal(status, 0);
    assert.equal(
      stdout,
      `${folder}/a.s: first [none, full, hardware]\n${folder}/a.s: second [none]\n${folder}/deep/b.test.json: third [full, none]\n`,
    );
    assert.match(
      cli.run('test', folder, '--list', '--engine', 'full').stdout,
      /^.*first \[full\]\n.*third \[full\]\n$/,
    );
    assert.match(
      cli.run('test', folder, '--filter', 'b.test').stdout,
      /^[^\n]*b\.test\.json\n.*third \[full\]\n.*third \[none\]\n2 passed/,
    );
    const none = cli.run('test', folder, '--filter', 'nothing');
    assert.equal(none.status, 2);
    assert.match(none.stderr, /there is no test for --filter nothing/);
  });

  it('are reported for CI', () => {
    const file = written('reported/two.s', `#! expect a0 == 42 at done\n#! engines none hardware\n${PASSES}`);
    const junit = cli.path('junit.xml');
    const { status, stdout } = cli.run('test', file, '--junit', junit, '--tap');
    assert.equal(status, 0);
    assert.equal(stdout, `TAP version 14\n1..2\nok 1 - ${file}: two [none]\nok 2 - ${file}: two [hardware]\n`);
    const root = readXml(readFileSync(junit, 'utf8'));
    assert.equal(root.attributes['tests'], '2');
    assert.equal(root.children[0]?.children[1]?.attributes['name'], 'two [hardware]');
  });

  it('are not held up by a regular expression without end', () => {
    const prints = `.globl _start\n_start: li s0, 40\n1: li a0, 'a'\n li a7, 1\n ecall\n addi s0, s0, -1\n bnez s0, 1b\n li a7, 8\n ecall\n`;
    const file = written('pattern/slow.s', `#! expect console matches "^(a+)+$x"\n#! engines none\n${prints}`);
    const { status, stdout } = cli.run('test', file);
    assert.equal(status, 1);
    assert.match(stdout, /looking for the regular expression takes too long/);
  });

  it('refuses words that make no sense', () => {
    const refused = (...words: string[]): string => {
      const { status, stderr } = cli.run('test', ...words);
      assert.equal(status, 2, words.join(' '));
      return stderr;
    };
    const empty = written('empty/none.s', PASSES);
    assert.match(refused('--json', '--tap', empty), /--json and --tap exclude each other/);
    assert.match(refused(path.dirname(empty)), /there are no tests in /);
    assert.match(refused('no-such-file.s'), /the file 'no-such-file\.s' is not there/);
    assert.match(refused('--engine', 'fast', empty), /--engine takes full or hardware or para or none, not 'fast'/);
    assert.match(refused(empty), /none\.s' says no tests: they are comments such as '#! expect exit 0'/);
  });
});
