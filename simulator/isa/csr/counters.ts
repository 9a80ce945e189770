/** Counters that U-mode reads (manual, volume I, "Zicntr and Zihpm"). */
import { between, csrGroup, family, numbered } from './description';

export const counterCsrs = csrGroup('user-counters', {
  cycle: { number: 0xc00, summary: 'cycles of this hart' },
  time: { number: 0xc01, summary: 'real time in ticks of the timer' },
  instret: { number: 0xc02, summary: 'instructions retired by this hart' },
  ...family('hpmcounter', between(3, 31), numbered(0xc00, 'event counter')),
});
