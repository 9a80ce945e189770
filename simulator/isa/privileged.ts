/** Privileged instructions of M- and S-mode (manual, volume II, "Machine-Mode Privileged Instructions", "Supervisor Instructions"). */
import { entry, fixed, rs1, rs2 } from './formats';
import type { Instruction } from './types';

const P = { extension: 'privileged' } as const;

export const privileged: readonly Instruction[] = [
  fixed(
    P,
    'mret',
    0x30200073,
    'return from a machine trap: pc = mepc, privilege = MPP',
    { system: 'mret' },
    {
      privilege: 'm',
      transfers: true,
    },
  ),
  fixed(
    P,
    'sret',
    0x10200073,
    'return from a supervisor trap: pc = sepc, privilege = SPP',
    { system: 'sret' },
    {
      privilege: 's',
      transfers: true,
    },
  ),
  fixed(
    P,
    'wfi',
    0x10500073,
    'wait until an enabled interrupt is pending',
    { system: 'wfi' },
    {
      privilege: 's',
      transfers: true,
    },
  ),
  entry(P, {
    name: 'sfence.vma',
    mask: 0xfe007fff,
    match: 0x12000073,
    operands: [rs1, rs2],
    syntax: '[rs1[, rs2]]',
    defaults: { rs1: 0, rs2: 0 },
    privilege: 's',
    transfers: true,
    summary: 'forget translations: of address rs1 (zero: all), of address space rs2 (zero: all)',
    semantics: { system: 'sfence.vma' },
  }),
];
