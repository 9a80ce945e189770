import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { foundCompiler } from '../../extension/cli/lab/compile-variant';
import { BuiltCli } from './built-cli';

const LABS = path.resolve('labs');
const LAB = path.join(LABS, '01-kill-or-emulate');
const NAME = 'kill-or-emulate';

describe('labs on the command line', () => {
  const cli = new BuiltCli();
  before(() => cli.build());
  after(() => cli.remove());

  const lab = (...words: string[]) => cli.run('lab', ...words, '--labs', LABS);

  /** A folder with the reference solution in it. */
  const solved = (name: string): string => {
    const folder = cli.path(name);
    lab('start', NAME, folder);
    cpSync(path.join(LAB, 'instructor', 'solution'), folder, { recursive: true });
    return folder;
  };

  it('are listed in their order, with minutes and points', () => {
    const { status, stdout } = lab('list');
    assert.equal(status, 0);
    assert.match(stdout, /^ 1 {2}kill-or-emulate +30 min +11 points {2}Privileged instructions/);
    const { labs } = JSON.parse(lab('list', '--json').stdout);
    assert.equal(labs.length, readdirSync(LABS).length);
    assert.deepEqual([labs[0].name, labs[0].points, labs[0].tasks[0].id], [NAME, 11, 'legal-by']);
  });

  it('are started in a folder of their own, and nothing is ever written over', () => {
    const folder = cli.path('mine');
    const { status, stdout } = lab('start', '1', folder);
    assert.equal(status, 0, stdout);
    assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8')).lab, NAME);
    assert.ok(existsSync(path.join(folder, '.vscode', 'launch.json')));
    assert.ok(existsSync(path.join(folder, 'README.md')));
    assert.ok(!existsSync(path.join(folder, 'instructor')) && !existsSync(path.join(folder, 'checks')));
    writeFileSync(path.join(folder, 'handler.S'), 'mine');
    const again = lab('start', NAME, folder);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /is there already, and nothing in it is written over/);
    assert.equal(readFileSync(path.join(folder, 'handler.S'), 'utf8'), 'mine');
  });

  it('tell the errors of a program once', () => {
    const folder = cli.path('errors');
    lab('start', 'virtqueues', folder);
    const source = path.join(folder, 'ring.S');
    writeFileSync(source, readFileSync(source, 'utf8').replace('# Yours.', 'li a0'));
    const { status, stdout } = lab('check', folder);
    assert.equal(status, 1);
    assert.equal(stdout.match(/error:/g)?.length, 1, stdout);
    assert.match(
      stdout,
      /\nno +0\/10 {2}The rings \(ring\)\n +ring\.S:\d+:\d+: error: [^\n]+\nno +0\/3 [^\n]+\n +The same as in ring\.\n/,
    );
  });

  it('are checked: 1 at the start, 0 with all points, and what helps', () => {
    const folder = cli.path('fresh');
    lab('start', NAME, folder);
    const fresh = lab('check', folder);
    assert.equal(fresh.status, 1, fresh.stderr);
    assert.match(fresh.stdout, /^Not begun yet: the folder is as 'hyperstep lab start' made it\.\n/);
    const hinted = cli.path('only-hinted');
    lab('start', NAME, hinted);
    lab('check', hinted, '--hint', 'handler');
    assert.doesNotMatch(lab('check', hinted).stdout, /Not begun/);
    assert.match(
      fresh.stdout,
      /\n- +0\/1 {2}Who handles the illegal one \(illegal-by\)\n +The guest stands at the first instruction of `handler`[\s\S]+?There is no answer yet\.\n/,
    );
    assert.match(fresh.stdout, /\nno +0\/5 {2}The decision \(handler\)\n +rdtime is emulated: Which register/);
    assert.match(fresh.stdout, /\nKill or emulate: 0 of 11 points\n$/);
    const done = lab('check', solved('done'));
    assert.equal(done.status, 0, done.stdout);
    assert.doesNotMatch(done.stdout, /Not begun/);
    cli.write('fresh/guest.S', `${readFileSync(path.join(folder, 'guest.S'), 'utf8')}# mine\n`);
    assert.doesNotMatch(lab('check', folder).stdout, /Not begun/);
    const one = lab('check', cli.path('done'), '--task', 'handler', '--json');
    assert.deepEqual(
      JSON.parse(one.stdout).result.tasks.map(({ id, points }: { id: string; points: number }) => [id, points]),
      [['handler', 5]],
    );
  });

  it('tell what a compiler says line by line', function () {
    if (!foundCompiler()) this.skip();
    const folder = cli.path('in-c');
    lab('start', 'trap-and-emulate', folder, '--variant', 'c');
    cli.write('in-c/emulate.c', 'int emulate(void) {\n  return nothing;\n}\n');
    const { status, stdout } = lab('check', folder, '--task', 'emulate');
    assert.equal(status, 2);
    assert.match(stdout, /^ERROR \S+ makes no object file of emulate\.c:\nemulate\.c: [^\n]+\nemulate\.c:2:/m);
    assert.doesNotMatch(stdout, /\u00b7/);
  });

  it('tell what there is to choose from, by its letter', () => {
    const folder = cli.path('choices');
    lab('start', 'broken-pagers', folder);
    const shown = lab('check', folder, '--task', 'one-rule');
    assert.match(
      shown.stdout,
      /Which rule does pager one lack\?\n +a\. The entry has W [^\n]+\n +b\. [^\n]+\n +c\. [^\n]+\n +d\. /,
    );
    const { questions } = JSON.parse(lab('check', folder, '--task', 'one-rule', '--json').stdout);
    assert.match(questions['two-lost'], /\na\. The store has not come to its memory\.\nb\. /);
  });

  it('have hints that unfold one by one', () => {
    const folder = cli.path('hinted');
    lab('start', NAME, folder);
    cli.write('hinted/answers.json', `{\n  "lab": "${NAME}",\n  "answers": { "legal-by": "vmm" }\n}\n`);
    assert.match(lab('check', folder, '--hint', 'legal-by').stdout, /^1 of 2: Set a breakpoint[^\n]+\n$/);
    assert.match(lab('check', folder, '--hint', 'legal-by').stdout, /^1 of 2: [^\n]+\n2 of 2: [^\n]+\n$/);
    assert.match(lab('check', folder, '--hint', 'legal-by').stdout, /\n2 of 2: [^\n]+\n$/);
    const { answers, hints } = JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8'));
    assert.deepEqual([answers, hints], [{ 'legal-by': 'vmm' }, { 'legal-by': 2 }]);
    assert.equal(lab('check', folder, '--hint', 'nothing').status, 2);
  });

  it('cannot be checked: status 2, with what is wrong and where', () => {
    const refused = (what: RegExp, ...words: string[]): void => {
      const { status, stdout, stderr } = lab(...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stdout + stderr, what);
    };
    refused(/there is no folder 'nowhere'/, 'check', 'nowhere');
    refused(/is not of a lab: there is no answers\.json in it/, 'check', path.join(LAB, 'start'));
    const folder = solved('wrong');
    cli.write('wrong/answers.json', `{\n "lab": "${NAME}", "answers": { "legal": "x" } }`);
    refused(/wrong.answers\.json:2:\d+: error: "answers" has "legal", and the lab has no such task/, 'check', folder);
    cli.write('wrong/answers.json', '{ "lab": "no-such-lab" }');
    refused(/there is no lab 'no-such-lab'; there are kill-or-emulate/, 'check', folder);
    refused(/there is no lab '99'/, 'start', '99');
    refused(/--variant: the lab has no variant 'd'; there is c/, 'start', '3', cli.path('d'), '--variant', 'd');
    refused(/--variant: the lab has no variant 'c'; there are none/, 'start', '1', cli.path('c'), '--variant', 'c');
    cli.write('wrong/answers.json', `{ "lab": "${NAME}", "variant": "c" }`);
    refused(/answers\.json: the lab has no variant 'c'; there are none/, 'check', folder);
    refused(/there is no 'lab finish'; there are list, start, check, grade/, 'finish');
    refused(/--csv has no effect with 'lab check'/, 'check', folder, '--csv', 'x');
    for (const option of [['--task', 'handler'], ['--json'], ['--instructor'], ['--lab', '1']])
      refused(/--\w+ has no effect with --hint/, 'check', folder, '--hint', 'handler', ...option);
    refused(/--task: the lab has no task 'x'; there are legal-by/, 'check', folder, '--lab', '1', '--task', 'x');
    refused(/'lab grade' has 2 words behind it, not 1/, 'grade', '1');
    refused(/there are no submissions/, 'grade', '1', path.join(LAB, 'start', '.vscode'));
    refused(/is started by 'lab grade'/, 'grader');
    assert.equal(cli.run('lab', '--help').status, 0);
  });

  describe('with a replay', () => {
    const carried = (name: string, change: (folder: string) => void): string => {
      const folder = solved(path.join('replays', name));
      const answers = path.join(folder, 'answers.json');
      writeFileSync(answers, readFileSync(answers, 'utf8').replace('{', '{ "replay": true,'));
      assert.equal(lab('check', folder).status, 0);
      change(folder);
      return folder;
    };
    const replayOf = (folder: string) => path.join(folder, 'replay.json');
    const cases: readonly [name: string, change: (folder: string) => void, points: number, told: RegExp][] = [
      ['none', (folder) => rmSync(replayOf(folder)), 11, /^$/],
      ['same', () => {}, 11, /^its replay comes out the same, in 4 runs$/],
      [
        'changed',
        (folder) => writeFileSync(path.join(folder, 'handler.S'), '.globl illegal\nillegal: li a0, 1\n ret\n'),
        9,
        /^its replay is of other files: rdtime is emulated \[none\] begins otherwise$/,
      ],
      [
        'forged',
        (folder) => {
          const { runs, ...rest } = JSON.parse(readFileSync(replayOf(folder), 'utf8'));
          const [first, ...others] = runs;
          writeFileSync(
            replayOf(folder),
            JSON.stringify({ ...rest, runs: [{ ...first, instructions: 1 }, ...others] }),
          );
        },
        11,
        /^its replay comes out otherwise: rdtime is emulated \[none\]$/,
      ],
      [
        'foreign',
        (folder) => writeFileSync(replayOf(folder), '{ "version": 1, "lab": "virtqueues", "runs": [] }'),
        11,
        /^its replay is of the lab 'virtqueues', not of 'kill-or-emulate'$/,
      ],
      [
        'broken',
        (folder) => writeFileSync(replayOf(folder), '{ "version": 2, "runs": [{}] }'),
        11,
        /^its replay is not understood: replay\.json:1:\d+: error: /,
      ],
      [
        'linked',
        (folder) => {
          rmSync(replayOf(folder));
          symlinkSync('/etc/passwd', replayOf(folder));
        },
        11,
        /its replay is a symbolic link, and not read/,
      ],
    ];

    it('are graded as without one, and it is told whether their runs come out the same', () => {
      for (const [name, change] of cases) carried(name, change);
      const { stdout, status } = lab('grade', NAME, cli.path('replays'), '--json', '--instructor');
      assert.equal(status, 0, stdout);
      const {
        submissions,
      }: {
        submissions: {
          submission: string;
          points: number;
          notes: string[];
          tasks: { id: string; points: number }[];
          replay?: { isSame: boolean };
        }[];
      } = JSON.parse(stdout);
      for (const [name, , points, told] of cases) {
        const found = submissions.find(({ submission }) => submission === name);
        assert.ok(found);
        const own = found.tasks
          .filter(({ id }) => !id.startsWith('instructor/'))
          .reduce((sum, task) => sum + task.points, 0);
        assert.equal(own, points, name);
        assert.match(found.notes.join('; '), told, name);
        assert.equal(found.replay?.isSame, name === 'none' ? undefined : name === 'same', name);
      }
    });

    it('leave none where none is wanted, or only some of it was checked', () => {
      const folder = solved('no-replay');
      lab('check', folder);
      assert.ok(!existsSync(replayOf(folder)));
    });
  });

  describe('graded', () => {
    const class_ = 'class';
    /** A submission that differs from the reference solution in some files. */
    const submit = (name: string, files: Readonly<Record<string, string>> = {}): string => {
      const folder = solved(path.join(class_, name));
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), text);
      }
      return folder;
    };
    const handler = (body: string) => ({ 'handler.S': `.globl illegal\nillegal:\n${body}\n` });

    /** Each with the points that it is to have, and what is told of it; undefined: it is not graded. */
    const submissions: readonly [
      name: string,
      files: Record<string, string>,
      points: number | undefined,
      told: RegExp,
    ][] = [
      ['a-right', {}, 11, /^$/],
      ['endless', handler('j illegal'), 6, /still runs after 200000 instructions/],
      ['flood', handler('1: li a0, 65\n li a7, 1\n ecall\n j 1b'), 6, /still runs after|prints more than/],
      [
        'include',
        handler('.include "/etc/passwd"'),
        6,
        /\/etc\/passwd' is outside the folder|outside the folder of the lab/,
      ],
      ['neighbour', handler('.include "../a-right/handler.S"'), 6, /is outside the folder of the lab/],
      ['incbin', handler('.incbin "../../../../etc/passwd"'), 6, /is outside the folder of the lab/],
      ['space', handler('.space 0x7fffffffffffffff'), 6, /error: /],
      ['space-2', handler('ret\n.data\n.space 0x7fffffff\n.space 0x7fffffff'), 6, /error: |no room|memory/],
      ['rept', handler('.rept 2000000000\n nop\n.endr'), 6, /error: /],
      ['rept-2', handler('.rept 50000\n.rept 50000\n nop\n.endr\n.endr'), 6, /error: /],
      ['macro', handler('.macro m\n m\n m\n.endm\n m'), 6, /error: /],
      ['define', handler('#define A(x) A(x) A(x) B(x)\n#define B(x) A(A(x))\nA(A(A(A(1))))'), 6, /error: /],
      ['json', { 'answers.json': '{' }, 5, /answers\.json:1:\d+: error: not valid JSON/],
      ['json-deep', { 'answers.json': '['.repeat(200_000) }, 5, /deep in each other/],
      ['json-long', { 'answers.json': ' '.repeat(2 ** 21) }, 5, /has more than 1 MiB/],
      ['huge', { 'handler.S': '#'.repeat(2 ** 21) }, 6, /has more than 1 MiB/],
      [
        'own-checks',
        { ...handler('li a0, 2\n ret'), 'checks/handler.test.json': '{"program": "handler.S"}', 'checks/kernel.S': '' },
        6,
        /not as expected|should contain/,
      ],
      [
        'project',
        {
          'hyperstep.json': '{"program": ["/etc/passwd"], "linkerScript": "/etc/passwd"}',
          'compile_commands.json': '{',
        },
        11,
        /^$/,
      ],
      [
        'many',
        Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f/${index}`, ''])),
        undefined,
        /more than 500 files/,
      ],
      ['deep', { [`${'d/'.repeat(20)}x`]: '' }, undefined, /more than 10 deep/],
      [
        'large',
        Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}`, ' '.repeat(2 * 2 ** 20)])),
        undefined,
        /more than 16 MiB/,
      ],
      ['=escape\u001b[2J', {}, 11, /^$/],
    ];

    before(() => {
      for (const [name, files] of submissions) submit(name, files);
      const link = submit('link');
      rmSync(path.join(link, 'handler.S'));
      symlinkSync(path.join('..', 'a-right', 'handler.S'), path.join(link, 'handler.S'));
      const pipe = submit('pipe');
      rmSync(path.join(pipe, 'handler.S'));
      spawnSync('mkfifo', [path.join(pipe, 'handler.S')]);
      symlinkSync('a-right', cli.path(path.join(class_, 'linked-folder')));
    });

    it('right, whatever there is among them', function () {
      this.timeout(60_000);
      const csv = cli.path('points.csv');
      const { status, stdout, stderr } = lab('grade', NAME, cli.path(class_), '--json', '--csv', csv);
      assert.equal(status, 1, stderr);
      const graded: { submission: string; graded: boolean; points: number; notes: string[]; tasks: object[] }[] =
        JSON.parse(stdout).submissions;
      const told = (name: string) => {
        const found = graded.find(({ submission }) => submission === name);
        assert.ok(found, name);
        return { ...found, text: JSON.stringify([found.notes, found.tasks]) };
      };
      for (const [name, , points, what] of submissions) {
        const each = told(name);
        assert.equal(each.graded ? each.points : undefined, points, `${name}: ${each.text}`);
        if (what.source === '^$') assert.deepEqual(each.notes, [], name);
        else assert.match(each.text, what, name);
        assert.doesNotMatch(each.text, /root:/, name);
      }
      assert.equal(told('link').points, 6);
      assert.match(told('link').text, /handler\.S is a symbolic link, and not read/);
      assert.equal(told('pipe').points, 6);
      assert.match(told('pipe').text, /handler\.S is a named pipe/);
      assert.equal(graded.length, submissions.length + 2);
      const table = readFileSync(csv, 'utf8');
      assert.match(table, /^"submission","points"|^submission/);
      assert.match(table, /\r\n"'=escape·\[2J",11,11,1,1,1,1,1,1,5,""\r\n/);
    });

    it('with further checks: who prints what is expected has nothing of them', () => {
      const folder = cli.path('further');
      cpSync(cli.path(path.join(class_, 'a-right')), path.join(folder, 'honest'), { recursive: true });
      cpSync(cli.path(path.join(class_, 'a-right')), path.join(folder, 'pretends'), { recursive: true });
      const lines = ['time: went on', 'kernel: killed', 'writer: killed', 'counter: killed', 'short: killed', ''];
      const print =
        'la t0, text\n1: lbu a0, 0(t0)\n beqz a0, 2f\n li a7, 1\n ecall\n addi t0, t0, 1\n j 1b\n2: li a7, 8\n ecall';
      writeFileSync(
        path.join(folder, 'pretends', 'handler.S'),
        `.globl illegal\nillegal: ${print}\n.data\ntext: .asciz ${JSON.stringify(lines.join('\n'))}\n`,
      );
      const { status, stdout } = lab('grade', NAME, folder, '--instructor');
      assert.equal(status, 0);
      assert.match(stdout, /\nhonest +13\/13 /);
      assert.match(stdout, /\npretends +11\/13 /);
    });

    it('within bounds of time: one that takes longer is told so, and the others are graded', () => {
      const folder = cli.path('slow');
      for (const name of ['x', 'y'])
        cpSync(cli.path(path.join(class_, 'a-right')), path.join(folder, name), { recursive: true });
      const { status, stdout } = lab('grade', NAME, folder, '--timeout', '0.01');
      assert.equal(status, 1);
      assert.match(stdout, /\nx +-\/11.*\n {2}it was not done within 0\.01 seconds\ny/);
    });
  });
});
