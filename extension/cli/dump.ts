import type { CpuState } from '../../simulator/hypervisor/cpu';
import { Csr, type CsrDescription, csrs, registerName } from '../../simulator/isa/index';
import { Access } from '../../simulator/mmu/index';
import type { System } from '../../simulator/system/system';

export const DUMPS = ['registers', 'memory'] as const;
export type Dump = (typeof DUMPS)[number];

/** CSRs that say why and where a trap went: those of them that the guest has. */
const TRAP_CSRS = [
  ...[Csr.mstatus, Csr.mtvec, Csr.mepc, Csr.mcause, Csr.mtval, Csr.mie, Csr.mip, Csr.mscratch],
  ...[Csr.sstatus, Csr.stvec, Csr.sepc, Csr.scause, Csr.stval, Csr.sie, Csr.sip, Csr.sscratch, Csr.satp],
  ...[Csr.vsstatus, Csr.vstvec, Csr.vsepc, Csr.vscause, Csr.vstval, Csr.vsie, Csr.vsip, Csr.vsscratch],
];
/** And those of a hypervisor: how its guest translates, and what an access of it ended with. */
const HYPERVISOR_CSRS = [
  ...[Csr.hstatus, Csr.hedeleg, Csr.hideleg, Csr.hgatp, Csr.htval, Csr.htinst],
  ...[Csr.vsatp, Csr.mtval2, Csr.mtinst],
];
const SHOWN_CSRS: ReadonlySet<CsrDescription> = new Set<CsrDescription>([...TRAP_CSRS, ...HYPERVISOR_CSRS]);
/** Memory is shown from so many lines before the place where a CPU stands to as many behind it. */
const LINES = 4;
const LINE = 16;
const REGISTERS = 32;
const REGISTERS_OF_LINE = 4;
/** Characters of the longest name. */
const NAME = 9;

/** What `--dump` says where a run has stopped: each CPU's place, and its registers or the memory there. */
export function dumpOf(system: System, what: readonly Dump[]): string {
  const lines: string[] = [];
  for (const cpu of system.guest.cpus) {
    lines.push(`cpu ${cpu.id} stands at pc ${hex(cpu.pc)}`);
    if (what.includes('registers')) lines.push(...registersOf(cpu));
    if (what.includes('memory')) lines.push(...memoryAround(system, cpu));
  }
  return lines.join('\n');
}

function registersOf(cpu: CpuState): string[] {
  const general = Array.from({ length: REGISTERS }, (_, index) => field(registerName(index), cpu.x(index)));
  const control = csrs.flatMap((csr) => {
    const value = SHOWN_CSRS.has(csr) ? cpu.readCsr(csr.number) : undefined;
    return value === undefined ? [] : [field(csr.name, value)];
  });
  return [...inLines(general), ...inLines(control)];
}

function memoryAround(system: System, cpu: CpuState): string[] {
  const first = BigInt.asUintN(64, (cpu.pc & ~BigInt(LINE - 1)) - BigInt(LINES * LINE));
  return Array.from({ length: 2 * LINES + 1 }, (_, index) => {
    const address = BigInt.asUintN(64, first + BigInt(index * LINE));
    const found = cpu.peek(address, Access.execute);
    const bytes = 'gpa' in found ? system.readMemory(found.gpa, LINE) : undefined;
    const text = bytes ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ') : 'no memory';
    return `  ${hex(address)}: ${text}`;
  });
}

function inLines(fields: readonly string[]): string[] {
  const count = Math.ceil(fields.length / REGISTERS_OF_LINE);
  return Array.from({ length: count }, (_, line) =>
    `  ${fields.slice(line * REGISTERS_OF_LINE, (line + 1) * REGISTERS_OF_LINE).join('  ')}`.trimEnd(),
  );
}

const field = (name: string, value: bigint): string => `${name.padEnd(NAME)} ${hex(value)}`;
const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`;
