/** CSR instructions that regions do themselves: on CSRs that only hold what is written, in modes that have them under their own number. */

import { systemOperationOf } from '../../isa';
import type { CsrOperation } from '../csr/instruction';
import { CsrSlot } from '../hart/hart-state';
import { CsrAccess, HartLayout } from '../layout';
import type { RegionInstruction } from './region';

export interface InlineCsr {
  readonly operation: CsrOperation;
  /** Offset in the hart's block. */
  readonly place: number;
  /** The bits that can be written. */
  readonly mask: number;
  /** The bit of `HartLayout.csrAccess` that permits it. */
  readonly access: number;
  /** The operand of csrrwi, csrrsi and csrrci. */
  readonly immediate: number | undefined;
  /** csrrs and csrrc with x0 or 0 do not write. */
  readonly writes: boolean;
}

interface PlainCsr {
  readonly slot: CsrSlot;
  readonly mask: number;
  readonly access: number;
}

const all = -1;
const { machine, supervisor } = CsrAccess;

const plainCsrs: ReadonlyMap<number, PlainCsr> = new Map([
  [0x340, { slot: CsrSlot.mscratch, mask: all, access: machine }],
  [0x341, { slot: CsrSlot.mepc, mask: ~1, access: machine }],
  [0x342, { slot: CsrSlot.mcause, mask: all, access: machine }],
  [0x343, { slot: CsrSlot.mtval, mask: all, access: machine }],
  [0x140, { slot: CsrSlot.sscratch, mask: all, access: supervisor }],
  [0x141, { slot: CsrSlot.sepc, mask: ~1, access: supervisor }],
  [0x142, { slot: CsrSlot.scause, mask: all, access: supervisor }],
  [0x143, { slot: CsrSlot.stval, mask: all, access: supervisor }],
]);

/** What a CSR instruction is inline; undefined of those that are not, and of all other instructions. */
export function inlineCsrOf({
  instruction,
  fields,
}: Pick<RegionInstruction, 'instruction' | 'fields'>): InlineCsr | undefined {
  const operation = systemOperationOf(instruction);
  if (operation !== 'csr-write' && operation !== 'csr-set' && operation !== 'csr-clear') return undefined;
  const plain = plainCsrs.get(fields.csr ?? 0);
  if (!plain) return undefined;
  return {
    operation,
    place: HartLayout.csrs + plain.slot * 8,
    mask: plain.mask,
    access: plain.access,
    immediate: fields.uimm,
    writes: operation === 'csr-write' || (fields.uimm ?? fields.rs1) !== 0,
  };
}
