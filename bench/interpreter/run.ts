/**
 * Measures the interpreter against QEMU with exact instruction counts, in one run: benchmarks compiled by gcc, some rounds of both in turn.
 * Prints millions of instructions per second of process CPU time, and the ratio.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Core, type CorePlatform, type Hart } from '../../simulator/core';

const SOURCES = 'bench/interpreter';
const RAM_BASE = 0x80000000;
const UART = 0x10000000;
const FINISHER = 0x100000;
/** Instructions in one run of a hart, as in the machine. */
const TURN = 10_000;
const ROUNDS = Number(process.argv[2] ?? 3);

/** How often each benchmark repeats its work: about a second. */
const benchmarks = { sieve: 120, embedded: 6000, mix: 400 } as const;

const compilerOptions = [
  ...['-O2', '-march=rv64imac', '-mabi=lp64', '-mcmodel=medany', '-ffreestanding', '-fno-pie', '-no-pie'],
  ...['-fno-tree-loop-distribute-patterns', '-nostdlib', '-static', '-Wl,--build-id=none', '-T', `${SOURCES}/link.ld`],
];

interface Result {
  readonly output: string;
  readonly cpuSeconds: number;
  readonly instructions: number;
}

class BenchmarkMachine implements CorePlatform {
  readLow = 0;
  readHigh = 0;
  private output = '';
  private isFinished = false;
  private readonly core: Core;

  constructor(image: Uint8Array) {
    this.core = Core.create({ harts: 1, ram: { base: RAM_BASE, size: 1 << 26 }, platform: this });
    this.core.ram.write(RAM_BASE, image);
    this.hart.pc = BigInt(RAM_BASE);
  }

  readPhysical(): boolean {
    return false;
  }

  fetchPhysical(): undefined {}

  writePhysical(address: number, _size: number, low: number): boolean {
    if (address === UART) this.output += String.fromCharCode(low & 0xff);
    if (address === FINISHER) {
      this.isFinished = true;
      this.core.requestExit();
    }
    return address === UART || address === FINISHER;
  }

  clockNow(): number {
    return this.hart.retired;
  }

  run(): Result {
    const before = process.cpuUsage();
    while (!this.isFinished) this.hart.run(TURN);
    const { user, system } = process.cpuUsage(before);
    return { output: this.output, cpuSeconds: (user + system) / 1e6, instructions: this.hart.retired };
  }

  private get hart(): Hart {
    const [hart] = this.core.harts;
    if (!hart) throw new Error('no hart');
    return hart;
  }
}

function tool(name: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: 'latin1' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} failed:\n${stderr}`);
  return stdout;
}

/** CPU time of children so far, from the kernel's own count. */
function childSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function runOnQemu(image: string, instructions: number): Result {
  const before = childSeconds();
  const machine = ['-M', 'virt', '-m', '128M', '-icount', 'shift=0', '-bios', image];
  const output = tool('qemu-system-riscv64', [...machine, '-display', 'none', '-monitor', 'none', '-serial', 'stdio']);
  return { output: output.replaceAll('\r', ''), cpuSeconds: childSeconds() - before, instructions };
}

const mips = ({ instructions, cpuSeconds }: Result): number => instructions / cpuSeconds / 1e6;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  console.log(
    `${'benchmark'.padEnd(12)}${'instructions'.padStart(14)}${'MIPS'.padStart(8)}${'QEMU'.padStart(8)}${'ratio'.padStart(8)}`,
  );
  try {
    for (const [name, repeat] of Object.entries(benchmarks)) {
      const elf = join(folder, name);
      const image = `${elf}.bin`;
      const sources = ['start.S', 'memory.c', `${name}.c`].map((file) => join(SOURCES, file));
      tool('riscv64-linux-gnu-gcc', [...compilerOptions, `-DROUNDS=${repeat}`, ...sources, '-o', elf]);
      tool('riscv64-linux-gnu-objcopy', ['-O', 'binary', elf, image]);
      const [ours, theirs]: [number[], number[]] = [[], []];
      let instructions = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const own = new BenchmarkMachine(new Uint8Array(readFileSync(image))).run();
        const qemu = runOnQemu(image, own.instructions);
        if (own.output !== qemu.output) throw new Error(`${name}: ${own.output} here, ${qemu.output} on QEMU`);
        ours.push(mips(own));
        theirs.push(mips(qemu));
        instructions = own.instructions;
      }
      const [own, qemu] = [median(ours), median(theirs)];
      const columns = [instructions, own.toFixed(0), qemu.toFixed(0), (own / qemu).toFixed(2)];
      const widths = [14, 8, 8, 8];
      console.log(name.padEnd(12) + columns.map((column, i) => String(column).padStart(widths[i] ?? 8)).join(''));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
