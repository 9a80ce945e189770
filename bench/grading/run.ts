/** `npm run bench -- grading [N]`: how long N submissions take, a fifth of them hostile, and whether each gets the points that it should. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { buildOptions } from '../../scripts/bundles';

const LAB = path.join('labs', '01-kill-or-emulate');
/** Points of the reference solution, and those that are left without the task of `handler.S`. */
const [ALL, REST] = [11, 6];

const handler = (body: string): string => `.globl illegal\nillegal:\n${body}\n`;

/** What submissions have in place of the reference's handler, and the points that they get. */
const kinds: readonly (readonly [text: string | undefined, points: number])[] = [
  [undefined, ALL],
  [handler('li a0, 2\n ret'), REST],
  [undefined, ALL],
  [handler('li a0, 1\n ret'), REST + 3],
  [undefined, ALL],
  [handler('j illegal'), REST],
  [undefined, ALL],
  [handler('1: li a0, 65\n li a7, 1\n ecall\n j 1b'), REST],
  [undefined, ALL],
  [handler('.rept 50000\n.rept 50000\n nop\n.endr\n.endr'), REST],
  [handler('.include "/etc/passwd"'), REST],
  [handler('ret\n.data\n.space 0x7fffffff\n.space 0x7fffffff'), REST],
];

async function measure(count: number, folder: string): Promise<void> {
  const cli = path.join(folder, 'cli.js');
  const bundle = buildOptions().find(({ outfile }) => outfile === 'dist/cli.js');
  await build({ ...bundle, outfile: cli });
  const submissions = path.join(folder, 'submissions');
  const started = path.join(folder, 'started');
  spawnSync(process.execPath, [cli, 'lab', 'start', '1', started, '--labs', 'labs']);
  const expected = new Map<string, number>();
  for (let number = 0; number < count; number++) {
    const name = `student-${String(number).padStart(3, '0')}`;
    const own = path.join(submissions, name);
    mkdirSync(own, { recursive: true });
    cpSync(started, own, { recursive: true });
    cpSync(path.join(LAB, 'instructor', 'solution'), own, { recursive: true });
    const [text, points] = kinds[number % kinds.length] ?? [undefined, ALL];
    if (text !== undefined) writeFileSync(path.join(own, 'handler.S'), text);
    if (number % 10 === 0) symlinkSync('/etc/passwd', path.join(own, 'link.S'));
    expected.set(name, points);
  }
  const began = performance.now();
  const { stdout } = spawnSync(process.execPath, [cli, 'lab', 'grade', '1', submissions, '--labs', 'labs', '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - began) / 1000;
  const graded: { submission: string; points: number }[] = JSON.parse(stdout).submissions;
  const wrong = graded.filter(({ submission, points }) => expected.get(submission) !== points);
  console.log(
    `${graded.length} submissions in ${seconds.toFixed(1)} s on ${cpus().length} cores, ${wrong.length} wrong`,
  );
  for (const { submission, points } of wrong) console.log(`${submission}: ${points}, not ${expected.get(submission)}`);
  process.exitCode = wrong.length === 0 && graded.length === count ? 0 : 1;
}

const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-grading-'));
measure(Number(process.argv[2] ?? 100), folder).finally(() => rmSync(folder, { recursive: true, force: true }));
