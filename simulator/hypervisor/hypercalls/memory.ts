import { failure, type SbiAnswer, SbiError, success } from '../../firmware/sbi/interface';
import { hypercalls, MOST_ENTRIES } from '../../hypercalls/table';
import { type Narration, step } from '../../machine/narration';
import { Gpa, Gva, Hpa } from '../../mmu/address';
import type { HypercallCall, HypercallHandler } from './hypercall';

const numbers = Object.fromEntries(hypercalls.memory.operations.map(({ name, number }) => [name, number])) as Readonly<
  Record<(typeof hypercalls.memory.operations)[number]['name'], number>
>;

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

/** Guest-physical addresses in the caller's memory; one beyond all that numbers count exactly is nowhere, however inexact. */
function* listOf(call: HypercallCall): Narration<readonly number[] | undefined> {
  const [list, count] = [call.argument(1), call.number(2)];
  if (count > MOST_ENTRIES) {
    yield step`refuse: a list has ${MOST_ENTRIES} entries at the most, not ${count}`;
    return undefined;
  }
  const bytes = list % 8n === 0n ? call.memory.read(list, count * ENTRY_BYTES) : undefined;
  if (!bytes) {
    const at = Gva.of(list);
    yield step`refuse: the list at ${at} is not in the caller's memory, or not at a multiple of 8`;
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, entry) => Number(view.getBigUint64(entry * ENTRY_BYTES, true)));
}

/** Frames go back to the host: all up to the first that may not, at once, so that tables and TLBs are looked through once. */
function* decrease(call: HypercallCall): Narration<SbiAnswer> {
  const { vm } = call;
  const { balloon } = vm;
  const list = yield* listOf(call);
  if (!list) return failure(SbiError.invalidParam);
  const pages = new Set<number>();
  let error: number = SbiError.success;
  for (const [entry, page] of list.entries()) {
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
  const list = yield* listOf(call);
  if (!list) return failure(SbiError.invalidParam);
  const at = call.argument(1);
  if (!memory.prepare(at, list.length * ENTRY_BYTES)) return 'again';
  for (const [entry, page] of list.entries()) {
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
      balloon.allotment.lacked(list.length - entry);
      return { error: SbiError.failed, value: entry };
    }
    vm.ledger.charge('populate');
    const host = new Hpa(balloon.frameAt(page)?.hpa ?? 0);
    yield step`entry ${entry}: ${gpa} gets the frame ${host}, filled with zeros, in the P2M`;
    const answer = balloon.listEntryOf(page);
    if (answer !== undefined) memory.write(at + BigInt(entry * ENTRY_BYTES), doubleword(answer));
  }
  return success(list.length);
}

function doubleword(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
