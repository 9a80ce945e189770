/** CSRs of S-mode, with those that VS-mode has in their place (manual, volume II, "Supervisor-Level ISA"). */
import { csrGroup } from './description';
import {
  addressSpace,
  counterEnable,
  environment,
  interruptBits,
  supervisorStatus,
  trapCause,
  trapVector,
} from './fields';

export const supervisorCsrs = csrGroup('supervisor', {
  sstatus: { number: 0x100, virtual: 0x200, summary: 'supervisor status: a view of mstatus', fields: supervisorStatus },
  sie: {
    number: 0x104,
    virtual: 0x204,
    summary: 'interrupts enabled: a view of mie',
    fields: interruptBits('E', 'is enabled', ['supervisor']),
  },
  stvec: { number: 0x105, virtual: 0x205, summary: 'trap handler of S-mode', fields: trapVector },
  scounteren: { number: 0x106, summary: 'counters that U-mode may read', fields: counterEnable },
  senvcfg: { number: 0x10a, summary: 'environment of U-mode', fields: environment },
  sscratch: { number: 0x140, virtual: 0x240, summary: 'for the S-mode trap handler' },
  sepc: { number: 0x141, virtual: 0x241, summary: 'pc of the instruction that trapped into S-mode' },
  scause: { number: 0x142, virtual: 0x242, summary: 'cause of the trap into S-mode', fields: trapCause },
  stval: { number: 0x143, virtual: 0x243, summary: 'address or instruction that trapped into S-mode' },
  sip: {
    number: 0x144,
    virtual: 0x244,
    summary: 'interrupts pending: a view of mip',
    fields: interruptBits('P', 'is pending', ['supervisor']),
  },
  stimecmp: { number: 0x14d, virtual: 0x24d, summary: 'time at which the supervisor timer interrupt comes' },
  satp: {
    number: 0x180,
    virtual: 0x280,
    summary: 'address translation: scheme, address space, root table',
    fields: addressSpace('ASID', 59, 'address space'),
  },
});
