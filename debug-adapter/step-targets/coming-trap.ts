import { Status } from '../../simulator/core/index';
import { describeSbiCall, sbiCallOf } from '../../simulator/firmware/sbi/call';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { accessedCsr, type Foreseen, foreseen } from '../../simulator/hypervisor/foreseen';
import { Csr, csrLevel, decode, expand, usesFloat } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { instructionText } from '../inspect/exit-text';

/** Where the instruction at which a CPU stands will lead by a trap, as far as looking tells. */
export interface ComingTrap {
  /** VMM or firmware handle it, whose steps can be stepped through: which of them, and what it is in few words. */
  readonly software?: { readonly name: 'VMM' | 'firmware'; readonly what: string };
  /** The guest's own handler will have it, in the end. */
  readonly isGuests: boolean;
}

/** The instruction at which a CPU stands; undefined where it cannot be read, or is none. */
export function presentInstruction(debuggee: Debuggee, cpu: CpuState): Foreseen | undefined {
  const word = debuggee.instructionAt(cpu, cpu.pc);
  const found = word === undefined ? undefined : decode(word);
  return word === undefined || !found ? undefined : foreseen(cpu, word, expand(found));
}

/** What the instruction at which a CPU stands will trap into. Nothing is changed: it is not executed. */
export function comingTrap(debuggee: Debuggee, cpu: CpuState): ComingTrap {
  const vcpu = debuggee.vcpuOf(cpu);
  const instruction = presentInstruction(debuggee, cpu);
  const name = vcpu ? 'VMM' : 'firmware';
  if (instruction && callsFirmware(debuggee, cpu, instruction)) {
    const what = describeSbiCall(sbiCallOf(debuggee.registersOf(cpu)));
    return { software: { name, what }, isGuests: false };
  }
  const isGuests = !instruction || isRefused(cpu, instruction);
  if (!vcpu || (instruction && !vcpu.wouldExit(instruction))) return { isGuests };
  const what = instructionText(debuggee, cpu, cpu.pc) ?? 'its instruction cannot be fetched';
  return { software: { name, what }, isGuests };
}

/** Whether an instruction is a call of a guest's kernel to firmware that is HyperStep's. */
export function callsFirmware({ guest }: Debuggee, cpu: CpuState, { operation }: Foreseen): boolean {
  return operation === 'ecall' && cpu.privilege === Privilege.supervisor && !cpu.virtual && guest.sbi !== undefined;
}

/** Whether the guest's own hart would trap, whatever runs it: by the mode, or by the guest's tables. */
function isRefused(cpu: CpuState, instruction: Foreseen): boolean {
  const { operation, decoded, accesses } = instruction;
  const csr = accessedCsr(instruction);
  if (csr !== undefined) return cpu.readCsr(csr) === undefined || csrLevel(csr) > cpu.privilege;
  switch (operation) {
    case 'ecall':
    case 'ebreak':
    case 'illegal':
      return true;
    case 'mret':
      return cpu.privilege !== Privilege.machine;
    case 'sret':
    case 'sfence.vma':
    case 'sfence.inval':
      return cpu.privilege === Privilege.user;
  }
  const status = cpu.readCsr(Csr.sstatus.number);
  if (usesFloat(decoded.instruction) && status !== undefined && (status & BigInt(Status.FS)) === 0n) return true;
  return accesses.some(({ address, access }) => 'fault' in cpu.peek(address, access));
}
