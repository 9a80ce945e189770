import { highWord, lowWord } from '../../../core/index';
import { failure, SbiError, success } from '../../../firmware/sbi/interface';
import { step } from '../../../machine/narration';
import { FRAME, Gva, Hpa, PteValue } from '../../../mmu/address';
import type { HypercallHandler } from '../../hypercalls/hypercall';
import { givenList } from '../../hypercalls/list';
import type { PortedVm } from './ported';
import { errorOf, refusalInWords } from './refusal';

const ENTRY_BYTES = 16;
const KEEP = 1n;

/** Entries of tables, by their machine addresses. */
export function mmuUpdateOf({ paging, vm: { ledger } }: PortedVm): HypercallHandler {
  return {
    *handle(call) {
      const list = yield* givenList(call, { entryBytes: ENTRY_BYTES });
      if ('error' in list) return list;
      const { count, view } = list;
      paging.begin();
      for (let entry = 0; entry < count; entry++) {
        const place = view.getBigUint64(entry * ENTRY_BYTES, true);
        const value = view.getBigUint64(entry * ENTRY_BYTES + 8, true);
        const at = new Hpa(Number(place & ~KEEP));
        const pte = new PteValue(lowWord(value), highWord(value));
        yield step`entry ${entry}: the table's entry at ${at} is to be ${pte}: look up what its frame is used as`;
        ledger.charge('entryCheck');
        const refusal =
          at.value % 8 === 0
            ? paging.write(at.value, pte.low, pte.high, (place & KEEP) !== 0n)
            : ({ why: 'no-table' } as const);
        if (!refusal) continue;
        const why = refusalInWords(refusal);
        yield step`refuse it, with those behind it: ${why}`;
        return { error: errorOf(refusal), value: entry };
      }
      yield step`all ${count} entries are written`;
      return success(count);
    },
  };
}

const [FLUSH_NONE, FLUSH_LOCAL, FLUSH_ALL] = [0n, 1n, 2n];

/** The entry by which the kernel root maps an address. */
export function updateVaOf({ paging, vm, vcpus }: PortedVm): HypercallHandler {
  return {
    *handle({ caller, argument }) {
      const vcpu = vcpus[caller];
      const va = Gva.of(argument(0));
      const value = argument(1);
      const flush = argument(2);
      const pte = new PteValue(lowWord(value), highWord(value));
      const entry = vcpu?.lastEntry(va, 'kernel');
      if (!vcpu || !entry || flush < FLUSH_NONE || flush > FLUSH_ALL) {
        yield step`refuse: the kernel root has no table of level 0 for ${va}, or the third argument is none of 0 to 2`;
        return failure(SbiError.invalidParam);
      }
      const at = new Hpa(entry.at);
      yield step`the entry of ${va} is at ${at}, and is to be ${pte}: look up what its frame is used as`;
      vm.ledger.charge('entryCheck');
      paging.begin();
      const refusal = paging.write(entry.at, pte.low, pte.high, false);
      if (refusal) {
        const why = refusalInWords(refusal);
        yield step`refuse it: ${why}`;
        return failure(errorOf(refusal));
      }
      const page = BigInt.asUintN(64, va.value - (va.value % BigInt(FRAME)));
      if (flush === FLUSH_LOCAL) vcpu.fence({ pages: [page], asid: null });
      if (flush === FLUSH_ALL) for (const other of vcpus) other.fence({ pages: [page], asid: null });
      yield step`it is written`;
      return success();
    },
  };
}
