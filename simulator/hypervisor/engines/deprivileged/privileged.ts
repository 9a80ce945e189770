import {
  csrNumberIn,
  csrSourceRegister,
  executeCsrInstruction,
  rdOf,
  returnFromTrap,
  rs1Of,
  rs2Of,
} from '../../../core/index';
import { Csr, type CsrOperation, csrNumbered, ExceptionCode, systemOperationOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception } from '../../../machine/trap';
import { type CsrValue, Gva } from '../../../mmu/address';
import { commonExits } from '../../exits/exit-kind';
import { inject } from '../../exits/inject';
import type { Words } from '../../ledger/ledger';
import { type Outcome, RESUME } from '../../runnable';
import { deprivilegedExits } from './exits';
import type { UserModeVcpu } from './user-mode-vcpu';
import type { DeprivilegedVcpu } from './vcpu';

/** Every privileged instruction has four bytes. */
const LENGTH = 4;
const ASID = 0xffff;

/**
 * An instruction that U-mode may not execute. If the guest's *virtual* mode may, the VMM does its work on the virtual state;
 * if not, the guest made an error and gets the illegal-instruction exception that its hardware would raise.
 */
export function* emulatePrivileged(vcpu: DeprivilegedVcpu, word: number): Narration<Outcome> {
  const { ledger } = vcpu.vm;
  const instruction = vcpu.decoded(word).decoded?.instruction;
  const operation = instruction && systemOperationOf(instruction);
  ledger.charge('decode');
  ledger.decoded(word);
  const mnemonic = instruction?.name ?? 'no instruction';
  yield step`decode the instruction that trapped: ${mnemonic}`;
  switch (operation) {
    case 'csr-write':
    case 'csr-set':
    case 'csr-clear':
      return yield* emulateOwnCsrAccess(vcpu, operation, word);
    case 'sret':
      if (!vcpu.user) return yield* emulateSret(vcpu);
      break;
    case 'sfence.vma':
      if (!vcpu.user) return yield* emulateFence(vcpu, word);
      break;
    case 'sfence.inval':
      if (!vcpu.user) return yield* emulateOrder(vcpu);
      break;
    case 'wfi':
      if (!vcpu.user) return yield* emulateWfi(vcpu);
      break;
  }
  return yield* reflectIllegal(vcpu, word);
}

function* reflectIllegal(vcpu: DeprivilegedVcpu, word: number): Narration<Outcome> {
  vcpu.vm.ledger.classify(commonExits.guestException);
  const mode = vcpu.user ? 'U-mode' : 'S-mode';
  yield step`in virtual ${mode} it is not allowed either: an illegal instruction of the guest`;
  return yield* inject(vcpu, exception(ExceptionCode.illegalInstruction, BigInt(word >>> 0)));
}

function* emulateOwnCsrAccess(vcpu: DeprivilegedVcpu, operation: CsrOperation, word: number): Narration<Outcome> {
  const outcome = yield* emulateCsrAccess(vcpu, operation, word);
  if (!outcome) return yield* reflectIllegal(vcpu, word);
  if (csrNumberIn(word) === Csr.satp.number) yield* vcpu.switchSpace();
  return outcome;
}

/** @returns undefined where its mode does not reach the CSR */
export function* emulateCsrAccess(
  vcpu: UserModeVcpu,
  operation: CsrOperation,
  word: number,
): Narration<Outcome | undefined> {
  const { cpu, csrs, vm } = vcpu;
  const number = csrNumberIn(word);
  const name = csrNumbered(number)?.name ?? `CSR 0x${number.toString(16)}`;
  vm.ledger.classify(commonExits.csrAccess);
  const source = csrSourceRegister(word) ?? 0;
  const value = vcpu.csrValue(number);
  yield step`access the virtual ${name}, which is ${value}`;
  if (!executeCsrInstruction(csrs, operation, word, cpu.xLow(source), cpu.xHigh(source))) return undefined;
  const { low: oldLow, high: oldHigh } = csrs;
  vm.ledger.charge('csrAccess');
  const written = vcpu.csrValue(number);
  if (written.low !== value.low || written.high !== value.high) {
    vm.ledger.changed({ kind: 'virtual CSR', csr: number, before: wordsOf(value), after: wordsOf(written) });
    yield step`the virtual ${name} is now ${written}`;
  }
  cpu.setXWords(rdOf(word), oldLow, oldHigh);
  vcpu.advance(LENGTH);
  return RESUME;
}

const wordsOf = ({ low, high }: CsrValue): Words => ({ low, high });

function* emulateSret(vcpu: DeprivilegedVcpu): Narration<Outcome> {
  vcpu.vm.ledger.classify(deprivilegedExits.privilegedInstruction);
  const { low, high } = vcpu.csrValue(Csr.sepc.number);
  const target = new Gva(low, high);
  yield step`return from the guest's trap handler to ${target}: privilege and SIE from the virtual sstatus`;
  returnFromTrap(vcpu.state, 'sret');
  vcpu.vm.machine.retireEmulated(vcpu.hart);
  return RESUME;
}

function* emulateFence(vcpu: DeprivilegedVcpu, word: number): Narration<Outcome> {
  vcpu.vm.ledger.classify(deprivilegedExits.privilegedInstruction);
  const { cpu } = vcpu;
  const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
  const asid = rs2 === 0 ? undefined : cpu.xLow(rs2) & ASID;
  const spaces = asid === undefined ? 'all address spaces' : `ASID ${asid}`;
  if (rs1 === 0) {
    yield step`the guest has changed its page tables: drop the shadow entries of ${spaces}`;
    vcpu.fenceAll(asid);
  } else {
    const gva = new Gva(cpu.xLow(rs1), cpu.xHigh(rs1));
    yield step`the guest has changed its page tables: drop the shadow entry of ${gva} in ${spaces}`;
    vcpu.fenceAddress(gva, asid);
  }
  vcpu.advance(LENGTH);
  return RESUME;
}

/** sfence.w.inval and sfence.inval.ir of Svinval. */
function* emulateOrder(vcpu: DeprivilegedVcpu): Narration<Outcome> {
  vcpu.vm.ledger.classify(deprivilegedExits.privilegedInstruction);
  yield step`each sinval.vma has dropped its shadow entries at once: there is nothing to order`;
  vcpu.advance(LENGTH);
  return RESUME;
}

function* emulateWfi(vcpu: DeprivilegedVcpu): Narration<Outcome> {
  vcpu.vm.ledger.classify(deprivilegedExits.privilegedInstruction);
  vcpu.advance(LENGTH);
  if (vcpu.interruptAwaits) {
    yield step`an interrupt is pending: wfi ends at once`;
    return RESUME;
  }
  yield step`nothing is pending: the vCPU waits`;
  return { kind: 'wait', wait: { kind: 'wfi' } };
}
