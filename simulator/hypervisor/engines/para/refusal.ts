import { SbiError } from '../../../firmware/sbi/interface';
import type { PagingRefusal } from './direct-paging';

/** What a call answers that the frame table, or the look of an entry, refuses. */
export function errorOf({ why }: PagingRefusal): number {
  switch (why) {
    case 'bad-entry':
    case 'no-table':
      return SbiError.invalidParam;
    case 'too-many-tables':
      return SbiError.failed;
    case 'pinned':
      return SbiError.alreadyAvailable;
    default:
      return SbiError.denied;
  }
}

/** The same in words. */
export function refusalInWords(refusal: PagingRefusal): string {
  switch (refusal.why) {
    case 'bad-entry':
      return refusal.text;
    case 'no-table':
      return 'it is no table, or not in one';
    case 'too-many-tables':
      return 'so many new tables below it are too much for one call: pin those first';
    case 'pinned':
      return 'it is pinned already';
    case 'vmm-slot':
      return "the last entry of a root is the VMM's";
    case 'not-own':
    case 'no-frame':
    case 'not-owner':
      return "the frame is not the guest's own";
    case 'type-in-use':
      return `the frame is ${refusal.type}, used ${refusal.typeCount} times as that`;
  }
}
