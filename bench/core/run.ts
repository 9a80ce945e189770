/**
 * Measures the core (translator when it is warm, from a cold start, and interpreter) against QEMU (TCG, and with exact instruction
 * counts) on programs compiled by gcc, in rounds of all in turn. Prints millions of instructions per second of process CPU time, medians.
 * Arguments: number of rounds, names of guests.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchmarkMachine, compileGuest, geometricMean, median, mips, printRow, tool } from '../guest-programs';

/** How often each guest repeats its work: some seconds on QEMU with exact counts. */
const guests: Readonly<Record<string, number>> = {
  embedded: 5000,
  sieve: 200,
  mix: 600,
  float: 400,
  paging: 500,
  traps: 2_000_000,
  csr: 2_000_000,
};
/** Goals are about the mean of these. */
const judged = new Set(['embedded', 'sieve', 'mix', 'float', 'paging', 'traps']);
/** The part of a run that warms up. */
const WARM_UP = 0.4;

const [roundsArgument, ...names] = process.argv.slice(2);
const rounds = Number(roundsArgument ?? 3);

/** CPU time of children so far, from the kernel's own count. */
function childSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function runOnQemu(image: string, options: readonly string[]): { output: string; cpuSeconds: number } {
  const before = childSeconds();
  const machine = ['-M', 'virt', '-m', '128M', ...options, '-bios', image];
  const output = tool('qemu-system-riscv64', [...machine, '-display', 'none', '-monitor', 'none', '-serial', 'stdio']);
  return { output: output.replaceAll('\r', ''), cpuSeconds: childSeconds() - before };
}

interface Measured {
  readonly instructions: number;
  readonly [way: string]: number;
}

/** One round: all ways on one guest; the outputs are the same. QEMU's start is left out by the difference of a short and a long run. */
function measure(name: string, image: string, shortImage: string, total: number): Measured {
  const short = new BenchmarkMachine(shortImage, { translation: true }).run().instructions;
  const warm = new BenchmarkMachine(image, { translation: true });
  const beginning = warm.run(total * WARM_UP);
  const rest = warm.run();
  const interpreted = new BenchmarkMachine(image, { translation: false });
  // Interpreted the long run would take too long.
  const slow = interpreted.run(total * WARM_UP);
  const instructions = beginning.instructions + rest.instructions;
  const [tcg, exact] = [[], ['-icount', 'shift=0']].map((options) => {
    const { output, cpuSeconds } = runOnQemu(image, options);
    if (output !== warm.output) throw new Error(`${name}: ${warm.output} here, ${output} on QEMU`);
    const start = runOnQemu(shortImage, options).cpuSeconds;
    return { instructions: instructions - short, cpuSeconds: Math.max(0.01, cpuSeconds - start) };
  });
  const cold = { instructions, cpuSeconds: beginning.cpuSeconds + rest.cpuSeconds };
  return {
    instructions,
    warm: mips(rest),
    cold: mips(cold),
    interpreter: mips(slow),
    tcg: tcg ? mips(tcg) : 0,
    exact: exact ? mips(exact) : 0,
  };
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const columns = ['warm', 'cold', 'interpreter', 'tcg', 'exact'] as const;
  printRow([
    'guest',
    'Minstr',
    'translator',
    'cold',
    'interpreter',
    'TCG',
    '-icount',
    'tr/TCG',
    'tr/-icount',
    'int/-icount',
  ]);
  const ratios: number[][] = [[], [], []];
  try {
    for (const [name, repeat] of Object.entries(guests)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const image = compileGuest(folder, name, repeat);
      const shortImage = compileGuest(folder, name, Math.ceil(repeat / 20));
      const total = new BenchmarkMachine(image, { translation: true }).run().instructions;
      const results = Array.from({ length: rounds }, () => measure(name, image, shortImage, total));
      const [warm = 0, cold = 0, interpreter = 0, tcg = 0, exact = 0] = columns.map((column) =>
        median(results.map((result) => result[column] ?? 0)),
      );
      const own = [warm / tcg, warm / exact, interpreter / exact];
      if (judged.has(name)) for (const [index, ratio] of own.entries()) ratios[index]?.push(ratio);
      const speeds = [warm, cold, interpreter, tcg, exact].map((value) => value.toFixed(0));
      printRow([name, (total / 1e6).toFixed(0), ...speeds, ...own.map((ratio) => ratio.toFixed(2))]);
    }
    printRow([
      'mean',
      ...Array.from({ length: 6 }, () => ''),
      ...ratios.map((values) => geometricMean(values).toFixed(2)),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
