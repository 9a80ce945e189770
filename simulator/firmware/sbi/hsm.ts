import { step } from '../../machine/narration';
import { failure, type SbiCall, SbiError, type SbiExtension, success } from './interface';
import { HartStatus } from './sbi';

const RETENTIVE = 0x00000000;
const NON_RETENTIVE = 0x80000000;

/** Hart state management (SBI 3.0, chapter 9). */
export const hsm: SbiExtension = {
  name: 'HSM',
  id: 0x48534d,
  functions: [
    {
      name: 'hart_start',
      *handle(call) {
        const hart = call.number(0);
        const address = call.number(1);
        const error = startError(call);
        if (error !== undefined) return failure(error);
        yield step`start hart ${hart} in S-mode at ${address}, paging off`;
        call.sbi.start(hart, { address, opaque: call.argument(2) });
        return success();
      },
      effects: (call) =>
        startError(call) === undefined ? [{ kind: 'start', hart: call.number(0), address: call.number(1) }] : [],
    },
    {
      name: 'hart_stop',
      *handle(call) {
        yield step`stop hart ${call.caller}`;
        call.sbi.port.stop(call.caller);
        return 'left';
      },
    },
    {
      name: 'hart_get_status',
      *handle(call) {
        const hart = call.number(0);
        if (hart >= call.sbi.harts) return failure(SbiError.invalidParam);
        const status = call.sbi.status(hart);
        yield step`answer that hart ${hart} has status ${status}`;
        return success(status);
      },
    },
    {
      name: 'hart_suspend',
      *handle(call) {
        const type = call.word(0);
        if (type === RETENTIVE) {
          yield step`suspend hart ${call.caller} until an interrupt; it keeps its state`;
          call.sbi.suspend(call.caller, undefined);
          return success();
        }
        if (type !== NON_RETENTIVE) return failure(isReserved(type) ? SbiError.invalidParam : SbiError.notSupported);
        const address = call.number(1);
        if (!call.sbi.mayExecute(address)) return failure(SbiError.invalidAddress);
        yield step`suspend hart ${call.caller} until an interrupt; it then starts at ${address}`;
        call.sbi.suspend(call.caller, { address, opaque: call.argument(2) });
        return 'left';
      },
    },
  ],
};

/** Why hart_start would start nothing. */
function startError(call: SbiCall): number | undefined {
  const hart = call.number(0);
  if (hart >= call.sbi.harts) return SbiError.invalidParam;
  if (!call.sbi.mayExecute(call.number(1))) return SbiError.invalidAddress;
  return call.sbi.status(hart) === HartStatus.stopped ? undefined : SbiError.alreadyAvailable;
}

/** Suspend types between the platform-specific ranges are reserved (SBI 3.0, "HSM Hart Suspend Types"). */
const isReserved = (type: number): boolean =>
  (type > 0 && type < 0x10000000) || (type > 0x7fffffff && type < 0x90000000);
