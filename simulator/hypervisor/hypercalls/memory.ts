import { failure, type SbiAnswer, SbiError, success } from '../../firmware/sbi/interface';
import { hypercalls } from '../../hypercalls/table';
import { type Narration, step } from '../../machine/narration';
import { Gpa, Hpa } from '../../mmu/address';
import type { HypercallCall, HypercallHandler } from './hypercall';
import { answerableList, type GivenList, givenList } from './list';
import { operationNumbers } from './operation-numbers';

const numbers = operationNumbers(hypercalls.memory.operations);

const ENTRY_BYTES = 8;

/** How much memory the caller's VM has. */
export const memoryCall: HypercallHandler = {
  *handle(call) {
    const { bounds, target } = call.vm.balloon.allotment;
    switch (call.number(0)) {
      case numbers.increase:
        return yield* increase(call);
      case numbers.decrease:
        return yield* decrease(call);
      case numbers.target:
        yield step`it is to have ${target} frames`;
        return success(target);
      case numbers.maximum:
        yield step`it may have ${bounds.maximum} frames`;
        return success(bounds.maximum);
      default:
        yield step`there is no such operation`;
        return failure(SbiError.invalidParam);
    }
  },
};

/** The list behind the operation. */
const FORM = { entryBytes: ENTRY_BYTES, first: 1 } as const;

/** Guest-physical addresses; one beyond all that numbers count exactly is nowhere, however inexact. */
const pagesIn = ({ count, view }: GivenList): number[] =>
  Array.from({ length: count }, (_, entry) => Number(view.getBigUint64(entry * ENTRY_BYTES, true)));

/** Frames go back to the host: all up to the first that may not, at once, so that tables and TLBs are looked through once. */
function* decrease(call: HypercallCall): Narration<SbiAnswer> {
  const { vm } = call;
  const { balloon } = vm;
  const list = yield* givenList(call, FORM);
  if ('error' in list) return list;
  const pages = new Set<number>();
  let error: number = SbiError.success;
  for (const [entry, page] of pagesIn(list).entries()) {
    vm.ledger.charge('memoryEntry');
    const refusal = pages.has(page) ? 'not-memory' : balloon.giveRefusal(page);
    if (refusal) {
      yield* tellRefusal(entry, page, refusal);
      error = refusal === 'held' ? SbiError.denied : SbiError.invalidParam;
      break;
    }
    pages.add(page);
    const gpa = new Gpa(page);
    const frame = balloon.frameAt(page);
    if (frame) {
      const host = new Hpa(frame.hpa);
      yield step`entry ${entry}: ${gpa} is the frame ${host}, which nobody relies on: it goes back`;
    } else {
      yield step`entry ${entry}: nobody has touched ${gpa} yet, so that it has no frame: nothing goes back for it`;
    }
  }
  const done = pages.size;
  yield step`${done} frames of the list: the P2M has holes there, no table of the VMM's maps them any more, and harts that run the VM forget them before its next instruction`;
  balloon.give([...pages]);
  return { error, value: done };
}

function* tellRefusal(entry: number, page: number, refusal: 'not-memory' | 'held'): Narration {
  const gpa = new Gpa(page);
  if (refusal === 'held')
    yield step`refuse entry ${entry}: the frame at ${gpa} is shared with the hypervisor, or used as more than memory`;
  else yield step`refuse entry ${entry}: ${gpa} is no frame of the caller's memory, or it is in the list twice`;
}

/** Holes get frames. */
function* increase(call: HypercallCall): Narration<SbiAnswer | 'again'> {
  const { vm, memory } = call;
  const { balloon } = vm;
  const list = yield* givenList(call, FORM);
  if ('error' in list) return list;
  const refused = yield* answerableList(call, list);
  if (refused) return refused;
  const { address, count } = list;
  for (const [entry, page] of pagesIn(list).entries()) {
    vm.ledger.charge('memoryEntry');
    const gpa = new Gpa(page);
    const refusal = balloon.take(page);
    if (refusal === 'no-hole') {
      yield step`refuse entry ${entry}: at ${gpa} there is memory already, or no place for any`;
      return { error: SbiError.invalidParam, value: entry };
    }
    if (refusal === 'host' && entry === 0 && balloon.framesWillCome) {
      yield step`no frame is free yet: some have been given back, and harts have still to forget them`;
      vm.port.lacks(refusal);
      return 'again';
    }
    if (refusal) {
      const why = refusal === 'host' ? 'the host has no frame left' : 'it has as many frames as it may';
      yield step`entry ${entry}: ${why}`;
      balloon.allotment.lacked(count - entry);
      return { error: SbiError.failed, value: entry };
    }
    vm.ledger.charge('populate');
    const host = new Hpa(balloon.frameAt(page)?.hpa ?? 0);
    yield step`entry ${entry}: ${gpa} gets the frame ${host}, filled with zeros, in the P2M`;
    const answer = balloon.listEntryOf(page);
    if (answer !== undefined) memory.write(address + BigInt(entry * ENTRY_BYTES), doubleword(answer));
  }
  return success(count);
}

function doubleword(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
