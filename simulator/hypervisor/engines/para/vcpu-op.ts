import { failure, type SbiAnswer, SbiError, success } from '../../../firmware/sbi/interface';
import { hypercalls } from '../../../hypercalls/table';
import { RegisterNumber } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { FRAME, Gva } from '../../../mmu/address';
import type { HypercallCall, HypercallHandler } from '../../hypercalls/hypercall';
import { operationNumbers } from '../../hypercalls/operation-numbers';
import { ROOT_LEVEL } from './direct-paging';
import type { PortedVcpu, PortedVm } from './ported';
import { errorOf, refusalInWords } from './refusal';

const numbers = operationNumbers(hypercalls.vcpuOp.operations);

const CONTEXT_BYTES = 32;
const State = { notInitialised: 0, down: 1, up: 2 } as const;

/** Virtual CPUs begin and end. */
export function vcpuOpOf(engineVm: PortedVm): HypercallHandler {
  return {
    *handle(call) {
      const id = call.number(1);
      const vcpu = engineVm.vcpus[id];
      if (!vcpu) {
        yield step`refuse: there is no vCPU ${id}`;
        return failure(SbiError.invalidParam);
      }
      switch (call.number(0)) {
        case numbers.initialise:
          return yield* initialise(engineVm, vcpu, call);
        case numbers.up:
          return yield* up(vcpu);
        case numbers.down:
          return yield* down(vcpu, call);
        case numbers.state:
          yield step`say whether vCPU ${id} runs`;
          return success(vcpu.run !== 'off' ? State.up : vcpu.isInitialised ? State.down : State.notInitialised);
        default:
          yield step`refuse: there is no such operation`;
          return failure(SbiError.invalidParam);
      }
    },
  };
}

function* initialise(engineVm: PortedVm, vcpu: PortedVcpu, call: HypercallCall): Narration<SbiAnswer> {
  const { paging } = engineVm;
  const { id } = vcpu;
  if (vcpu.isInitialised) {
    yield step`refuse: vCPU ${id} is initialised already`;
    return failure(SbiError.alreadyAvailable);
  }
  const address = call.argument(2);
  const bytes = address % 8n === 0n ? call.memory.read(address, CONTEXT_BYTES) : undefined;
  if (!bytes) {
    const at = Gva.of(address);
    yield step`refuse: the context at ${at} is not in the caller's memory, or not at a multiple of 8`;
    return failure(SbiError.invalidParam);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [pc = 0n, sp = 0n, opaque = 0n, root = 0n] = [0, 8, 16, 24].map((offset) => view.getBigUint64(offset, true));
  const entry = Gva.of(pc);
  yield step`vCPU ${id} is to begin at ${entry}`;
  paging.begin();
  const isOther = engineVm.isOfOtherKind(Number(root), 'kernel');
  const refusal =
    root % BigInt(FRAME) === 0n && !isOther ? paging.use(Number(root), ROOT_LEVEL) : ({ why: 'not-own' } as const);
  if (refusal) {
    const why = refusalInWords(refusal);
    yield step`refuse its kernel root: ${why}`;
    return failure(errorOf(refusal));
  }
  paging.setVmmEntry(Number(root), 'kernel');
  vcpu.enterSupervisor();
  vcpu.roots.choose('kernel', Number(root));
  vcpu.setPc(entry);
  vcpu.cpu.setX(RegisterNumber.sp, sp);
  vcpu.cpu.setX(RegisterNumber.a0, BigInt(id));
  vcpu.cpu.setX(RegisterNumber.a1, opaque);
  return success();
}

function* up(vcpu: PortedVcpu): Narration<SbiAnswer> {
  const { id } = vcpu;
  if (!vcpu.isInitialised || vcpu.run !== 'off') {
    yield step`refuse: vCPU ${id} is up already, or nobody has said where it begins`;
    return failure(vcpu.isInitialised ? SbiError.alreadyStarted : SbiError.invalidParam);
  }
  yield step`vCPU ${id} runs from now on`;
  vcpu.vm.host.wake(vcpu, 'start');
  return success();
}

function* down(vcpu: PortedVcpu, { caller, vm }: HypercallCall): Narration<SbiAnswer> {
  const { id } = vcpu;
  if (id !== caller) {
    yield step`refuse: only vCPU ${id} itself can stop`;
    return failure(vcpu.run === 'off' ? SbiError.alreadyStopped : SbiError.denied);
  }
  yield step`vCPU ${id} stops, until another calls up`;
  vm.port.decide({ kind: 'off' });
  return success();
}
