import { step } from '../../machine/narration';
import { hartsOfMask, onEach } from './hart-mask';
import { failure, type SbiExtension, success } from './interface';

/** Inter-processor interrupts (SBI 3.0, chapter 7). */
export const ipi: SbiExtension = {
  name: 'IPI',
  id: 0x735049,
  functions: [
    {
      name: 'send_ipi',
      *handle(call) {
        const harts = hartsOfMask(call, call.argument(0), call.argument(1));
        if (typeof harts === 'number') return failure(harts);
        for (const hart of harts) {
          yield step`make the software interrupt of hart ${hart} pending`;
          call.sbi.port.sendSoftwareInterrupt(hart);
        }
        return success();
      },
      effects: (call) => onEach(call, 'software interrupt'),
    },
  ],
};
