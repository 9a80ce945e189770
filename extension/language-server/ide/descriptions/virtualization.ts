import { markdownTable } from '../../../../simulator/explain/markdown-table';
import type { GuestMode } from '../../../../simulator/hypervisor/engines/description';
import { dispositionInWords, dispositionOf, executions } from '../../../../simulator/hypervisor/engines/disposition';
import {
  type CsrDescription,
  type Instruction,
  machineCsrGroups,
  sensitivityOf,
  type Use,
  usesOfCsr,
} from '../../../../simulator/isa';

/**
 * Who executes an instruction or an access to a CSR, under each way to run a guest; '' where the hart does whatever it is, or the machine
 * has none such.
 */
export function virtualizationTable(instruction: Instruction | undefined, csr: CsrDescription | undefined): string {
  const wanted = csr ? usesOfCsr(csr) : instruction ? [{ instruction }] : [];
  if (csr && !machineCsrGroups.has(csr.group)) return '';
  if (wanted.every((use) => sensitivityOf(use) === undefined)) return '';
  const rows = executions.map(({ id, execution }) => {
    const answers = (mode: GuestMode): string =>
      inWords(wanted.map((use) => [use, dispositionInWords(dispositionOf(execution, mode, use))]));
    return [`\`${id}\``, answers('s'), answers('u')];
  });
  return markdownTable([['virtualization', 'in the kernel (S-mode)', 'in a program (U-mode)'], ...rows]);
}

/** Read and write apart, where they differ. */
function inWords(answers: readonly (readonly [Use, string])[]): string {
  const texts = new Set(answers.map(([, text]) => text));
  if (texts.size === 1) return [...texts].join('');
  return answers.map(([use, text]) => ('csr' in use ? `${use.access}: ${text}` : text)).join('; ');
}
