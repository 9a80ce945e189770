import type { Gva } from '../../../mmu/address';
import type { PageTables } from '../../../mmu/index';
import type { SharedPage } from '../../events/shared-page';
import type { Vm } from '../../vm';
import type { UserModeVcpu } from '../deprivileged/user-mode-vcpu';
import type { DirectPaging } from './direct-paging';
import type { RootKind, Roots } from './roots';
import type { VmmTables } from './vmm-tables';
import type { VcpuWords } from './words';

/** The page that a guest shares with the VMM. */
export interface SharedPlace {
  readonly gpa: number;
  readonly hpa: number;
  /** Where the guest has it. */
  readonly va: bigint;
}

/** An entry of level 0. */
export interface LastEntry {
  /** Its machine address. */
  readonly at: number;
  readonly low: number;
  readonly high: number;
}

/** A vCPU of a ported guest, as handlers of its exits and calls see it. */
export interface PortedVcpu extends UserModeVcpu {
  readonly roots: Roots;
  readonly words: VcpuWords;
  /** Whether somebody has said where it begins. */
  readonly isInitialised: boolean;
  /** Its kernel's vector, and the stack pointer of traps from programs. */
  setTrap(entry: bigint, sp: bigint): void;
  /** The return from a trap, by the words. @returns false where there are no tables for what it returns to */
  returnFromTrap(): boolean;
  /** The entry of level 0 by which a root maps an address; undefined where there is no table for it. */
  lastEntry(address: Gva, kind: RootKind): LastEntry | undefined;
  /** The physical address of a device's register that the guest has mapped at an address, as far as the entry's permissions go. */
  deviceAt(address: Gva, permission: number): number | undefined;
}

/** The VM of a ported guest, as its vCPUs and their handlers see it. */
export interface PortedVm {
  readonly vm: Vm;
  readonly vcpus: readonly PortedVcpu[];
  readonly paging: DirectPaging;
  readonly vmmTables: VmmTables;
  /** The guest's tables, to look at, and to walk on its behalf. */
  readonly peekedTables: PageTables;
  readonly walkedTables: PageTables;
  readonly shared: SharedPlace | undefined;
  readonly sharedPage: SharedPage;
  /** Whether a frame is one of the guest's tables, which only the VMM may write. */
  isTable(hpa: number): boolean;
  /** A table is pinned from now on, or, without a level, not any more. */
  notePinned(hpa: number, level: number | undefined): void;
  /** The page at an address of the guest's is shared with the VMM: it may be written, and be nothing else. */
  share(gpa: number): void;
  /** Whether a root is used as the other kind: one table cannot be both, since the VMM's entry in it differs. */
  isOfOtherKind(hpa: number, kind: RootKind): boolean;
  /** A vCPU's roots out of a saved state are tables. @throws RangeError where they cannot be */
  holdRoots(vcpu: Pick<PortedVcpu, 'id' | 'roots'>): void;
}
