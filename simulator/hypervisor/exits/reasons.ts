/** Why a guest left to the VMM. The names are what filters, counts and reports use. */
export const EXIT_REASONS = {
  'privileged-instruction': 'a privileged instruction, executed by the deprivileged guest kernel',
  'csr-access': 'an access to a CSR that U-mode may not use',
  'sbi-call': 'an SBI call of the guest kernel',
  'page-fault': "a page fault: the guest's own page table will tell whose it is",
  'shadow-miss': 'a page that the guest maps and its shadow table does not (a hidden page fault)',
  'guest-page-fault': "a page fault that is the guest's own",
  'access-fault': 'an access outside the memory and devices of the VM',
  'second-stage-fill': 'memory of the guest that the second stage does not map yet (a guest-page fault)',
  'virtual-instruction': 'an instruction that V=1 forbids or hstatus makes trap',
  wait: 'wfi: the guest has nothing to do',
  mmio: 'an access to a device register',
  'misaligned-access': 'a misaligned load or store that the guest leaves to its firmware (FWFT)',
  'guest-exception': "an exception that is the guest's own: system call, breakpoint, illegal instruction",
  'timer-interrupt': "the machine's timer, armed for the guest's",
  'device-interrupt': "an interrupt line of the VM's devices changed",
  'software-interrupt': 'another vCPU sent an interrupt',
} as const;

export type ExitReason = keyof typeof EXIT_REASONS;
