import { type SbiExtension, type SbiFunction, success } from '../../firmware/sbi/interface';
import { HYPERCALL_EXTENSION, type HypercallName, hypercalls, INTERFACE_VERSION } from '../../hypercalls/table';
import { step } from '../../machine/narration';
import type { HypercallHandler, HypercallVm, NumberedHandler } from './hypercall';
import { multicallBy } from './multicall';
import { schedOp } from './sched-op';

const version: HypercallHandler = {
  *handle() {
    const { major, minor } = INTERFACE_VERSION;
    yield step`answer that this is version ${major}.${minor} of the interface`;
    return success(major * 0x10000 + minor);
  },
};

/** Of each call in the table: without it that one would not compile. */
const handlers: Readonly<Record<HypercallName, HypercallHandler>> = {
  version,
  schedOp,
  multicall: multicallBy((number) => byNumber.get(number)),
};

const byNumber: ReadonlyMap<number, NumberedHandler> = new Map(
  (Object.keys(handlers) as HypercallName[]).map((name) => [
    hypercalls[name].number,
    { name, handler: handlers[name] },
  ]),
);

/** The hypervisor's interface for a VM's guest, as an extension of its SBI. */
export function hypercallExtension(vm: HypercallVm): SbiExtension {
  const functions = [...byNumber].map(([number, found]) => [number, functionOf(found, vm)]);
  return { ...HYPERCALL_EXTENSION, functions: Object.fromEntries(functions) };
}

function functionOf({ name, handler }: NumberedHandler, vm: HypercallVm): SbiFunction {
  return {
    name: hypercalls[name].name,
    *handle(call) {
      const { caller } = call;
      const argument = (index: number): bigint => call.argument(index);
      const number = (index: number): number => call.number(index);
      return yield* handler.handle({ vm, caller, argument, number });
    },
  };
}
