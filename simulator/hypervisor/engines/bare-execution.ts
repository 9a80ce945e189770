import { ALL_COUNTERS, COMMON_COUNTERS, type Controls, ExceptionCode } from '../../isa/index';
import type { GuestExecution } from './description';

/** As firmware leaves a hart, and a kernel that lets its programs read `cycle`, `time` and `instret`. */
export const BARE_CONTROLS: Controls = {
  hypervisor: true,
  supervisorTimer: true,
  scounteren: COMMON_COUNTERS,
  hcounteren: ALL_COUNTERS,
  VTW: false,
  classicHoles: false,
};

/** Without a VMM: the firmware has the calls of the kernel, and leaves all other exceptions to it. */
export const bareExecution: GuestExecution = {
  modes: { s: 'hs', u: 'u' },
  controls: BARE_CONTROLS,
  delegated: new Set([ExceptionCode.illegalInstruction, ExceptionCode.breakpoint, ExceptionCode.userEcall]),
  below: 'firmware',
  virtualHart: BARE_CONTROLS,
  virtualModes: { s: 'hs', u: 'u' },
};
