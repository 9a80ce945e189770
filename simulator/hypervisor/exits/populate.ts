import { type Narration, step } from '../../machine/narration';
import { FRAME, type Gpa, Hpa } from '../../mmu/address';
import type { Lack } from '../memory/host-memory';
import type { Outcome } from '../runnable';
import type { Vcpu } from '../vcpu';
import { kill } from './kill';

/**
 * The guest touches memory of its own that has no frame yet.
 * @returns what becomes of the vCPU where there is none to be had; else undefined: it has one
 */
export function* populate(vcpu: Vcpu, gpa: Gpa): Narration<Outcome | undefined> {
  const { vm } = vcpu;
  const { name, memory } = vm;
  yield step`${gpa} is memory of ${name} that nobody has touched yet: it is to have a frame of the host's`;
  const lack = memory.populate(gpa.value);
  const hpa = memory.hostPhysical(gpa.value);
  if (hpa !== undefined) {
    const host = new Hpa(hpa - (hpa % FRAME));
    yield step`the frame ${host} was free: fill it with zeros, and enter it into the P2M`;
    vm.ledger.charge('populate');
    return undefined;
  }
  return yield* withoutFrame(vcpu, lack ?? 'host');
}

/** There is no frame for a VM: the host says what becomes of that. The instruction that wanted it is done again when there is one. */
export function* withoutFrame(vcpu: Vcpu, lack: Lack): Narration<Outcome> {
  const verdict = vcpu.vm.host.verdictOn(lack);
  if (verdict !== 'wait') return yield* kill(vcpu, verdict);
  const { id } = vcpu;
  yield step`no frame is free: vCPU ${id} waits until another VM has given memory back`;
  return { kind: 'wait', wait: { kind: 'frames' } };
}
