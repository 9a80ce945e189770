import type { DmaSpace } from '../devices/dma';
import type { Board } from '../machine/board';
import type { Machine } from '../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../machine/memory-map';
import { FRAME, type Gpa } from '../mmu/address';
import { InstructionCache } from './exits/instruction-cache';
import { ExitLedger } from './ledger/ledger';
import type { P2m } from './memory/p2m';
import type { Vcpu } from './vcpu';

/** Why a VMM gives a VM up: where hardware would have no answer either. */
export const KILL_REASONS = {
  'trap-loop': 'the guest traps at its own trap vector, for ever',
  'illegal-access': 'the guest accessed memory outside its own (onIllegal: kill)',
} as const;

export type KillReason = keyof typeof KILL_REASONS;

/** One VM: its memory, its devices, its vCPUs and the record of their exits. */
export class VirtualMachine<V extends Vcpu = Vcpu> {
  readonly ledger = new ExitLedger();
  readonly instructions = new InstructionCache();
  readonly vcpus: V[] = [];
  /** Set once the devices exist: they reach memory through `dma`. */
  board: Board | undefined;
  readonly dma: DmaSpace;

  constructor(
    readonly machine: Machine,
    readonly p2m: P2m,
    /** What an access outside the VM's memory means: the hardware's trap, or the end of the VM. */
    readonly onIllegal: 'trap' | 'kill',
  ) {
    this.dma = new GuestMemoryDma(this);
  }

  /** Whether an address is M-mode's, the firmware's memory or the CLINT: an access fault for the guest, whatever is there. */
  belongsToFirmware(gpa: number): boolean {
    return isWithin(FIRMWARE_MEMORY, gpa) || isWithin(MEMORY_MAP.clint, gpa);
  }

  /** The machine address of guest RAM that the guest itself may use. */
  guestRam(gpa: number): number | undefined {
    return this.belongsToFirmware(gpa) ? undefined : this.p2m.toHost(gpa);
  }

  /** Bytes of guest memory, frame by frame through the P2M; undefined when any of them is not the guest's. */
  read(gpa: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    const complete = this.eachFrame(gpa, length, (hpa, at, count) =>
      bytes.set(this.machine.core.ram.read(hpa, count), at),
    );
    return complete ? bytes : undefined;
  }

  write(gpa: number, bytes: Uint8Array): boolean {
    // First all addresses are checked, then all bytes written: a write happens whole or not at all.
    if (!this.eachFrame(gpa, bytes.length, () => undefined)) return false;
    return this.eachFrame(gpa, bytes.length, (hpa, at, count) =>
      this.machine.core.ram.write(hpa, bytes.subarray(at, at + count)),
    );
  }

  private eachFrame(gpa: number, length: number, visit: (hpa: number, at: number, count: number) => void): boolean {
    for (let at = 0; at < length; ) {
      const address = gpa + at;
      const hpa = this.guestRam(address);
      if (hpa === undefined) return false;
      const count = Math.min(length - at, FRAME - (address % FRAME));
      visit(hpa, at, count);
      at += count;
    }
    return true;
  }
}

const isWithin = ({ base, size }: { base: number; size: number }, address: number): boolean =>
  address >= base && address < base + size;

/** A VM's devices reach its guest-physical memory, nothing else. */
class GuestMemoryDma implements DmaSpace {
  constructor(private readonly vm: VirtualMachine) {}

  read(address: number, length: number): Uint8Array | undefined {
    return length <= this.vm.p2m.size ? this.vm.read(address, length) : undefined;
  }

  write(address: number, bytes: Uint8Array): boolean {
    return this.vm.write(address, bytes);
  }

  hostPhysical(address: Gpa['value']): number | undefined {
    return this.vm.guestRam(address);
  }
}
