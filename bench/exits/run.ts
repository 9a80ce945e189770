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

const TURNS = 100_000;

/** Of a ported guest: its kernel in a loop, and what each turn costs in nanoseconds, for so many of what is asked. */
const portedLoop = (prepared: string, turn: string, rest = ''): string => `
#include <hyperstep-pv.h>
        pv_guest
_start: mv s1, a1
        ld s2, PV_START_P2M(s1)
        la t0, page
        li t1, 0x80000000
        sub t0, t0, t1
        srli t0, t0, 9
        add t0, t0, s2
        ld s3, (t0)                     # the machine address of the page
        ${prepared}
        li s0, ${TURNS}
1:      ${turn}
        addi s0, s0, -1
        bnez s0, 1b
        li a7, 0x53525354
        li a6, 0
        li a0, 0
        li a1, 0
        ecall
        ${rest}
        .data
        .balign 4096
page:   .zero 4096
list:   .zero 4096
stack:  .zero 4096
`;

/** An entry that is written to what it was: read and looked up, checked, and written. */
const UPDATE = 'la a0, page\n srli a1, s3, 2\n ori a1, a1, 0xd7\n li a2, 0\n hypercall PV_UPDATE_VA';
const lists = (count: number): string =>
  portedLoop(
    `la a0, page\n ld t0, PV_START_ROOT(s1)\n li s4, ${count}\n la s5, list\n srli s6, s3, 2\n ori s6, s6, 0xd7\n # the entry of the page, by the tables of the begin
        ld t1, PV_START_M2P(s1)\n ld t2, PV_START_M2P_FIRST(s1)
        .macro readable reg\n sub \\reg, \\reg, t2\n srli \\reg, \\reg, 9\n add \\reg, \\reg, t1\n ld \\reg, (\\reg)\n .endm
        .macro below level\n la t3, page\n srli t3, t3, 12 + 9 * \\level\n andi t3, t3, 511\n slli t3, t3, 3\n readable t0\n add t0, t0, t3\n .endm
        .macro next\n ld t0, (t0)\n srli t0, t0, 10\n slli t0, t0, 12\n .endm
        below 2\n next\n below 1\n next\n la t3, page\n srli t3, t3, 12\n andi t3, t3, 511\n slli t3, t3, 3\n add s7, t0, t3
2:      sd s7, 0(s5)\n sd s6, 8(s5)\n addi s5, s5, 16\n addi s4, s4, -1\n bnez s4, 2b`,
    `la a0, list\n li a1, ${count}\n hypercall PV_MMU_UPDATE`,
  );

const PORTED: { readonly [name: string]: { readonly text: string; readonly each: number } } = {
  'hypercall (version)': { text: portedLoop('', 'hypercall PV_VERSION'), each: TURNS },
  'entry of a table (update_va)': { text: portedLoop('', UPDATE), each: TURNS },
  'entry of a list of 64 (mmu_update)': { text: lists(64), each: 64 * TURNS },
  'exception passed on, and iret': {
    text: portedLoop(
      'la a0, trap\n li a1, 0\n hypercall PV_SET_TRAP\n la sp, stack',
      'ebreak',
      '.balign 4\ntrap: ld t1, PV_WORD_SEPC(t0)\n addi t1, t1, 2\n sd t1, PV_WORD_SEPC(t0)\n hypercall PV_IRET',
    ),
    each: TURNS,
  },
  'upcall (event to itself), and iret': {
    text: portedLoop(
      'la a0, trap\n li a1, 0\n hypercall PV_SET_TRAP\n la sp, stack\n li a0, PV_EVENT_IPI\n li a1, 0\n hypercall PV_EVENT\n mv s8, a1\n ld s9, PV_START_SHARED(s1)\n li t1, PV_WORDS\n add s10, s9, t1\n li t1, 1\n sb t1, PV_WORD_IE(s10)',
      'li a0, PV_EVENT_SEND\n mv a1, s8\n hypercall PV_EVENT',
      '.balign 4\ntrap: sb zero, PV_WORD_UPCALL_PENDING(t0)\n sd zero, PV_WORD_PENDING_SEL(t0)\n sd zero, PV_PENDING(s9)\n sd a6, PV_WORD_A6(t0)\n sd a7, PV_WORD_A7(t0)\n hypercall PV_IRET',
    ),
    each: TURNS,
  },
};

async function assemble(text: string): Promise<Program> {
  const { program, diagnostics } = await buildProgram(projectOfFile('loop.S'), async () =>
    new TextEncoder().encode(text),
  );
  if (!program) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return program;
}

type Engine = 'full' | 'hardware' | 'para';

/** @param each of what there are so many; exits when absent */
function nanosecondsPerExit(program: Program, virtualization: Engine, each?: number): number {
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
  return ((user + kernel) * 1000) / (each ?? system.vm?.ledger.count ?? 1);
}

async function main(): Promise<void> {
  const programs = new Map<string, Program>();
  for (const [name, text] of Object.entries(LOOPS)) programs.set(name, await assemble(text));
  const ported = new Map<string, Program>();
  for (const [name, { text }] of Object.entries(PORTED)) ported.set(name, await assemble(text));
  const results = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, program] of programs) {
      for (const engine of ['full', 'hardware'] as const) {
        if (engine === 'hardware' && !EXITS_IN_HARDWARE.has(name)) continue;
        const key = `${engine}: ${name}`;
        results.set(key, [...(results.get(key) ?? []), nanosecondsPerExit(program, engine)]);
      }
    }
    for (const [name, program] of ported) {
      const key = `para: ${name}`;
      results.set(key, [...(results.get(key) ?? []), nanosecondsPerExit(program, 'para', PORTED[name]?.each)]);
    }
  }
  for (const [name, values] of results) {
    const median = values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    console.log(`${name.padEnd(48)} ${median.toFixed(0).padStart(6)} ns`);
  }
}

void main();
