/** H: loads and stores as though in VS- or VU-mode, and fences of two-stage translation (manual, volume II, "Hypervisor Instructions"). */
import { entry, rd, rs1, rs2 } from '../formats';
import type { SystemOperation } from '../semantics';
import type { Instruction } from '../types';

const H = { extension: 'h' } as const;
const SYSTEM = 0x73;
const MEMORY = 4;
/** Which register fields are free beside rd or rs2, and rs1. */
const MASK_LOAD = 0xfff0707f;
const MASK_STORE = 0xfe007fff;
const MASK_FENCE = 0xfe007fff;

type Named = readonly [name: string, funct7: number, variant: number, what: string];

const loads: readonly Named[] = [
  ['hlv.b', 0x30, 0, 'sext(mem8[rs1])'],
  ['hlv.bu', 0x30, 1, 'zext(mem8[rs1])'],
  ['hlv.h', 0x32, 0, 'sext(mem16[rs1])'],
  ['hlv.hu', 0x32, 1, 'zext(mem16[rs1])'],
  ['hlvx.hu', 0x32, 3, 'zext(mem16[rs1]), which must be executable'],
  ['hlv.w', 0x34, 0, 'sext(mem32[rs1])'],
  ['hlv.wu', 0x34, 1, 'zext(mem32[rs1])'],
  ['hlvx.wu', 0x34, 3, 'zext(mem32[rs1]), which must be executable'],
  ['hlv.d', 0x36, 0, 'mem64[rs1]'],
];

const stores: readonly (readonly [name: string, funct7: number, what: string])[] = [
  ['hsv.b', 0x31, 'mem8[rs1]'],
  ['hsv.h', 0x33, 'mem16[rs1]'],
  ['hsv.w', 0x35, 'mem32[rs1]'],
  ['hsv.d', 0x37, 'mem64[rs1]'],
];

function fence(name: string, funct7: number, operation: SystemOperation, summary: string): Instruction {
  return entry(H, {
    name,
    mask: MASK_FENCE,
    match: (funct7 << 25) | SYSTEM,
    operands: [rs1, rs2],
    syntax: '[rs1[, rs2]]',
    defaults: { rs1: 0, rs2: 0 },
    privilege: 's',
    transfers: true,
    summary,
    semantics: { system: operation },
  });
}

export const hypervisor: readonly Instruction[] = [
  ...loads.map(([name, funct7, variant, what]) =>
    entry(H, {
      name,
      mask: MASK_LOAD,
      match: (funct7 << 25) | (variant << 20) | (MEMORY << 12) | SYSTEM,
      operands: [rd, rs1],
      syntax: 'rd, (rs1)',
      summary: `rd = ${what} of the guest`,
      semantics: { system: 'hypervisor-load' },
    }),
  ),
  ...stores.map(([name, funct7, what]) =>
    entry(H, {
      name,
      mask: MASK_STORE,
      match: (funct7 << 25) | (MEMORY << 12) | SYSTEM,
      operands: [rs2, rs1],
      syntax: 'rs2, (rs1)',
      summary: `${what} of the guest = rs2`,
      semantics: { system: 'hypervisor-store' },
    }),
  ),
  fence(
    'hfence.vvma',
    0x11,
    'hfence.vvma',
    'forget translations of the first stage: of guest virtual address rs1 (zero: all), of address space rs2 (zero: all)',
  ),
  fence(
    'hfence.gvma',
    0x31,
    'hfence.gvma',
    'forget translations of the second stage: of guest physical address rs1 * 4 (zero: all), of VMID rs2 (zero: all)',
  ),
];
