/**
 * cbo.inval, cbo.clean, cbo.flush, cbo.zero (manual, volume I, "Cache-Block Management"). The machine's memory is coherent: but for
 * zeroing, an instruction only has to be allowed.
 */
import { Privilege } from '../../mmu';
import { Refusal } from '../csr/register';
import { rs1Of } from '../interpreter/instruction-fields';
import type { MemoryAccess } from '../memory/memory-access';
import type { ExecutingHart } from './executing-hart';
import { CsrSlot, Environment, type HartState } from './hart-state';

export type CacheBlockOperation = 'cbo.inval' | 'cbo.clean' | 'cbo.flush' | 'cbo.zero';

const enabledBy: Readonly<Record<CacheBlockOperation, number>> = {
  'cbo.inval': Environment.CBIE,
  'cbo.clean': Environment.CBCFE,
  'cbo.flush': Environment.CBCFE,
  'cbo.zero': Environment.CBZE,
};

/** By menvcfg below M-mode; by henvcfg in VS- and VU-mode; by senvcfg in user modes. */
function refusalOf(state: HartState, bits: number): Refusal {
  const { privilege, virtual } = state;
  if (privilege === Privilege.machine) return Refusal.Allowed;
  const isDisabled = (slot: CsrSlot): boolean => (state.csrLow(slot) & bits) === 0;
  if (isDisabled(CsrSlot.menvcfg)) return Refusal.Illegal;
  if (virtual && isDisabled(CsrSlot.henvcfg)) return Refusal.Virtual;
  if (privilege === Privilege.user && isDisabled(CsrSlot.senvcfg)) return virtual ? Refusal.Virtual : Refusal.Illegal;
  return Refusal.Allowed;
}

export function executeCacheBlock(
  hart: ExecutingHart,
  memory: MemoryAccess,
  operation: CacheBlockOperation,
  word: number,
): void {
  const { state } = hart;
  const refusal = refusalOf(state, enabledBy[operation]);
  if (refusal !== Refusal.Allowed) {
    hart.raiseIllegal(word, refusal);
    return;
  }
  const rs1 = rs1Of(word);
  const [low, high] = [state.registerLow(rs1), state.registerHigh(rs1)];
  const isDone = operation === 'cbo.zero' ? memory.zeroBlock(low, high) : memory.manageBlock(low, high);
  if (isDone) hart.advance(4);
}
