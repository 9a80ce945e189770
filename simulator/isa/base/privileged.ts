/** Privileged instructions of M- and S-mode (manual, volume II, "Machine-Mode Privileged Instructions", "Supervisor Instructions"). */
import { entry, fixed, notRun, rs1, rs2 } from '../formats';
import type { Instruction, PrivilegeName } from '../types';

const P = { extension: 'privileged' } as const;

/** An instruction that assemblers know and the machine lacks. */
function absent(name: string, match: number, privilege: PrivilegeName, what: string): Instruction {
  return fixed(P, name, match, `${what}: illegal here`, notRun, { privilege, transfers: true });
}

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
  absent('uret', 0x00200073, 'u', 'return from a user trap, which older specifications had'),
  absent('hret', 0x20200073, 's', 'return from a trap of the hypervisor mode that older specifications had'),
  absent('dret', 0x7b200073, 'm', 'return from debug mode'),
  entry(P, {
    name: 'sfence.vm',
    mask: 0xfff07fff,
    match: 0x10400073,
    operands: [rs1],
    syntax: '[rs1]',
    defaults: { rs1: 0 },
    privilege: 's',
    transfers: true,
    summary: 'fence of translations, which sfence.vma replaced: illegal here',
    semantics: notRun,
  }),
];
