import { type Narration, step } from '../../machine/narration';
import { FRAME } from '../address';
import { hartsOfMask } from './hart-mask';
import {
  type FenceRange,
  failure,
  type SbiCall,
  SbiError,
  type SbiExtension,
  type SbiFunction,
  type SbiResult,
  success,
} from './interface';

const ALL_ONES = 0xffffffffffffffffn;
/** Above so many pages one fence of everything is cheaper than a fence a page. */
const PAGES_WORTH_SINGLE_FENCES = 64n;

/** The range of a remote fence: `start` and `size` both 0, or `size` of all ones, mean everything (SBI 2.0, chapter 8). */
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
    call.host.fenceAddresses(hart, range, asid);
  }
  return success();
}

const withoutHypervisor = (name: string): SbiFunction => ({
  name,
  *handle() {
    yield step`refuse: the guest's harts have no H extension`;
    return failure(SbiError.notSupported);
  },
});

/** Remote fences (SBI 2.0, chapter 8). They are complete when the call returns. */
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
          yield step`make stores visible to instruction fetches of hart ${hart}`;
          call.host.fenceInstructions(hart);
        }
        return success();
      },
    },
    {
      name: 'remote_sfence_vma',
      *handle(call) {
        return yield* fence(call, undefined);
      },
    },
    {
      name: 'remote_sfence_vma_asid',
      *handle(call) {
        return yield* fence(call, call.number(4) & 0xffff);
      },
    },
    withoutHypervisor('remote_hfence_gvma_vmid'),
    withoutHypervisor('remote_hfence_gvma'),
    withoutHypervisor('remote_hfence_vvma_asid'),
    withoutHypervisor('remote_hfence_vvma'),
  ],
};
