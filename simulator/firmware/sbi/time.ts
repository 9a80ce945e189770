import { step } from '../../machine/narration';
import { ALL_ONES, type SbiCall, type SbiEffect, type SbiExtension, success } from './interface';

/** All ones clear the timer interrupt and set no timer. */
export function timerEffects(call: SbiCall): readonly SbiEffect[] {
  return call.argument(0) === ALL_ONES ? [] : [{ kind: 'timer interrupt', hart: call.caller }];
}

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
      effects: timerEffects,
    },
  ],
};
