import type { PrivilegedWork } from '../../../../simulator/hypervisor/engines/description';
import { engineDescriptions } from '../../../../simulator/hypervisor/engines/registry';
import { type CsrDescription, type Instruction, systemOperationOf } from '../../../../simulator/isa';
import { table } from './markdown';

/** What becomes of something under one way to run a guest. */
type Answer = (work: PrivilegedWork) => string;

/** Without a VMM. */
const bareMachine: PrivilegedWork = {
  machineMode:
    'legal in M-mode only: with `"firmware": "none"` the guest starts there, else it is an illegal instruction',
  hypervisorMode: 'the hart executes it in HS-mode: S-mode of a machine with H',
  counters: 'the hart reads it',
  environmentCall: 'from S-mode to the firmware (SBI), from U-mode to the guest kernel',
  wait: 'the hart executes it in S-mode',
  trapReturn: 'the hart executes it in S-mode',
  fence: 'the hart executes it in S-mode',
  supervisorCsr: () => 'the hart executes it in S-mode',
};

/** The ways to run a guest, as launch.json names them. */
const modes: readonly { readonly id: string; readonly work: PrivilegedWork }[] = [
  { id: 'none', work: bareMachine },
  ...engineDescriptions,
];

/** Who executes an instruction, under each virtualization; undefined when the hart does under all of them. */
export function answersFor(instruction: Instruction | undefined, csr: CsrDescription | undefined): Answer | undefined {
  if (csr) return answersForCsr(csr);
  if (!instruction) return undefined;
  if (instruction.extension === 'h') return (work) => work.hypervisorMode;
  if (instruction.privilege === 'm') return (work) => work.machineMode;
  switch (systemOperationOf(instruction)) {
    case 'ecall':
      return (work) => work.environmentCall;
    case 'wfi':
      return (work) => work.wait;
    case 'sret':
      return (work) => work.trapReturn;
  }
  return instruction.privilege === 's' ? (work) => work.fence : undefined;
}

function answersForCsr({ group, privilege, name }: CsrDescription): Answer | undefined {
  if (group === 'hypervisor' && privilege !== 'm') return (work) => work.hypervisorMode;
  if (privilege === 'm') return (work) => work.machineMode;
  if (group === 'user-counters') return (work) => work.counters;
  return privilege === 's' ? (work) => work.supervisorCsr(name) : undefined;
}

/** The answers as a table; '' when there is nothing to tell apart. */
export function virtualizationTable(answer: Answer | undefined): string {
  if (!answer) return '';
  const rows = modes.map(({ id, work }) => [`\`${id}\``, answer(work)]);
  return table(['virtualization', 'who executes it'], rows);
}
