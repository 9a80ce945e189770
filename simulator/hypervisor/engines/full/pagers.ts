import { brokenPagers } from 'hyperstep:pagers';
import * as pageFault from './page-fault';
import type { ShadowPager } from './pager';
import type { PagerName } from './pager-names';

const SOURCE = 'simulator/hypervisor/engines/full/page-fault.ts';

const pagers: Readonly<Record<PagerName, { readonly pager: ShadowPager; readonly source: string }>> = {
  right: { pager: pageFault, source: SOURCE },
  ...brokenPagers,
};

export const pagerNamed = (name: PagerName): ShadowPager => pagers[name].pager;

/** Whether a source of the VMM is that of a pager, and of another one than this: none of its handlers runs then. */
export function isOfAnotherPager(file: string, name: PagerName): boolean {
  return file !== pagers[name].source && Object.values(pagers).some(({ source }) => source === file);
}
