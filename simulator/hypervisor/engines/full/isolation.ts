import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { IsolationBreach } from '../../isolation-breach';
import { pteAddress } from '../../memory/table-memory';
import type { FullEngine } from './engine';

/**
 * Proves from the live tables, the TLB and the DMA space that a VM reaches only its own machine frames, and only as U-mode may:
 * every shadow leaf maps frames of its P2M with U=1 and G=0, every shadow table lies in the VMM's pool, every usable TLB entry is
 * covered by a shadow leaf. @returns what breaks this; nothing in a correct VMM, at any exit
 */
export function checkIsolation(engine: FullEngine): IsolationBreach[] {
  const breaches: IsolationBreach[] = [];
  const { vm } = engine;
  const report = (where: IsolationBreach['where'], description: string): void => {
    breaches.push({ where, description });
  };
  const owned = (hpa: number, size: number): boolean => {
    for (let at = hpa; at < hpa + size; at += FRAME) if (vm.p2m.toGuest(at) === undefined) return false;
    return true;
  };
  for (const { id, spaces, hart } of vm.vcpus) {
    for (const view of spaces.views) {
      for (const frame of view.table.tableFrames) {
        if (!engine.pools[id]?.contains(frame))
          report('shadow table', `table 0x${frame.toString(16)} of ASID ${view.asid} is outside the VMM's pool`);
      }
      for (const leaf of view.table.leaves()) {
        const hpa = pteAddress(leaf.low, leaf.high);
        const what = `leaf 0x${leaf.va.toString(16)} of ASID ${view.asid} -> 0x${hpa.toString(16)}`;
        if (!owned(hpa, FRAME * 512 ** leaf.level)) report('shadow table', `${what} is not the VM's memory`);
        if (!(leaf.low & Pte.U) || leaf.low & Pte.G) report('shadow table', `${what} has U=0 or G=1`);
      }
    }
    for (const entry of hart.tlb.entries) {
      // That there is no valid entry may be cached as well.
      if (!(entry.flags & Pte.V)) continue;
      const what = `page 0x${(entry.page * FRAME).toString(16)} of ASID ${entry.asid} -> 0x${entry.physical.toString(16)}`;
      if (!owned(entry.physical, FRAME * 512 ** entry.level)) report('TLB', `${what} is not the VM's memory`);
      const view = spaces.viewOfAsid(entry.asid);
      const leaf = view?.table.find((entry.page * FRAME) | 0, highHalf(entry.page));
      if (!leaf || pteAddress(leaf.low, leaf.high) !== entry.physical)
        report('TLB', `${what} is not in the shadow table of its ASID`);
    }
  }
  for (let frame = 0; frame < engine.ram.size; frame += FRAME) {
    const hpa = vm.dma.hostPhysical(engine.ram.base + frame);
    if (hpa !== undefined && !owned(hpa, FRAME))
      report('DMA', `GPA 0x${(engine.ram.base + frame).toString(16)} -> 0x${hpa.toString(16)} is not the VM's memory`);
  }
  return breaches;
}

/** The upper word of the virtual address of a page number of 36 bits (bits 47:12). */
function highHalf(page: number): number {
  return (Math.floor(page / 2 ** 20) << 16) >> 16;
}
