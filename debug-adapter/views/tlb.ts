import { describeView } from '../../simulator/hypervisor/full/shadow-space';
import type { GuestCpu } from '../../simulator/hypervisor/guest';
import type { TlbEntry as Entry } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import type { TlbContent, TlbEntry } from '../protocol';
import { permissionsOf } from './page-entries';

const PAGE = 4096n;

export function tlbContent(debuggee: Debuggee, cpu: GuestCpu): TlbContent {
  return {
    capacity: cpu.hart.tlb.capacity,
    entries: cpu.hart.tlb.entries.map((entry) => showTlbEntry(debuggee, cpu, entry)),
  };
}

export function showTlbEntry(debuggee: Debuggee, cpu: GuestCpu, entry: Entry): TlbEntry {
  const { asid, global, page, physical, level, flags, virtual, vmid } = entry;
  const view = debuggee.system.full?.vm.vcpus[cpu.id]?.spaces.viewOfAsid(asid);
  return {
    slot: cpu.hart.tlb.slotOf(entry),
    ...(virtual ? { virtual: { vmid } } : {}),
    asid,
    global,
    va: hex(BigInt.asUintN(64, BigInt.asIntN(48, BigInt(page) * PAGE))),
    hpa: hex(physical),
    level,
    permissions: permissionsOf(flags),
    ...(view ? { space: describeView(view) } : virtual ? { space: `guest of VMID ${vmid}, its ASID ${asid}` } : {}),
  };
}
