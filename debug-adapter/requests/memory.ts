import { FRAME } from '../../simulator/mmu/address';
import { decodeBase64, encodeBase64 } from '../../simulator/object/bytes/base64';
import type { Debugging } from '../debugging';
import { hex } from '../format';
import { disassembleAround } from '../inspect/code/disassembly';
import { memoryReference, parseMemoryReference, readSpace, writeSpace } from '../inspect/memory';
import { parseThreadReference, threadReference } from '../inspect/thread-reference';
import { RequestError } from '../request-error';
import type { Handlers } from './handlers';

/** One answer has at most so many bytes. */
const MOST_BYTES = 1 << 20;

/** Requests for memory as bytes, as instructions, and as sources. */
export function memoryRequests(debugging: Debugging): Handlers {
  /** What a reference names: addresses are those of the CPU that stopped last where it says nothing else. */
  const placeOf = (text: string, offset: number, { machine } = debugging.running) => {
    const { reference, cpu } = parseThreadReference(machine, text, debugging.presentCpu);
    return { machine, debuggee: machine.guestOf(cpu), cpu, place: parseMemoryReference(reference, offset) };
  };

  return {
    readMemory({ memoryReference: reference, offset = 0, count }) {
      const { machine, debuggee, cpu, place } = placeOf(reference, offset);
      const wanted = Math.min(count, MOST_BYTES);
      const bytes = readSpace(debuggee, cpu, place, wanted);
      const unreadable = bytes.length < wanted ? gap(place.address + BigInt(bytes.length), wanted - bytes.length) : 0;
      return {
        address: threadReference(machine, cpu, memoryReference(place)),
        data: encodeBase64(bytes),
        ...(unreadable > 0 ? { unreadableBytes: unreadable } : {}),
      };
    },

    writeMemory({ memoryReference: reference, offset = 0, data, allowPartial = false }) {
      const { debuggee, cpu, place } = placeOf(reference, offset, debugging.stopped);
      const bytes = decodeBase64(data);
      if (!bytes) throw new RequestError('data is not in base64');
      const present = readSpace(debuggee, cpu, place, bytes.length).length;
      if (present === 0 && bytes.length > 0) throw new RequestError(`there is no memory at ${hex(place.address)}`);
      if (present < bytes.length && !allowPartial)
        throw new RequestError(`there is memory for ${present} of the ${bytes.length} bytes only`);
      const written = writeSpace(debuggee, cpu, place, bytes.subarray(0, present));
      if (written < present) throw new RequestError(`at ${hex(place.address)} is memory of the VMM, not of the guest`);
      const named = [{ memoryReference: reference, offset, count: written }];
      if (written > 0) debugging.written([{ kind: 'memory', ...place, bytes: written }], named);
      return { offset: 0, bytesWritten: written };
    },

    disassemble({ memoryReference: reference, offset = 0, instructionOffset = 0, instructionCount }) {
      const { sources } = debugging.running;
      const { debuggee, cpu, place } = placeOf(reference, offset);
      return {
        instructions: disassembleAround(debuggee, sources, cpu, place.address, instructionOffset, instructionCount),
      };
    },

    loadedSources: () => ({ sources: debugging.running.sources.all() }),

    source: ({ sourceReference, source }) => ({
      content: debugging.running.disassembly.content(source?.sourceReference || sourceReference),
      mimeType: 'text/x-riscv-asm',
    }),
  };
}

/** Bytes to the end of the page that cannot be read: what follows may be readable again. */
function gap(address: bigint, most: number): number {
  return Math.min(most, FRAME - Number(address % BigInt(FRAME)));
}
