import { type Narration, step } from '../../machine/narration';
import { STEAL_TIME_BYTES } from '../port';
import { ALL_ONES, failure, SbiError, type SbiExtension, type SbiResult, success } from './interface';

/** Steal-time accounting (SBI 3.0, chapter 16): what others had of the time in which a virtual hart wanted to run. */
export const sta: SbiExtension = {
  name: 'STA',
  id: 0x535441,
  isOffered: ({ stealTime }) => stealTime !== undefined,
  functions: [
    {
      name: 'steal_time_set_shmem',
      *handle(call): Narration<SbiResult> {
        const { sbi, caller } = call;
        const [low, high, flags] = [call.argument(0), call.argument(1), call.argument(2)];
        if (flags !== 0n) {
          yield step`refuse: flags ${flags} are reserved, and must be zero`;
          return failure(SbiError.invalidParam);
        }
        if (low === ALL_ONES && high === ALL_ONES) {
          yield step`the address is all ones: hart ${caller} is told of stolen time no more`;
          sbi.port.stealTime?.report(caller, undefined);
          return success();
        }
        if (low % BigInt(STEAL_TIME_BYTES) !== 0n) {
          yield step`refuse: ${low} is not aligned to ${STEAL_TIME_BYTES} bytes`;
          return failure(SbiError.invalidParam);
        }
        const address = call.number(0);
        yield step`check that ${STEAL_TIME_BYTES} bytes at physical ${address} are the caller's memory, and zero them`;
        if (high === 0n && !sbi.prepareMemory(address, STEAL_TIME_BYTES)) return 'again';
        // Physical addresses here have less than 64 bits.
        const isZeroed = high === 0n && sbi.writeMemory(address, new Uint8Array(STEAL_TIME_BYTES));
        if (!isZeroed) return failure(SbiError.invalidAddress);
        yield step`from now on hart ${caller} is told there of the time that others have while it wants to run`;
        sbi.port.stealTime?.report(caller, address);
        return success();
      },
    },
  ],
};
