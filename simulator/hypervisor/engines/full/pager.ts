import type { Narration } from '../../../machine/narration';
import type { Gva } from '../../../mmu/address';
import type { Access } from '../../../mmu/index';
import type { Outcome } from '../../runnable';
import type { DeprivilegedVcpu } from '../deprivileged/vcpu';
import type { GuestSpace, ShadowView, ViewRule } from './shadow-space';
import type { ShadowSpaces } from './shadow-spaces';

/** A vCPU as its pager needs it. */
export interface PagedVcpu extends DeprivilegedVcpu {
  /** The guest's address space, by its virtual satp. */
  readonly guestSpace: GuestSpace;
  readonly spaces: ShadowSpaces;
  /** The view of the guest's address space in its present mode, made where there is none yet. */
  useView(): ShadowView;
}

/** The rules of shadow paging: what becomes of a page fault, what a shadow leaf may say, and which modes can share a table. */
export interface ShadowPager extends ViewRule {
  handlePageFault(vcpu: PagedVcpu, access: Access, gva: Gva): Narration<Outcome>;
  /** @param guest the flags of the guest's leaf @returns those of the shadow leaf */
  shadowFlags(vcpu: Pick<PagedVcpu, 'user' | 'mxr' | 'guestSpace'>, guest: number): number;
}
