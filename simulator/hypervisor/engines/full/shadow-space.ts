import type { GuestPaging } from '../../memory/guest-walk';
import type { Tag } from '../../translation-tags';
import type { ShadowTable } from './shadow-table';

/** Of a guest's page tables: shadow tables are of Sv39 alone. */
export const LEVELS = 3;

/**
 * A guest's address space as the guest names it: root table and ASID of its virtual `satp`, or none at all (MODE = Bare).
 * One hardware table cannot serve it in every virtual mode, because the guest kernel runs in U-mode too and the hardware cannot tell
 * U-pages from kernel pages; so there is a view for each combination of privilege, SUM and MXR that is used.
 */
export interface GuestSpace {
  /** Undefined while virtual `satp` is Bare. */
  readonly paging: GuestPaging;
  /** By the pager's `viewIndex`. */
  readonly views: (ShadowView | undefined)[];
}

export interface ShadowView {
  readonly space: GuestSpace;
  /** Virtual U-mode (or S-mode, then with these values of the virtual sstatus). */
  readonly user: boolean;
  readonly sum: boolean;
  readonly mxr: boolean;
  /** The ASID under which the vCPU's hart keeps its translations, as long as that holds. */
  tag: Tag;
  readonly table: ShadowTable;
  /** Ordinal of the last switch to it: the least recent goes first when memory is short. */
  lastUse: number;
}

/** Which modes can share a shadow table. */
export interface ViewRule {
  /** Which of an address space's tables serves a virtual mode: a number below 8. */
  viewIndex(paging: boolean, user: boolean, sum: boolean, mxr: boolean): number;
}

/** In words, for views and messages: `virtual S-mode, SUM=1, guest ASID 3`. */
export function describeView(view: ShadowView): string {
  if (!view.space.paging) return 'guest paging off';
  const mode = view.user ? 'virtual U-mode' : `virtual S-mode, SUM=${view.sum ? 1 : 0}`;
  return `${mode}${view.mxr ? ', MXR=1' : ''}, guest ASID ${view.space.paging.asid}, root ${hexPage(view.space.paging.root)}`;
}

const hexPage = (page: number): string => `0x${(page * 4096).toString(16)}`;
