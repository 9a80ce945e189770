/**
 * A source to a relocatable object: our assembler against GNU as, on the same input. Each round runs both, in turn; medians. The first
 * run of ours in a fresh process is the command's; the warm one is what the language server and the debugger have.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeRelocatable } from '../../simulator/object/elf/relocatable-writer';
import { assembleUnit, SourceText } from '../../simulator/project';
import { functionsInC, routines } from '../sources/routines';

const rounds = 7;
const gnuMarch = 'rv64gc_zba_zbb_zbs_zicsr_zifencei';
const noFiles = { isIncomplete: false, source: () => undefined, bytes: () => undefined, miss: () => undefined };

interface Input {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-bench-'));

/** Milliseconds of a command, and its own processor time where the shell's `times` tells it. */
function run(command: string, words: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
  return performance.now() - start;
}

function assembleHere({ file, text }: Input): number {
  const start = performance.now();
  const unit = assembleUnit(SourceText.parse(file, text), { march: gnuMarch }, noFiles);
  const [problem] = unit.diagnostics.filter(({ severity }) => severity === 'error');
  if (problem) throw new Error(`${file}:${problem.range.start.line + 1}: ${problem.message}`);
  writeRelocatable(unit.object);
  return performance.now() - start;
}

function inputs(): Input[] {
  const handWritten = path.join(folder, 'routines.s');
  writeFileSync(handWritten, routines(5263));
  const source = path.join(folder, 'functions.c');
  writeFileSync(source, functionsInC(1100));
  const compiled = path.join(folder, 'functions.s');
  run('riscv64-linux-gnu-gcc', ['-S', '-O2', '-fno-pic', `-march=rv64gc`, '-o', compiled, source]);
  return [
    { name: 'hand-written', file: handWritten, text: readFileSync(handWritten, 'utf8') },
    { name: 'gcc -O2', file: compiled, text: readFileSync(compiled, 'utf8') },
  ];
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

for (const input of inputs()) {
  const object = path.join(folder, 'out.o');
  const times: Record<'gnu' | 'command' | 'warm', number[]> = { gnu: [], command: [], warm: [] };
  const first = assembleHere(input);
  for (let round = 0; round < rounds; round++) {
    times.gnu.push(run('riscv64-linux-gnu-as', [`-march=${gnuMarch}`, '-o', object, input.file]));
    times.command.push(
      run(process.execPath, ['dist/cli.js', 'asm', '-c', input.file, '--march', gnuMarch, '-o', object]),
    );
    times.warm.push(assembleHere(input));
  }
  const [gnu, command, warm] = [median(times.gnu), median(times.command), median(times.warm)];
  const lines = input.text.split('\n').length;
  console.log(
    `${input.name}, ${lines} lines: GNU as ${gnu.toFixed(0)} ms; hyperstep asm -c ${command.toFixed(0)} ms (${(gnu / command).toFixed(2)} of its speed); ` +
      `in a process that runs: first ${first.toFixed(0)} ms, then ${warm.toFixed(0)} ms (${(gnu / warm).toFixed(2)})`,
  );
}
rmSync(folder, { recursive: true });
