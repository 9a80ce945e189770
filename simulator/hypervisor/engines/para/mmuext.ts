import { type SbiAnswer, SbiError, success } from '../../../firmware/sbi/interface';
import { hypercalls } from '../../../hypercalls/table';
import { type Narration, step } from '../../../machine/narration';
import { FRAME, Gva, Hpa } from '../../../mmu/address';
import type { HypercallHandler } from '../../hypercalls/hypercall';
import { givenList } from '../../hypercalls/list';
import { operationNumbers } from '../../hypercalls/operation-numbers';
import type { Fence } from '../../vcpu-state';
import { type PagingRefusal, ROOT_LEVEL } from './direct-paging';
import type { PortedVcpu, PortedVm } from './ported';
import { errorOf, refusalInWords } from './refusal';
import type { RootKind } from './roots';

const OPERATION_BYTES = 24;

const numbers = operationNumbers(hypercalls.mmuext.operations);

/** Pins, roots and fences. */
export function mmuextOf(engineVm: PortedVm): HypercallHandler {
  return {
    *handle(call) {
      const list = yield* givenList(call, { entryBytes: OPERATION_BYTES });
      if ('error' in list) return list;
      const { count, view } = list;
      const vcpu = engineVm.vcpus[call.caller];
      engineVm.paging.begin();
      for (let entry = 0; vcpu && entry < count; entry++) {
        const word = (index: number): bigint => view.getBigUint64(entry * OPERATION_BYTES + 8 * index, true);
        const error = yield* perform(engineVm, vcpu, Number(word(0)), word(1), word(2));
        if (error !== SbiError.success) return { error, value: entry } satisfies SbiAnswer;
      }
      return success(count);
    },
  };
}

function* perform(engineVm: PortedVm, vcpu: PortedVcpu, operation: number, x: bigint, y: bigint): Narration<number> {
  switch (operation) {
    case numbers.pin:
      return yield* pin(engineVm, x, y);
    case numbers.unpin:
      return yield* unpin(engineVm, x);
    case numbers.kernel_root:
      return yield* choose(engineVm, vcpu, 'kernel', x);
    case numbers.user_root:
      return yield* choose(engineVm, vcpu, 'user', x);
    case numbers.flush:
      return yield* flush(engineVm, 1n << BigInt(vcpu.id), x);
    case numbers.flush_all:
      return yield* flush(engineVm, 1n << BigInt(vcpu.id), undefined);
    case numbers.flush_on:
      return yield* flush(engineVm, y, x);
    case numbers.flush_all_on:
      return yield* flush(engineVm, x, undefined);
    default:
      yield step`refuse: there is no operation ${operation}`;
      return SbiError.invalidParam;
  }
}

function* pin(engineVm: PortedVm, x: bigint, level: bigint): Narration<number> {
  const { paging, vm } = engineVm;
  const hpa = frameAt(x);
  if (hpa === undefined || level > BigInt(ROOT_LEVEL)) {
    yield step`refuse: a frame begins at a multiple of 4,096, and levels are 0 to 2`;
    return SbiError.invalidParam;
  }
  const frame = new Hpa(hpa);
  yield step`pin the frame ${frame} as a table of level ${level}: look at each of its entries, where it is none yet`;
  vm.ledger.charge('tableCheck');
  const refusal = paging.pin(hpa, Number(level));
  if (refusal) return yield* refuse(refusal);
  engineVm.notePinned(hpa, Number(level));
  return SbiError.success;
}

function* unpin(engineVm: PortedVm, x: bigint): Narration<number> {
  const hpa = frameAt(x);
  const frame = new Hpa(hpa ?? 0);
  yield step`unpin the table at ${frame}: where nothing else leads to it, it is memory again`;
  const refusal = hpa === undefined ? ({ why: 'no-table' } as const) : engineVm.paging.unpin(hpa);
  if (refusal) return yield* refuse(refusal);
  if (hpa !== undefined) engineVm.notePinned(hpa, undefined);
  return SbiError.success;
}

function* choose(engineVm: PortedVm, vcpu: PortedVcpu, kind: RootKind, x: bigint): Narration<number> {
  const { paging } = engineVm;
  const before = vcpu.roots.hpa(kind);
  const hpa = frameAt(x);
  const root = new Hpa(hpa ?? 0);
  yield step`the ${kind} root of this vCPU is to be ${root}`;
  if (hpa === undefined || (hpa === 0 && kind === 'kernel') || (hpa !== 0 && engineVm.isOfOtherKind(hpa, kind))) {
    yield step`refuse: a root is a frame that is not a root of the other kind, and a kernel has one`;
    return SbiError.invalidParam;
  }
  const refusal = hpa === 0 ? undefined : paging.use(hpa, ROOT_LEVEL);
  if (refusal) return yield* refuse(refusal);
  if (hpa !== 0) paging.setVmmEntry(hpa, kind);
  vcpu.roots.choose(kind, hpa);
  if (before !== 0) paging.leave(before, ROOT_LEVEL);
  return SbiError.success;
}

/** @param vcpus bits @param x an address of the page; undefined for all */
function* flush({ vcpus }: PortedVm, wanted: bigint, x: bigint | undefined): Narration<number> {
  const fence: Fence = { pages: x === undefined ? 'all' : [x - (x % BigInt(FRAME))], asid: null };
  const what = x === undefined ? 'all translations' : `the page of ${Gva.of(x)}`;
  yield step`forget ${what}, on the vCPUs of these bits: ${wanted}`;
  for (const vcpu of vcpus) if ((wanted >> BigInt(vcpu.id)) & 1n) vcpu.fence(fence);
  return SbiError.success;
}

function* refuse(refusal: PagingRefusal): Narration<number> {
  const why = refusalInWords(refusal);
  yield step`refuse: ${why}`;
  return errorOf(refusal);
}

/** Undefined unless it is the first address of a frame. */
function frameAt(x: bigint): number | undefined {
  return x % BigInt(FRAME) === 0n && x < 2n ** 52n ? Number(x) : undefined;
}
