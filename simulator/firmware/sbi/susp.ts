import { step } from '../../machine/narration';
import { failure, SbiError, type SbiExtension } from './interface';
import { HartStatus } from './sbi';

const SUSPEND_TO_RAM = 0;

/** System suspend (SBI 3.0, chapter 13): the machine sleeps as its last hart does, since nothing else here can be switched off. */
export const susp: SbiExtension = {
  name: 'SUSP',
  id: 0x53555350,
  functions: [
    {
      name: 'system_suspend',
      *handle(call) {
        const { sbi, caller } = call;
        // Those between are reserved, those above a platform's, which this one has none of.
        if (call.word(0) !== SUSPEND_TO_RAM) return failure(SbiError.invalidParam);
        const address = call.number(1);
        if (!sbi.mayExecute(address)) return failure(SbiError.invalidAddress);
        for (let hart = 0; hart < sbi.harts; hart++) {
          if (hart === caller || sbi.status(hart) === HartStatus.stopped) continue;
          yield step`refuse: hart ${hart} has not stopped`;
          return failure(SbiError.denied);
        }
        yield step`suspend the system until an interrupt; hart ${caller} then starts at ${address}`;
        sbi.suspend(caller, { address, opaque: call.argument(2) });
        return 'left';
      },
    },
  ],
};
