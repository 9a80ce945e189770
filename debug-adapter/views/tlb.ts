import type { CpuState } from '../../simulator/hypervisor/cpu';
import { FRAME } from '../../simulator/mmu/address';
import { type TlbEntry as Entry, Pte, permissionsOf } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import type { TlbContent, TlbEntry } from '../protocol';
import { ownerOf } from './tlb-owner';

export function tlbContent(debuggee: Debuggee, cpu: CpuState): TlbContent {
  const { tlb } = debuggee.hartOf(cpu);
  return {
    capacity: tlb.capacity,
    entries: tlb.entries.map((entry) => showTlbEntry(debuggee, cpu, entry)),
  };
}

export function showTlbEntry(debuggee: Debuggee, cpu: CpuState, entry: Entry): TlbEntry {
  const { asid, global, page, physical, level, flags, virtual, vmid, bare, secondStage, guestPage } = entry;
  const { machine } = debuggee;
  const hart = debuggee.hartOf(cpu);
  const space = machine.isShared ? ownerOf(machine, hart, entry) : debuggee.vcpuOf(cpu)?.describeAsid(asid);
  const first = BigInt(page) * BigInt(FRAME);
  return {
    slot: hart.tlb.slotOf(entry),
    ...(virtual ? { virtual: { vmid } } : {}),
    asid,
    global,
    // Without a first stage it is guest physical, and has no sign.
    va: hex(bare ? first : BigInt.asUintN(64, BigInt.asIntN(48, first))),
    hpa: hex(physical),
    level,
    permissions: permissionsOf(virtual ? bothStages(flags, secondStage) : flags),
    ...(virtual
      ? {
          gpa: hex(BigInt(guestPage) * BigInt(FRAME)),
          stages: { first: bare ? 'Bare' : permissionsOf(flags), second: permissionsOf(secondStage) },
        }
      : {}),
    ...(space !== undefined ? { space } : virtual ? { space: spaceText(entry) } : {}),
  };
}

/** What both stages allow. G is the first one's: the second has no address spaces. U of the second is every guest access's. */
function bothStages(first: number, second: number): number {
  return (first & second & ~(Pte.G | Pte.U)) | (first & Pte.G) | (second & Pte.U ? first & Pte.U : 0);
}

function spaceText({ vmid, asid, bare }: Entry): string {
  return `guest of VMID ${vmid}, ${bare ? 'vsatp Bare' : `its ASID ${asid}`}`;
}
