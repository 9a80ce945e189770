import type { Gpa, Gva } from '../../mmu/address';
import type { Access } from '../../mmu/index';

/** An access of the guest's that a handler has to do something about. */
export interface GuestAccess {
  readonly access: Access;
  /** Where the hardware's fault was: the access's first byte, or the start of its second page. */
  readonly gva: Gva;
  readonly gpa: Gpa;
}
