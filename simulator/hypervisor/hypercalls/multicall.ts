import { failure, SbiError, success } from '../../firmware/sbi/interface';
import { type HypercallName, hypercalls } from '../../hypercalls/table';
import { step } from '../../machine/narration';
import type { HypercallCall, HypercallHandler, NumberedHandler } from './hypercall';
import { answerableList, givenList } from './list';

/** An entry: the function id, six arguments, error and value, a doubleword each. */
const ENTRY_BYTES = 72;
const ERROR_OFFSET = 56;

/** What leaves in the midst of the list. */
const LEAVING: ReadonlySet<number> = new Set(
  hypercalls.schedOp.operations.filter(({ name }) => name !== 'yield').map(({ number }) => number),
);

const isDenied = (name: HypercallName, call: HypercallCall): boolean =>
  name === 'multicall' || name === 'iret' || (name === 'schedOp' && LEAVING.has(call.number(0)));

/**
 * Several calls for one exit.
 * @param handlerOf by function id
 */
export function multicallBy(handlerOf: (number: number) => NumberedHandler | undefined): HypercallHandler {
  return {
    *handle(call) {
      const { vm, memory } = call;
      const list = yield* givenList(call, { entryBytes: ENTRY_BYTES });
      if ('error' in list) return list;
      const { address, count, bytes, view } = list;
      const refused = yield* answerableList(call, list);
      if (refused) return refused;
      for (let entry = 0; entry < count; entry++) {
        const at = entry * ENTRY_BYTES;
        const number = Number(view.getBigUint64(at, true));
        const found = handlerOf(number);
        const name = found?.name ?? 'unknown';
        yield step`entry ${entry} of the list calls function ${number}: ${name}`;
        const inner = callIn(call, view, at);
        const refusal = !found ? SbiError.notSupported : isDenied(found.name, inner) ? SbiError.denied : undefined;
        const result =
          refusal !== undefined || !found ? failure(refusal ?? SbiError.failed) : yield* found.handler.handle(inner);
        const { error, value = 0 } = typeof result === 'string' ? failure(SbiError.failed) : result;
        view.setBigInt64(at + ERROR_OFFSET, BigInt(error), true);
        view.setBigInt64(at + ERROR_OFFSET + 8, BigInt(value), true);
        vm.ledger.charge('multicallEntry');
      }
      yield step`put the errors and values of ${count} entries into the list`;
      memory.write(address, bytes);
      return success(count);
    },
  };
}

function callIn({ vm, caller, memory }: HypercallCall, view: DataView, at: number): HypercallCall {
  const argument = (index: number): bigint => view.getBigUint64(at + 8 + 8 * index, true);
  return { vm, caller, memory, argument, number: (index) => Number(argument(index)) };
}
