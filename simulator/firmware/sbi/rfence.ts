import { type Narration, step } from '../../machine/narration';
import { FRAME } from '../../mmu/address';
import type { FenceRange, GuestFences } from '../port';
import { hartsOfMask, onEach } from './hart-mask';
import {
  ALL_ONES,
  failure,
  type SbiCall,
  SbiError,
  type SbiExtension,
  type SbiFunction,
  type SbiResult,
  success,
} from './interface';

/** Above so many pages one fence of everything is cheaper than a fence a page. */
const PAGES_WORTH_SINGLE_FENCES = 64n;

/** The range of a remote fence: `start` and `size` both 0, or `size` of all ones, mean everything (SBI 3.0, chapter 8). */
export function fenceRange(start: bigint, size: bigint): FenceRange {
  if ((start === 0n && size === 0n) || size === ALL_ONES) return 'all';
  const first = start & ~BigInt(FRAME - 1);
  const pages = (start - first + size + BigInt(FRAME - 1)) / BigInt(FRAME);
  return pages > PAGES_WORTH_SINGLE_FENCES ? 'all' : { start: first, pages: Number(pages) };
}

/** In words: `all addresses`, `2 pages from 0x1000`. */
export function describeRange(range: FenceRange): string {
  return range === 'all' ? 'all addresses' : `${range.pages} pages from 0x${range.start.toString(16)}`;
}

function* fence(call: SbiCall, asid: number | undefined): Narration<SbiResult> {
  const harts = hartsOfMask(call, call.argument(0), call.argument(1));
  if (typeof harts === 'number') return failure(harts);
  const range = fenceRange(call.argument(2), call.argument(3));
  const extent = describeRange(range);
  const space = asid ?? 'any';
  for (const hart of harts) {
    yield step`fence ${extent} on hart ${hart}, address space ${space}`;
    call.sbi.port.fence(hart, range, asid);
  }
  return success();
}

/** A fence of guests' translations; `space` says in words which, by the call's argument 4. */
const guestFence = (
  name: string,
  space: (call: SbiCall) => string,
  fenceOne: (fences: GuestFences, call: SbiCall, hart: number, range: FenceRange) => void,
): SbiFunction => ({
  name,
  *handle(call) {
    const { guestFences } = call.sbi.port;
    if (!guestFences) {
      yield step`refuse: the caller's harts have no H extension`;
      return failure(SbiError.notSupported);
    }
    const harts = hartsOfMask(call, call.argument(0), call.argument(1));
    if (typeof harts === 'number') return failure(harts);
    const range = fenceRange(call.argument(2), call.argument(3));
    const extent = describeRange(range);
    const spaces = space(call);
    for (const hart of harts) {
      yield step`fence ${extent} of ${spaces} on hart ${hart}`;
      fenceOne(guestFences, call, hart, range);
    }
    return success();
  },
});

/** VMIDs have 14 bits, ASIDs 16. */
const vmidOf = (call: SbiCall): number => call.word(4) & 0x3fff;
const asidOf = (call: SbiCall): number => call.word(4) & 0xffff;

/** Remote fences (SBI 3.0, chapter 8). They are complete when the call returns. */
export const rfence: SbiExtension = {
  name: 'RFENCE',
  id: 0x52464e43,
  functions: [
    {
      name: 'remote_fence_i',
      *handle(call) {
        const harts = hartsOfMask(call, call.argument(0), call.argument(1));
        if (typeof harts === 'number') return failure(harts);
        for (const hart of harts) {
          // Fetches see stores at once in this machine.
          yield step`make stores visible to instruction fetches of hart ${hart}`;
        }
        return success();
      },
    },
    {
      name: 'remote_sfence_vma',
      *handle(call) {
        return yield* fence(call, undefined);
      },
      effects: (call) => onEach(call, 'fence'),
    },
    {
      name: 'remote_sfence_vma_asid',
      *handle(call) {
        return yield* fence(call, asidOf(call));
      },
      effects: (call) => onEach(call, 'fence'),
    },
    guestFence(
      'remote_hfence_gvma_vmid',
      (call) => `VM ${vmidOf(call)}'s physical memory`,
      (fences, call, hart, range) => fences.fenceGuest(hart, range, vmidOf(call)),
    ),
    guestFence(
      'remote_hfence_gvma',
      () => "every VM's physical memory",
      (fences, _, hart, range) => fences.fenceGuest(hart, range, undefined),
    ),
    guestFence(
      'remote_hfence_vvma_asid',
      (call) => `the caller's guest, address space ${asidOf(call)}`,
      (fences, call, hart, range) => fences.fenceVirtual(hart, range, asidOf(call), call.caller),
    ),
    guestFence(
      'remote_hfence_vvma',
      () => "the caller's guest",
      (fences, call, hart, range) => fences.fenceVirtual(hart, range, undefined, call.caller),
    ),
  ],
};
