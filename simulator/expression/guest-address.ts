import type { CpuState } from '../hypervisor/cpu';
import type { Guest } from '../hypervisor/guest';
import { FRAME } from '../mmu/address';
import { Access, Privilege } from '../mmu/index';

/** Where a guest-virtual address leads in guest memory, for somebody who only looks: whichever access or mode finds something. */
export function guestPhysical(cpu: CpuState, address: bigint): number | undefined {
  const privileges = [cpu.privilege, Privilege.supervisor, Privilege.user];
  for (const privilege of new Set(privileges)) {
    for (const access of [Access.read, Access.execute]) {
      const found = cpu.peek(address, access, { privilege, virtual: cpu.virtual });
      if ('gpa' in found) return found.gpa;
    }
  }
  return undefined;
}

/**
 * Bytes from a guest-virtual or guest-physical address on, up to the first that is not in the guest's memory. No side effects.
 * @param locate the guest-physical address of a guest-virtual one
 */
export function guestBytes(
  guest: Guest,
  address: bigint,
  length: number,
  locate: (address: bigint) => number | undefined,
): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const at = BigInt.asUintN(64, address + BigInt(done));
    const count = Math.min(length - done, FRAME - Number(at % BigInt(FRAME)));
    const gpa = locate(at);
    const piece = gpa === undefined ? undefined : guest.peek(gpa, count);
    if (!piece) break;
    bytes.set(piece, done);
    done += count;
  }
  return bytes.subarray(0, done);
}
