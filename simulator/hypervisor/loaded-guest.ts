import type { EntryPoint } from '../firmware/port';

/** A VM's images are in its memory: where its guest begins, and what lies there. Addresses are guest-physical. */
export interface LoadedGuest extends EntryPoint {
  /** Of the device tree, which `opaque` is as well for guests that know of no hypervisor. */
  readonly deviceTree: number;
  /** Behind all that is loaded but for the device tree. */
  readonly end: number;
  readonly initrd: { readonly start: number; readonly end: number } | undefined;
  readonly commandLine: string;
}
