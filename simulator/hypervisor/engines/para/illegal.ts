import { ExceptionCode, systemOperationOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception } from '../../../machine/trap';
import { commonExits } from '../../exits/exit-kind';
import { inject } from '../../exits/inject';
import type { Outcome } from '../../runnable';
import { emulateCsrAccess } from '../deprivileged/privileged';
import type { PortedVcpu } from './ported';

/**
 * An instruction that U-mode may not execute. A guest that was ported has none such: it gets the illegal-instruction exception, in its kernel
 * too; only time and counters that U-mode has are read for it, since its hart shows them to nobody.
 */
export function* refusePrivileged(vcpu: PortedVcpu, word: number): Narration<Outcome> {
  const { ledger } = vcpu.vm;
  const instruction = vcpu.decoded(word).decoded?.instruction;
  const operation = instruction && systemOperationOf(instruction);
  ledger.charge('decode');
  ledger.decoded(word);
  const mnemonic = instruction?.name ?? 'no instruction';
  yield step`decode the instruction that trapped: ${mnemonic}`;
  if (operation === 'csr-write' || operation === 'csr-set' || operation === 'csr-clear') {
    const outcome = yield* emulateCsrAccess(vcpu, operation, word);
    if (outcome) return outcome;
  }
  ledger.classify(commonExits.guestException);
  yield step`the guest was ported, and asks for this by a hypercall or by words of the shared page: an illegal instruction of its own`;
  return yield* inject(vcpu, exception(ExceptionCode.illegalInstruction, BigInt(word >>> 0)));
}
