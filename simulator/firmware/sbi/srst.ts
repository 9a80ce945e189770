import { step } from '../../machine/narration';
import { failure, SbiError, type SbiExtension } from './interface';

const SHUTDOWN = 0;
const COLD_REBOOT = 1;
const WARM_REBOOT = 2;
const NO_REASON = 0;
const SYSTEM_FAILURE = 1;

/** System reset (SBI 3.0, chapter 10). */
export const srst: SbiExtension = {
  name: 'SRST',
  id: 0x53525354,
  functions: [
    {
      name: 'system_reset',
      *handle(call) {
        const type = call.word(0);
        const reason = call.word(1);
        if (type > WARM_REBOOT || (reason !== NO_REASON && reason !== SYSTEM_FAILURE))
          return failure(SbiError.invalidParam);
        if (type === COLD_REBOOT || type === WARM_REBOOT) {
          yield step`reset the system`;
          call.sbi.port.reset();
        } else if (type === SHUTDOWN) {
          yield step`power the system off, reason ${reason}`;
          call.sbi.port.powerOff(reason);
        }
        return 'left';
      },
    },
  ],
};
