/**
 * Popek and Goldberg, "Formal Requirements for Virtualizable Third Generation Architectures" (1974): a VMM by trap and emulate can be made
 * where every sensitive instruction is privileged.
 */
import { baseOf, systemOperationOf } from '../table';
import { type Controls, hartAnswer } from './hart-answer';
import type { Use } from './use';

/**
 * Why something is sensitive. `control`: it changes, or asks for, the machine's resources or mode. `behaviour`: what it does or gives depends
 * on them.
 */
export type Sensitivity = 'control' | 'behaviour';

/** Undefined of what is innocuous: it does the same whoever has the machine. */
export function sensitivityOf(use: Use): Sensitivity | undefined {
  if ('csr' in use) {
    const { csr, access } = use;
    // Counters tell how much others have had of the machine.
    if (csr.group === 'user-counters') return 'behaviour';
    if (csr.privilege === 'u') return undefined;
    return access === 'read' ? 'behaviour' : 'control';
  }
  const { instruction } = use;
  const operation = systemOperationOf(baseOf(instruction));
  if (operation === 'ecall' || operation === 'ebreak') return 'control';
  const isLoadOrStore = operation === 'hypervisor-load' || operation === 'hypervisor-store';
  return instruction.privilege === 'u' && !isLoadOrStore ? undefined : 'control';
}

/** Whether it traps in U-mode: what the paper calls privileged. */
export const isPrivileged = (use: Use, controls: Controls): boolean => hartAnswer(use, 'u', controls).kind === 'traps';

/** What is sensitive and not privileged: where there is anything, a guest's kernel in U-mode does not do what it does on the machine. */
export function holesAmong(uses: readonly Use[], controls: Controls): readonly Use[] {
  return uses.filter((use) => sensitivityOf(use) !== undefined && !isPrivileged(use, controls));
}
