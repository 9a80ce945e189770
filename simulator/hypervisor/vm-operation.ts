/** What can be done to a VM from outside, by Xen's names (xl pause, unpause, destroy, reboot). */
export const VM_OPERATIONS = ['pause', 'unpause', 'destroy', 'reboot'] as const;
export type VmOperation = (typeof VM_OPERATIONS)[number];
