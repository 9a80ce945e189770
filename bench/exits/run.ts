/** What an exit costs the host: loops of one kind of exit, unobserved; nanoseconds of this process's CPU time an exit, medians of rounds in turn. */

import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { projectOfFile } from '../../simulator/project/index';
import { System } from '../../simulator/system/system';

const ROUNDS = Number(process.argv[2] ?? 5);
const OFF = 'li a7, 8\n ecall';

/** What exits under the engine `hardware` too; the rest is the guest's own there. */
const EXITS_IN_HARDWARE = new Set(['SBI call (get_spec_version)', 'device register (UART status)']);

/** Paging by one gigapage, of which every access misses. */
const misses = (access: string): string =>
  `_start: la sp, root\n la t0, root\n li t1, 0x200000cf\n sd t1, 16(t0)\n srli t0, t0, 12\n li t1, 8\n slli t1, t1, 60\n or t0, t0, t1\n csrw satp, t0\n li s0, 20000\n1: sfence.vma\n ${access}\n addi s0, s0, -1\n bnez s0, 1b\n ${OFF}\n .bss\n .balign 4096\nroot: .skip 4096`;

const LOOPS: { readonly [name: string]: string } = {
  'CSR write (csrw sscratch)': `_start: li s0, 100000\n1: csrw sscratch, s0\n addi s0, s0, -1\n bnez s0, 1b\n ${OFF}`,
  'SBI call (get_spec_version)': `_start: li s0, 100000\n1: li a7, 0x10\n li a6, 0\n ecall\n addi s0, s0, -1\n bnez s0, 1b\n ${OFF}`,
  'exception reflected, handler, sret': `_start: la t0, 2f\n csrw stvec, t0\n li s0, 30000\n1: ebreak\n addi s0, s0, -1\n bnez s0, 1b\n ${OFF}\n .balign 4\n2: csrr t0, sepc\n addi t0, t0, 2\n csrw sepc, t0\n sret`,
  'device register (UART status)': `_start: li t0, 0x10000000\n li s0, 100000\n1: lbu t1, 5(t0)\n addi s0, s0, -1\n bnez s0, 1b\n ${OFF}`,
  'shadow miss of a load, and the fence before it': misses('ld t1, 0(sp)'),
  'shadow miss of a store, and the fence before it': misses('sd t1, -64(sp)'),
};

async function assemble(text: string): Promise<Program> {
  const { program, diagnostics } = await buildProgram(projectOfFile('loop.S'), async () =>
    new TextEncoder().encode(text),
  );
  if (!program) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return program;
}

type Engine = 'full' | 'hardware';

function nanosecondsPerExit(program: Program, virtualization: Engine): number {
  const system = new System(
    {
      virtualization,
      firmware: 'sbi',
      memory: 16 * 2 ** 20,
      harts: 1,
      disks: [],
      onIllegal: 'trap',
      console: () => undefined,
    },
    program,
  );
  const start = process.cpuUsage();
  const stop = system.machine.run({ instructions: 1e9 });
  const { user, system: kernel } = process.cpuUsage(start);
  if (stop.reason !== 'power-off') throw new Error(`the guest ended with ${stop.reason}`);
  return ((user + kernel) * 1000) / (system.vm?.ledger.count ?? 1);
}

async function main(): Promise<void> {
  const programs = new Map<string, Program>();
  for (const [name, text] of Object.entries(LOOPS)) programs.set(name, await assemble(text));
  const results = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, program] of programs) {
      for (const engine of ['full', 'hardware'] as const) {
        if (engine === 'hardware' && !EXITS_IN_HARDWARE.has(name)) continue;
        const key = `${engine}: ${name}`;
        results.set(key, [...(results.get(key) ?? []), nanosecondsPerExit(program, engine)]);
      }
    }
  }
  for (const [name, values] of results) {
    const median = values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    console.log(`${name.padEnd(48)} ${median.toFixed(0).padStart(6)} ns an exit`);
  }
}

void main();
