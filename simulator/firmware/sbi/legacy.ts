import { type Narration, step } from '../../machine/narration';
import { Gva } from '../../mmu/address';
import { hartsOfMask } from './hart-mask';
import type { SbiCall, SbiExtension, SbiFunction, SbiResult } from './interface';
import { describeRange, fenceRange } from './rfence';
import { timerEffects } from './time';

const done: SbiResult = { legacy: 0 };
const nothing: SbiResult = { legacy: -1 };

/**
 * The harts of a legacy call: the mask stands at a *virtual* address of the caller (SBI 3.0, chapter 5), read with the caller's
 * privilege; address 0 means all harts. Undefined when reading it gave the caller a fault.
 */
function* hartsAt(call: SbiCall, argument: number): Narration<readonly number[] | undefined> {
  const address = call.argument(argument);
  if (address === 0n) return Array.from({ length: call.sbi.harts }, (_, hart) => hart);
  const gva = new Gva(Number(address & 0xffffffffn) | 0, Number(address >> 32n) | 0);
  yield step`read the hart mask at ${gva}, as the caller would`;
  const mask = call.sbi.readCallersWord(call.caller, gva);
  if (mask === undefined) return undefined;
  const harts = hartsOfMask(call, mask & ((1n << BigInt(call.sbi.harts)) - 1n), 0n);
  return typeof harts === 'number' ? [] : harts;
}

/** The calls of SBI 0.1, by their extension ids. */
const calls: readonly SbiFunction[] = [
  {
    name: 'set_timer',
    *handle(call) {
      const deadline = call.number(0);
      yield step`clear the pending timer interrupt and set the timer to ${deadline} ticks`;
      call.sbi.port.setTimer(call.caller, deadline);
      return done;
    },
    effects: timerEffects,
  },
  {
    name: 'console_putchar',
    *handle(call) {
      const byte = call.number(0) % 256;
      yield step`write byte ${byte} to the console`;
      call.sbi.console.transmit([byte]);
      return done;
    },
  },
  {
    name: 'console_getchar',
    *handle(call) {
      const byte = call.sbi.console.receive();
      const input = byte ?? 'none';
      yield step`answer the next byte of console input: ${input}`;
      return byte === undefined ? nothing : { legacy: byte };
    },
  },
  {
    name: 'clear_ipi',
    *handle(call) {
      yield step`clear the caller's pending software interrupt`;
      call.sbi.port.clearSoftwareInterrupt(call.caller);
      return done;
    },
  },
  {
    name: 'send_ipi',
    *handle(call) {
      const harts = yield* hartsAt(call, 0);
      if (!harts) return 'trapped';
      for (const hart of harts) {
        yield step`make the software interrupt of hart ${hart} pending`;
        call.sbi.port.sendSoftwareInterrupt(hart);
      }
      return done;
    },
  },
  {
    name: 'remote_fence_i',
    *handle(call) {
      const harts = yield* hartsAt(call, 0);
      if (!harts) return 'trapped';
      for (const hart of harts) {
        // Fetches see stores at once in this machine.
        yield step`make stores visible to instruction fetches of hart ${hart}`;
      }
      return done;
    },
  },
  {
    name: 'remote_sfence_vma',
    *handle(call) {
      return yield* remoteFence(call, undefined);
    },
  },
  {
    name: 'remote_sfence_vma_asid',
    *handle(call) {
      return yield* remoteFence(call, call.number(3) & 0xffff);
    },
  },
  {
    name: 'shutdown',
    *handle(call) {
      yield step`power the system off`;
      call.sbi.port.powerOff(0);
      return 'left';
    },
  },
];

function* remoteFence(call: SbiCall, asid: number | undefined): Narration<SbiResult> {
  const harts = yield* hartsAt(call, 0);
  if (!harts) return 'trapped';
  const range = fenceRange(call.argument(1), call.argument(2));
  const extent = describeRange(range);
  const space = asid ?? 'any';
  for (const hart of harts) {
    yield step`fence ${extent} on hart ${hart}, address space ${space}`;
    call.sbi.port.fence(hart, range, asid);
  }
  return done;
}

/** An extension each: the function id is ignored (SBI 3.0, chapter 5). */
export const legacy: readonly SbiExtension[] = calls.map((call, id) => ({ name: 'legacy', id, functions: [call] }));
