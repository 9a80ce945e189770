import { step } from '../../machine/narration';
import { type SbiExtension, success } from './interface';

/** Timer extension (SBI 3.0, chapter 6). */
export const time: SbiExtension = {
  name: 'TIME',
  id: 0x54494d45,
  functions: [
    {
      name: 'set_timer',
      *handle(call) {
        const deadline = call.number(0);
        yield step`clear the pending timer interrupt and set the timer to ${deadline} ticks`;
        call.sbi.port.setTimer(call.caller, deadline);
        return success();
      },
    },
  ],
};
