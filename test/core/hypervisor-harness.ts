/** One instruction in some mode of a machine with the H extension, and what became of it. */
import { type HartOptions, RunExit } from '../../simulator/core';
import { encode, type Fields, instructionNamed } from '../../simulator/isa';
import { Privilege } from '../../simulator/mmu';
import { BareMachine, RAM_BASE } from './bare-machine';

export type ModeName = 'm' | 's' | 'u' | 'vs' | 'vu';

export const modes: Readonly<Record<ModeName, readonly [privilege: Privilege, virtual: boolean]>> = {
  m: [Privilege.machine, false],
  s: [Privilege.supervisor, false],
  u: [Privilege.user, false],
  vs: [Privilege.supervisor, true],
  vu: [Privilege.user, true],
};

export const CSR = {
  sstatus: 0x100,
  stvec: 0x105,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  stimecmp: 0x14d,
  satp: 0x180,
  scounteren: 0x106,
  senvcfg: 0x10a,
  vsstatus: 0x200,
  vsie: 0x204,
  vstvec: 0x205,
  vsepc: 0x241,
  vscause: 0x242,
  vstval: 0x243,
  vsip: 0x244,
  vstimecmp: 0x24d,
  vsatp: 0x280,
  mstatus: 0x300,
  misa: 0x301,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mcountinhibit: 0x320,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  mtinst: 0x34a,
  mtval2: 0x34b,
  hstatus: 0x600,
  hedeleg: 0x602,
  hideleg: 0x603,
  hie: 0x604,
  htimedelta: 0x605,
  hcounteren: 0x606,
  hgeie: 0x607,
  henvcfg: 0x60a,
  htval: 0x643,
  hip: 0x644,
  hvip: 0x645,
  htinst: 0x64a,
  hgatp: 0x680,
  cycle: 0xc00,
  time: 0xc01,
  hpmcounter3: 0xc03,
  hgeip: 0xe12,
} as const;
export type CsrName = keyof typeof CSR;
export type Settings = { readonly [name in CsrName]?: bigint };

export const instruction = (name: string, fields: Fields = {}): number => encode(instructionNamed(name), fields);
export const readCsr = (name: CsrName, rd = 10): number => instruction('csrrs', { rd, csr: CSR[name], rs1: 0 });
export const writeCsr = (name: CsrName, rs1 = 11): number => instruction('csrrw', { rd: 0, csr: CSR[name], rs1 });

/** All exceptions that can be left to HS-mode. */
export const TO_HS = 0xf0b7ffn;

/** A machine whose memory is open, and whose traps come out. */
export function machineOf(options: Partial<HartOptions> = {}): BareMachine {
  const machine = new BareMachine(1 << 24, 1, true, options);
  const { hart } = machine;
  hart.setCsr(0x3b0, (1n << 54n) - 1n);
  hart.setCsr(0x3a0, 0x1fn);
  Object.assign(hart.hosted, { m: true, s: true, vs: true });
  return machine;
}

export function set(machine: BareMachine, settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) machine.hart.setCsr(CSR[name as CsrName], value);
}

export const get = (machine: BareMachine, name: CsrName): bigint => machine.hart.csr(CSR[name]);

/** What the instruction at the start of RAM does: 'ok', or the mode that gets the trap, and its cause. */
export function execute(machine: BareMachine, word: number, mode: ModeName): string {
  const { hart, core } = machine;
  core.ram.write32(RAM_BASE, word);
  hart.setMode(...modes[mode]);
  hart.pc = BigInt(RAM_BASE);
  const exit = hart.run(1);
  if (exit !== RunExit.HostedTrap) return 'ok';
  const cause = get(machine, { m: 'mcause', s: 'scause', vs: 'vscause' }[hart.trapMode] as CsrName);
  const kind = cause >> 63n ? 'interrupt ' : '';
  return `${hart.trapMode} ${kind}${cause & 0xffn}`;
}
