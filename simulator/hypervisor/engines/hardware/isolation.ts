import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { IsolationBreach } from '../../isolation-breach';
import type { HardwareEngine } from './engine';

/**
 * Proves from the live second stage, the TLB and the DMA space that a VM reaches only its own machine frames: every leaf maps frames of
 * its P2M to where its guest has them, every table lies in the VMM's memory, every TLB entry of the guest leads into its frames.
 * @returns what breaks this; nothing in a correct VMM, at any exit
 */
export function checkSecondStage({ vm, pool, ram }: HardwareEngine): IsolationBreach[] {
  const breaches: IsolationBreach[] = [];
  const report = (where: IsolationBreach['where'], description: string): void => {
    breaches.push({ where, description });
  };
  for (const frame of vm.stage.tableFrames) {
    if (!pool.contains(frame)) report('second stage', `table ${hex(frame)} is outside the VMM's memory`);
  }
  for (const { gpa, hpa, level, low } of vm.stage.leaves()) {
    const what = `leaf ${hex(gpa)} -> ${hex(hpa)}`;
    for (let at = 0; at < FRAME * 512 ** level; at += FRAME) {
      if (vm.guestRam(gpa + at) !== hpa + at) {
        report('second stage', `${what} does not map the VM's memory`);
        break;
      }
    }
    if (!(low & Pte.U) || low & Pte.G) report('second stage', `${what} has U=0 or G=1`);
  }
  for (const { hart } of vm.vcpus) {
    for (const entry of hart.tlb.entries) {
      // That there is no valid entry may be cached as well.
      if (!entry.virtual || !(entry.secondStage & Pte.V)) continue;
      const what = `page ${hex(entry.page * FRAME)} -> ${hex(entry.physical)}`;
      for (let at = 0; at < FRAME * 512 ** entry.level; at += FRAME) {
        if (vm.p2m.toGuest(entry.physical + at) === undefined) {
          report('TLB', `${what} is not the VM's memory`);
          break;
        }
      }
    }
  }
  for (let frame = 0; frame < ram.size; frame += FRAME) {
    const hpa = vm.dma.hostPhysical(ram.base + frame);
    if (hpa !== undefined && vm.p2m.toGuest(hpa) === undefined)
      report('DMA', `GPA ${hex(ram.base + frame)} -> ${hex(hpa)} is not the VM's memory`);
  }
  return breaches;
}

const hex = (address: number): string => `0x${address.toString(16)}`;
