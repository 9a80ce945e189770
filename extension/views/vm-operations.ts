import type { Requests } from '../../debug-adapter/protocol';

/** What can be done to a virtual machine, as users see it: in the order of the table. */
export interface VmOperationDescription {
  readonly operation: Requests['hyperstep/operateVm']['arguments']['operation'];
  readonly label: string;
  /** Of VS Code's icons. */
  readonly icon: string;
  /** What it leads to. */
  readonly effect: string;
}

export const vmOperations: readonly VmOperationDescription[] = [
  { operation: 'pause', label: 'Pause', icon: 'debug-pause', effect: 'none of its vCPUs gets a hart' },
  { operation: 'unpause', label: 'Unpause', icon: 'debug-continue', effect: 'it goes on where it stood' },
  {
    operation: 'reboot',
    label: 'Reboot',
    icon: 'debug-restart',
    effect: 'its memory, devices and vCPUs begin anew',
  },
  { operation: 'destroy', label: 'Destroy', icon: 'debug-stop', effect: 'it ends here and now' },
];
