import { step } from '../../machine/narration';
import { failure, SbiError, type SbiExtension, success } from './interface';

/** At most so many bytes a call are read: as many as asked for need not come (SBI 3.0, section 12.2). */
const LONGEST_READ = 4096;

/** Debug console (SBI 3.0, chapter 12). Buffers are given by physical address. */
export const dbcn: SbiExtension = {
  name: 'DBCN',
  id: 0x4442434e,
  functions: [
    {
      name: 'console_write',
      *handle(call) {
        const address = call.number(1) + call.number(2) * 2 ** 32;
        // A call may write fewer than asked for (SBI 3.0, section 12.1).
        const length = Math.min(call.number(0), call.sbi.console.room);
        yield step`read ${length} bytes from physical ${address} in the caller's memory`;
        const bytes = call.sbi.readMemory(address, length);
        if (!bytes) return failure(SbiError.invalidParam);
        yield step`write them to the console`;
        call.sbi.console.transmit(bytes);
        return success(length);
      },
    },
    {
      name: 'console_read',
      *handle(call) {
        const address = call.number(1) + call.number(2) * 2 ** 32;
        const room = Math.min(call.number(0), LONGEST_READ);
        yield step`check that ${room} bytes at physical ${address} are the caller's memory`;
        if (!call.sbi.readMemory(address, room)) return failure(SbiError.invalidParam);
        if (!call.sbi.prepareMemory(address, room)) return 'again';
        const bytes: number[] = [];
        while (bytes.length < room) {
          const byte = call.sbi.console.receive();
          if (byte === undefined) break;
          bytes.push(byte);
        }
        const count = bytes.length;
        yield step`store ${count} bytes of console input there`;
        call.sbi.writeMemory(address, Uint8Array.from(bytes));
        return success(count);
      },
    },
    {
      name: 'console_write_byte',
      *handle(call) {
        const byte = call.number(0) % 256;
        yield step`write byte ${byte} to the console`;
        call.sbi.console.transmit([byte]);
        return success();
      },
    },
  ],
};
