import { accessesCsr, rdOf } from '../../../core/index';
import { Csr, ExceptionCode, systemOperationOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception } from '../../../machine/trap';
import type { Exit } from '../../exits/exit';
import { commonExits } from '../../exits/exit-kind';
import { fetchInstruction } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { type Outcome, RESUME } from '../../runnable';
import type { Vcpu } from '../../vcpu';
import { COUNTERS, type Counter, type CounterOwner } from './counters';
import { hardwareExits } from './exits';

const WFI_LENGTH = 4;
const CSR_INSTRUCTION_LENGTH = 4;

/** What V=1 forbids, or hstatus makes trap: wfi with VTW. */
export function* handleVirtualInstruction(vcpu: Vcpu & CounterOwner, exit: Exit): Narration<Outcome> {
  const { ledger } = vcpu.vm;
  const word = exit.instructionBits || (fetchInstruction(vcpu, 'peek') ?? 0);
  const instruction = vcpu.decoded(word).decoded?.instruction;
  const mnemonic = instruction?.name ?? 'no instruction';
  ledger.charge('decode');
  ledger.decoded(word);
  yield step`decode the instruction that trapped: ${mnemonic}`;
  if (instruction && systemOperationOf(instruction) === 'wfi' && !vcpu.user) {
    ledger.classify(hardwareExits.wait);
    return yield* emulateWait(vcpu);
  }
  for (const [counter, bit] of COUNTERS)
    if (accessesCsr(word, counter) && !withholds(vcpu, bit)) return yield* readCounter(vcpu, counter, word);
  ledger.classify(commonExits.guestException);
  yield step`the guest's own hart would not have it either: an illegal instruction of the guest`;
  return yield* inject(vcpu, exception(ExceptionCode.illegalInstruction, BigInt(word >>> 0)));
}

/** Whether the guest's kernel withholds the counter from its programs. */
function withholds({ user, registers }: Vcpu, counter: number): boolean {
  return user && (registers.csrLow(Csr.scounteren.number) & counter) === 0;
}

function* readCounter(vcpu: Vcpu & CounterOwner, counter: Counter, word: number): Narration<Outcome> {
  const { ledger } = vcpu.vm;
  ledger.classify(commonExits.csrAccess);
  const { name } = counter;
  const value = vcpu.ownCounter(counter);
  yield step`the guest reads ${name}, which the hart keeps from it, since it counts for others too: its own is ${value}`;
  vcpu.cpu.setX(rdOf(word), value);
  ledger.charge('csrAccess');
  vcpu.advance(CSR_INSTRUCTION_LENGTH);
  return RESUME;
}

function* emulateWait(vcpu: Vcpu): Narration<Outcome> {
  vcpu.advance(WFI_LENGTH);
  if (vcpu.interruptAwaits) {
    yield step`an interrupt is pending: wfi ends at once`;
    return RESUME;
  }
  yield step`nothing is pending: the vCPU waits, and the hart is free`;
  return { kind: 'wait', wait: { kind: 'wfi' } };
}
