import { extended, type MemoryInstruction } from '../../core/index';
import { ExceptionCode } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import { exception } from '../../machine/trap';
import { FRAME, Gpa, type Gva } from '../../mmu/address';
import { Access } from '../../mmu/index';
import { accessFault } from '../memory/guest-walk';
import { type Outcome, RESUME } from '../runnable';
import type { Vcpu } from '../vcpu';
import type { Exit } from './exit';
import { commonExits } from './exit-kind';
import { fetchMemoryInstruction } from './fetch-instruction';
import { inject } from './inject';
import { populate } from './populate';
import { refuseAccess } from './refuse';

/** The part of an access that lies in one page. */
interface Part {
  readonly gva: Gva;
  readonly gpa: Gpa;
  readonly length: number;
}

/**
 * A misaligned access of a guest that has not asked to handle such traps itself (FWFT): the VMM, its firmware, does it in parts, through
 * the guest's own tables. As on a machine that does them itself, memory is touched only when every part may be accessed.
 */
export function* emulateMisaligned(vcpu: Vcpu, exit: Exit): Narration<Outcome> {
  const { ledger, memory } = vcpu.vm;
  const gva = exit.address;
  const access = exit.cause === ExceptionCode.storeMisaligned ? Access.write : Access.read;
  const instruction = fetchMemoryInstruction(vcpu);
  if (!instruction || instruction.kind === 'atomic' || instruction.reserves) {
    ledger.classify(commonExits.guestException);
    yield step`an atomic access cannot be done in parts: the exception is the guest's own`;
    return yield* inject(vcpu, exit);
  }
  ledger.classify(commonExits.misalignedAccess);
  const { size } = instruction;
  yield step`${size} bytes at ${gva} are misaligned, and the guest has left them to its firmware (FWFT): do the access in parts`;
  const inFirst = Math.min(size, FRAME - (gva.low & (FRAME - 1)));
  const spans = [{ at: gva, length: inFirst }];
  if (inFirst < size) spans.push({ at: gva.plus(inFirst), length: size - inFirst });
  const parts: Part[] = [];
  for (const { at, length } of spans) {
    const found = vcpu.walk(at, access, 'as hardware');
    ledger.charge('walkStep');
    const isFirmwares = !('fault' in found) && memory.belongsToFirmware(found.gpa);
    if ('fault' in found || isFirmwares) {
      yield step`the guest may not access the part at ${at}: give it that fault`;
      return yield* inject(vcpu, exception('fault' in found ? found.fault : accessFault(access), at.value));
    }
    parts.push({ gva: at, gpa: new Gpa(found.gpa), length });
  }
  const missing = parts.find(({ gpa }) => !memory.contains(gpa.value, 1));
  if (missing) return yield* refuseAccess(vcpu, { access, ...missing });
  for (const { gpa } of parts) {
    if (access !== Access.write || !memory.isHole(gpa.value)) continue;
    const lacks = yield* populate(vcpu, gpa);
    if (lacks) return lacks;
  }
  transfer(vcpu, parts, instruction);
  vcpu.advance(instruction.length);
  return RESUME;
}

function transfer({ cpu, vm: { memory } }: Vcpu, parts: readonly Part[], instruction: MemoryInstruction): void {
  const bytes = new Uint8Array(8);
  const words = new DataView(bytes.buffer);
  let at = 0;
  if (instruction.kind === 'store') words.setBigUint64(0, cpu.x(instruction.rs2), true);
  for (const { gpa, length } of parts) {
    if (instruction.kind === 'store') memory.write(gpa.value, bytes.subarray(at, at + length));
    else bytes.set(memory.read(gpa.value, length) ?? [], at);
    at += length;
  }
  if (instruction.kind === 'store') return;
  const { low, high } = extended(words.getInt32(0, true), words.getInt32(4, true), instruction);
  cpu.setXWords(instruction.rd, low, high);
}
