import { type CsrOperation, csrSourceRegister, executeCsrInstruction, returnFromTrap } from '../../../core/index';
import { Csr, csrNumbered, ExceptionCode, systemOperationOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { CsrValue, FRAME, Gpa, Gva } from '../../../mmu/address';
import { advance } from '../../exits/advance';
import { inject } from '../../exits/inject';
import type { FullVm } from './full-vm';
import type { DeprivilegedVcpu } from './vcpu';

const rdOf = (word: number): number => (word >>> 7) & 31;
const rs1Of = (word: number): number => (word >>> 15) & 31;
const rs2Of = (word: number): number => (word >>> 20) & 31;

/**
 * An instruction that U-mode may not execute. If the guest's *virtual* mode may, the VMM does its work on the virtual state;
 * if not, the guest made an error and gets the illegal-instruction exception that its hardware would raise.
 */
export function* emulatePrivileged(vm: FullVm, vcpu: DeprivilegedVcpu, word: number): Narration {
  const { ledger } = vm;
  const instruction = vm.instructions.find(word).decoded?.instruction;
  const operation = instruction && systemOperationOf(instruction);
  ledger.charge('decode');
  ledger.decoded(word);
  const mnemonic = instruction?.name ?? 'no instruction';
  yield step`decode the instruction that trapped: ${mnemonic}`;
  switch (operation) {
    case 'csr-write':
    case 'csr-set':
    case 'csr-clear':
      return yield* emulateCsrAccess(vm, vcpu, operation, word);
    case 'sret':
      if (!vcpu.user) return yield* emulateSret(vm, vcpu);
      break;
    case 'sfence.vma':
      if (!vcpu.user) return yield* emulateFence(vm, vcpu, word);
      break;
    case 'wfi':
      if (!vcpu.user) return yield* emulateWfi(vm, vcpu);
      break;
  }
  yield* reflectIllegal(vm, vcpu, word);
}

function* reflectIllegal(vm: FullVm, vcpu: DeprivilegedVcpu, word: number): Narration {
  vm.ledger.classify('guest-exception');
  const mode = vcpu.user ? 'U-mode' : 'S-mode';
  yield step`in virtual ${mode} it is not allowed either: an illegal instruction of the guest`;
  yield* inject(vm, vcpu, ExceptionCode.illegalInstruction, false, word | 0, 0);
}

function* emulateCsrAccess(vm: FullVm, vcpu: DeprivilegedVcpu, operation: CsrOperation, word: number): Narration {
  const { hart, csrs } = vcpu;
  const number = word >>> 20;
  const name = csrNumbered(number)?.name ?? `CSR 0x${number.toString(16)}`;
  vm.ledger.classify('csr-access');
  const source = csrSourceRegister(word) ?? 0;
  const before = vcpu.csrWords(number);
  const value = new CsrValue(number, before.low, before.high);
  yield step`access the virtual ${name}, which is ${value}`;
  if (!executeCsrInstruction(csrs, operation, word, hart.xLow(source), hart.xHigh(source))) {
    yield* reflectIllegal(vm, vcpu, word);
    return;
  }
  const [oldLow, oldHigh] = [csrs.low, csrs.high];
  vm.ledger.charge('csrAccess');
  const after = vcpu.csrWords(number);
  if (after.low !== before.low || after.high !== before.high) {
    vm.ledger.changed({ kind: 'virtual CSR', csr: number, before, after });
    const written = new CsrValue(number, after.low, after.high);
    yield step`the virtual ${name} is now ${written}`;
  }
  hart.setXWords(rdOf(word), oldLow, oldHigh);
  advance(vm, vcpu, 4);
  if (number === Csr.satp.number) yield* switchGuestSpace(vm, vcpu);
}

/** The guest wrote its satp: another address space, with its own shadow tables, takes effect at once. */
function* switchGuestSpace(vm: FullVm, vcpu: DeprivilegedVcpu): Narration {
  const paging = vcpu.wantedPaging;
  const current = vcpu.guestSpace.paging;
  const same = paging?.root === current?.root && paging?.asid === current?.asid;
  if (same) return;
  if (paging) {
    const root = new Gpa(paging.root * FRAME);
    const { asid } = paging;
    yield step`the guest has switched to another page table: find the shadow tables of root ${root}, guest ASID ${asid}`;
  } else {
    yield step`the guest has turned paging off: find the shadow table that maps GVA = GPA`;
  }
  vcpu.guestSpace = vcpu.spaces.space(paging);
  vm.ledger.charge('csrAccess');
}

function* emulateSret(vm: FullVm, vcpu: DeprivilegedVcpu): Narration {
  const sepc = vcpu.csrWords(Csr.sepc.number);
  const target = new Gva(sepc.low, sepc.high);
  yield step`return from the guest's trap handler to ${target}: privilege and SIE from the virtual sstatus`;
  returnFromTrap(vcpu.state, 'sret');
  vm.machine.retireEmulated(vcpu.hart);
}

function* emulateFence(vm: FullVm, vcpu: DeprivilegedVcpu, word: number): Narration {
  const { hart } = vcpu;
  const [rs1, rs2] = [rs1Of(word), rs2Of(word)];
  const asid = rs2 === 0 ? undefined : hart.xLow(rs2) & 0xffff;
  const spaces = asid === undefined ? 'all address spaces' : `ASID ${asid}`;
  if (rs1 === 0) {
    yield step`the guest has changed its page tables: drop the shadow entries of ${spaces}`;
    vcpu.spaces.fenceAll(asid);
  } else {
    const gva = new Gva(hart.xLow(rs1), hart.xHigh(rs1));
    yield step`the guest has changed its page tables: drop the shadow entry of ${gva} in ${spaces}`;
    vcpu.spaces.fenceAddress(gva.low, gva.high, asid);
  }
  advance(vm, vcpu, 4);
}

function* emulateWfi(vm: FullVm, vcpu: DeprivilegedVcpu): Narration {
  advance(vm, vcpu, 4);
  if (vcpu.interruptAwaits) {
    yield step`an interrupt is pending: wfi ends at once`;
    return;
  }
  yield step`nothing is pending: the vCPU waits`;
  vm.machine.scheduler.wait(vcpu.hart);
}
