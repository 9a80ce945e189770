/** Registers of triggers and of debug mode (RISC-V debug specification). The machine has the former, and no trigger behind them. */
import { csrGroup } from './description';

export const triggerCsrs = csrGroup('triggers', {
  tselect: { number: 0x7a0, summary: 'which trigger the next registers show' },
  tdata1: { number: 0x7a1, summary: 'trigger, first data word' },
  tdata2: { number: 0x7a2, summary: 'trigger, second data word' },
  tdata3: { number: 0x7a3, summary: 'trigger, third data word' },
  tinfo: { number: 0x7a4, summary: 'what the trigger can be' },
});

export const debugCsrs = csrGroup('debug', {
  tcontrol: { number: 0x7a5, summary: 'trigger control' },
  mcontext: { number: 0x7a8, summary: 'context of M-mode for triggers' },
  scontext: { number: 0x5a8, summary: 'context of S-mode for triggers' },
  dcsr: { number: 0x7b0, summary: 'debug control and status' },
  dpc: { number: 0x7b1, summary: 'pc at entry to debug mode' },
  dscratch0: { number: 0x7b2, summary: 'for the debugger' },
  dscratch1: { number: 0x7b3, summary: 'for the debugger' },
});
