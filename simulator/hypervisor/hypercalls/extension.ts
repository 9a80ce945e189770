import { failure, SbiError, type SbiExtension, type SbiFunction, success } from '../../firmware/sbi/interface';
import {
  HYPERCALL_EXTENSION,
  type HypercallName,
  hypercalls,
  INTERFACE_VERSION,
  VERSION_NUMBER,
} from '../../hypercalls/table';
import { step } from '../../machine/narration';
import type { CallersMemory } from './callers-memory';
import { event } from './event';
import type { EngineHypercalls, HypercallHandler, HypercallVm, NumberedHandler } from './hypercall';
import { memoryCall } from './memory';
import { multicallBy } from './multicall';
import { schedOp } from './sched-op';

const version: HypercallHandler = {
  *handle() {
    const { major, minor } = INTERFACE_VERSION;
    yield step`answer that this is version ${major}.${minor} of the interface`;
    return success(VERSION_NUMBER);
  },
};

const notSupported: HypercallHandler = {
  *handle() {
    yield step`this call is not answered under this way to virtualize`;
    return failure(SbiError.notSupported);
  },
};

/** Calls that are answered in the same way under every engine. */
const common: EngineHypercalls = { version, schedOp, event, memory: memoryCall };

/** The hypervisor's interface for a VM's guest, as an extension of its SBI. */
export function hypercallExtension(
  vm: HypercallVm,
  ofEngine: EngineHypercalls,
  memoryOf: (caller: number) => CallersMemory,
): SbiExtension {
  const names = Object.keys(hypercalls) as HypercallName[];
  const byNumber = new Map<number, NumberedHandler>();
  const multicall = multicallBy((number) => byNumber.get(number));
  for (const name of names) {
    const handler = name === 'multicall' ? multicall : (ofEngine[name] ?? common[name] ?? notSupported);
    byNumber.set(hypercalls[name].number, { name, handler });
  }
  const functions = [...byNumber].map(([number, found]) => [number, functionOf(found, vm, memoryOf)]);
  return { ...HYPERCALL_EXTENSION, functions: Object.fromEntries(functions) };
}

function functionOf(
  { name, handler }: NumberedHandler,
  vm: HypercallVm,
  memoryOf: (caller: number) => CallersMemory,
): SbiFunction {
  return {
    name: hypercalls[name].name,
    *handle(call) {
      const { caller } = call;
      const argument = (index: number): bigint => call.argument(index);
      const number = (index: number): number => call.number(index);
      return yield* handler.handle({ vm, caller, memory: memoryOf(caller), argument, number });
    },
  };
}
