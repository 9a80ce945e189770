import { FRAME, Gva } from '../../../mmu/address';
import { Access } from '../../../mmu/index';
import type { CallersMemory } from '../../hypercalls/callers-memory';
import type { PortedVcpu } from './ported';

/** By virtual address, with what the kernel itself may read and write there. */
export function virtualMemory(vcpu: PortedVcpu): CallersMemory {
  const { memory } = vcpu.vm;
  const pieces = (
    address: bigint,
    length: number,
    access: Access,
  ): { gpa: number; at: number; count: number }[] | undefined => {
    const found: { gpa: number; at: number; count: number }[] = [];
    for (let at = 0; at < length; ) {
      const va = Gva.of(BigInt.asUintN(64, address + BigInt(at)));
      const place = vcpu.walk(va, access, 'as hardware');
      if ('fault' in place) return undefined;
      const count = Math.min(length - at, FRAME - (place.gpa % FRAME));
      found.push({ gpa: place.gpa, at, count });
      at += count;
    }
    return found;
  };
  return {
    read(address, length) {
      const parts = pieces(address, length, Access.read);
      const bytes = parts && new Uint8Array(length);
      for (const { gpa, at, count } of parts ?? []) {
        const part = memory.read(gpa, count);
        if (!part) return undefined;
        bytes?.set(part, at);
      }
      return bytes;
    },
    mayWrite: (address, length) => pieces(address, length, Access.write) !== undefined,
    // Where it is mapped there is memory.
    prepare: () => true,
    write(address, bytes) {
      for (const { gpa, at, count } of pieces(address, bytes.length, Access.write) ?? [])
        memory.write(gpa, bytes.subarray(at, at + count));
    },
  };
}
