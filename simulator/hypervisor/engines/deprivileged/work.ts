import type { PrivilegedWork } from '../description';

const illegal = "illegal instruction: the guest's own exception";
const traps = (what: string): string => `traps to the VMM: the kernel runs in U-mode. ${what}`;

/** What comes of privileged software whose kernel runs in the hardware's U-mode. */
export const deprivilegedWork: PrivilegedWork = {
  machineMode: illegal,
  hypervisorMode: `traps to the VMM, whose virtual hart has no H: ${illegal}`,
  counters: "traps to the VMM: `scounteren` keeps the machine's counters from U-mode. The VMM reads the virtual one",
  environmentCall: 'traps to the VMM as cause 8: a system call it reflects to the guest kernel, an SBI call it answers',
  wait: traps('The vCPU waits'),
  trapReturn: traps('It returns from the virtual trap'),
  fence: traps('It drops the shadow entries that are stale'),
  supervisorCsr: (name) => traps(`It accesses the virtual \`${name}\``),
};
