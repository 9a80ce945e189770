/** Svinval: fences of translations in finer parts (manual, volume II, "Svinval"). Each is as strong as the fence that it is a part of. */
import { entry, fixed, rs1, rs2 } from '../formats';
import type { SystemOperation } from '../semantics';
import type { Instruction } from '../types';

const SVINVAL = { extension: 'svinval' } as const;
const MASK = 0xfe007fff;
const SYSTEM = 0x73;
const supervised = { privilege: 's', transfers: true } as const;

function invalidate(name: string, funct7: number, operation: SystemOperation, summary: string): Instruction {
  return entry(SVINVAL, {
    name,
    mask: MASK,
    match: (funct7 << 25) | SYSTEM,
    operands: [rs1, rs2],
    syntax: 'rs1, rs2',
    ...supervised,
    summary,
    semantics: { system: operation },
  });
}

export const fineFences: readonly Instruction[] = [
  invalidate('sinval.vma', 0x0b, 'sfence.vma', 'forget translations, as sfence.vma, but in no order by itself'),
  invalidate('hinval.vvma', 0x13, 'hfence.vvma', 'forget translations, as hfence.vvma, but in no order by itself'),
  invalidate('hinval.gvma', 0x33, 'hfence.gvma', 'forget translations, as hfence.gvma, but in no order by itself'),
  fixed(
    SVINVAL,
    'sfence.w.inval',
    0x18000073,
    'order earlier stores before later sinval.vma',
    { system: 'sfence.inval' },
    supervised,
  ),
  fixed(
    SVINVAL,
    'sfence.inval.ir',
    0x18100073,
    'order earlier sinval.vma before later accesses',
    { system: 'sfence.inval' },
    supervised,
  ),
];
