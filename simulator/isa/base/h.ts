/** H: loads and stores as though in VS- or VU-mode, and fences of two-stage translation (manual, volume II, "Hypervisor Instructions"). */
import { entry, rd, rs1, rs2 } from '../formats';
import { loads, stores } from '../memory-access';
import type { LoadWidth, StoreWidth, SystemOperation } from '../semantics';
import type { Instruction } from '../types';

const H = { extension: 'h' } as const;
const SYSTEM = 0x73;
const MEMORY = 4;
/** The variant of hlvx. */
const EXECUTABLE = 3;
/** Which register fields are free beside rd or rs2, and rs1. */
const MASK_LOAD = 0xfff0707f;
const MASK_STORE = 0xfe007fff;
const MASK_FENCE = 0xfe007fff;

type Named = readonly [name: string, width: LoadWidth, funct7: number, variant: number, what: string];

const guestLoads: readonly Named[] = [
  ['hlv.b', 'b', 0x30, 0, 'sext(mem8[rs1])'],
  ['hlv.bu', 'bu', 0x30, 1, 'zext(mem8[rs1])'],
  ['hlv.h', 'h', 0x32, 0, 'sext(mem16[rs1])'],
  ['hlv.hu', 'hu', 0x32, 1, 'zext(mem16[rs1])'],
  ['hlvx.hu', 'hu', 0x32, EXECUTABLE, 'zext(mem16[rs1]), which must be executable'],
  ['hlv.w', 'w', 0x34, 0, 'sext(mem32[rs1])'],
  ['hlv.wu', 'wu', 0x34, 1, 'zext(mem32[rs1])'],
  ['hlvx.wu', 'wu', 0x34, EXECUTABLE, 'zext(mem32[rs1]), which must be executable'],
  ['hlv.d', 'd', 0x36, 0, 'mem64[rs1]'],
];

const guestStores: readonly (readonly [name: string, width: StoreWidth, funct7: number, what: string])[] = [
  ['hsv.b', 'b', 0x31, 'mem8[rs1]'],
  ['hsv.h', 'h', 0x33, 'mem16[rs1]'],
  ['hsv.w', 'w', 0x35, 'mem32[rs1]'],
  ['hsv.d', 'd', 0x37, 'mem64[rs1]'],
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
  ...guestLoads.map(([name, width, funct7, variant, what]) =>
    entry(H, {
      name,
      mask: MASK_LOAD,
      match: (funct7 << 25) | (variant << 20) | (MEMORY << 12) | SYSTEM,
      operands: [rd, rs1],
      syntax: 'rd, (rs1)',
      summary: `rd = ${what} of the guest`,
      memory: { ...loads(width), asGuest: true, executable: variant === EXECUTABLE },
      semantics: { system: 'hypervisor-load' },
    }),
  ),
  ...guestStores.map(([name, width, funct7, what]) =>
    entry(H, {
      name,
      mask: MASK_STORE,
      match: (funct7 << 25) | (MEMORY << 12) | SYSTEM,
      operands: [rs2, rs1],
      syntax: 'rs2, (rs1)',
      summary: `${what} of the guest = rs2`,
      memory: { ...stores(width), asGuest: true },
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
