/**
 * How speed and memory grow with the size of hot code, with the machine's RAM and with the number of harts. Prints millions of
 * instructions per second of process CPU time, and the memory of the process beside the guest's RAM.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchmarkMachine, compileGuest, mips, printRow } from '../guest-programs';

const MIB = 2 ** 20;

/** Functions of about 50 instructions that compute, branch, use memory and call one another through a table. */
function sourceOfSize(instructions: number): string {
  const functions = Math.ceil(instructions / 50);
  const lines = ['#include "bench.h"', 'static u64 memory[4096];'];
  for (let i = 0; i < functions; i++) {
    const [a, b, c] = [3 + (i % 61), 1 + ((i * 7) % 31), (i * 13) % 4096];
    lines.push(`__attribute__((noinline)) static u64 f${i}(u64 x) {
  u64 y = x * ${a} + ${i};
  for (u32 k = 0; k < ${2 + (i % 3)}; k++) {
    y ^= y >> ${b}; y += memory[(y + ${c}) % 4096];
    if (y & ${1 << (i % 12)}) y = y * 5 - x; else { memory[(x + k) % 4096] = y; y += ${a * b}; }
    if ((y & 255) < ${b * 4}) y -= x >> 3; else y += x << 2;
    y = (y << 7 | y >> 57) + (i64)y / ${a + 2};
  }
  return y ^ x;
}`);
  }
  lines.push(
    `static u64 (*const all[])(u64) = { ${Array.from({ length: functions }, (_, i) => `f${i}`).join(', ')} };`,
  );
  lines.push(`int main(void) {
  u64 sum = 1;
  for (u32 round = 0; round < ROUNDS; round++) for (u32 i = 0; i < ${functions}; i++) sum = all[i](sum + i);
  print_hex(sum);
  return 0;
}`);
  return lines.join('\n');
}

/** Beside the guest's RAM, in MiB. */
const ownMemory = (ram: number): number => (process.memoryUsage().rss - ram) / MIB;

function codeSize(folder: string): void {
  printRow(['hot code', 'first 50 M', 'first 500 M', 'then', 'regions', 'MiB']);
  for (const size of [1000, 3000, 10_000, 30_000, 100_000]) {
    const source = join(folder, 'generated.c');
    writeFileSync(source, sourceOfSize(size));
    const machine = new BenchmarkMachine(compileGuest(folder, source, 1_000_000_000), { translation: true });
    const first = machine.run(50e6);
    const second = machine.run(450e6);
    const all = {
      instructions: first.instructions + second.instructions,
      cpuSeconds: first.cpuSeconds + second.cpuSeconds,
    };
    const steady = machine.run(300e6);
    const { regions } = machine.core.translator.statistics;
    const speeds = [first, all, steady].map((run) => mips(run).toFixed(0));
    printRow([size, ...speeds, regions, ownMemory(0).toFixed(0)]);
  }
}

function ramSize(folder: string): void {
  printRow(['RAM MiB', 'MIPS', 'own MiB', 'MiB in all']);
  const image = compileGuest(folder, 'mix', 500);
  for (const size of [64, 256, 1024, 2048]) {
    const machine = new BenchmarkMachine(image, { translation: true, memory: size * MIB });
    const speed = mips(machine.run()).toFixed(0);
    // Of untouched RAM the host gives nothing; a guest that uses all of its RAM makes it real.
    for (let page = 0; page < size * MIB; page += 4096) machine.core.ram.write8(0x80000000 + page, 1);
    printRow([size, speed, ownMemory(size * MIB).toFixed(0), ownMemory(0).toFixed(0)]);
  }
}

function harts(folder: string): void {
  printRow(['harts', 'MIPS']);
  // Each hart runs the whole program, over the same memory, where all of them write the same.
  const image = compileGuest(folder, 'sieve', 1_000_000);
  for (const count of [1, 2, 4, 8]) {
    const machine = new BenchmarkMachine(image, { translation: true, harts: count });
    machine.run(300e6);
    printRow([count, mips(machine.run(500e6)).toFixed(0)]);
  }
}

const experiments: Readonly<Record<string, (folder: string) => void>> = { code: codeSize, ram: ramSize, harts };

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const names = process.argv.slice(2);
  try {
    for (const [name, run] of Object.entries(experiments)) if (names.length === 0 || names.includes(name)) run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
