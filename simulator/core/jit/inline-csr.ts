/** CSR instructions that regions do themselves: on CSRs that only hold what is written, in modes that have them under their own number. */

import { Csr, type CsrOperation, isCsrOperation, systemOperationOf, writesCsr } from '../../isa';
import { EXCEPTION_PC_BITS } from '../csr/register';
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
  [Csr.mscratch.number, { slot: CsrSlot.mscratch, mask: all, access: machine }],
  [Csr.mepc.number, { slot: CsrSlot.mepc, mask: EXCEPTION_PC_BITS, access: machine }],
  [Csr.mcause.number, { slot: CsrSlot.mcause, mask: all, access: machine }],
  [Csr.mtval.number, { slot: CsrSlot.mtval, mask: all, access: machine }],
  [Csr.sscratch.number, { slot: CsrSlot.sscratch, mask: all, access: supervisor }],
  [Csr.sepc.number, { slot: CsrSlot.sepc, mask: EXCEPTION_PC_BITS, access: supervisor }],
  [Csr.scause.number, { slot: CsrSlot.scause, mask: all, access: supervisor }],
  [Csr.stval.number, { slot: CsrSlot.stval, mask: all, access: supervisor }],
]);

/** What a CSR instruction is inline; undefined of those that are not, and of all other instructions. */
export function inlineCsrOf({
  instruction,
  fields,
}: Pick<RegionInstruction, 'instruction' | 'fields'>): InlineCsr | undefined {
  const operation = systemOperationOf(instruction);
  if (!isCsrOperation(operation)) return undefined;
  const plain = plainCsrs.get(fields.csr ?? 0);
  if (!plain) return undefined;
  return {
    operation,
    place: HartLayout.csrs + plain.slot * 8,
    mask: plain.mask,
    access: plain.access,
    immediate: fields.uimm,
    writes: writesCsr(operation, fields),
  };
}
