import type { BreakpointBook } from '../../breakpoints/book';
import type { Debuggee } from '../../debuggee';
import type { Running } from '../../debugging';
import { hex } from '../../format';
import type { MemoryMarkKind } from '../../protocol';
import { ENTRY_SIZE, firstAddress, firstGuestPhysical, isValid, readEntry } from '../page-entries';
import { virtioDevices } from '../queues';
import { contentOf } from '../walk-problem';
import { type FoundTable, tablesIn, tableTrees } from './table-trees';

/** Bytes with a meaning to the machine. */
export interface Range {
  readonly kind: MemoryMarkKind;
  /** A machine address, or of the guest's own memory what the guest calls physical. */
  readonly of: 'machine' | 'guest';
  readonly start: number;
  /** In bytes. */
  readonly length: number;
  readonly text: string;
  /** As in `MemoryMark`. */
  readonly entry?: number;
  readonly maps?: bigint;
}

/** Whether any byte of a range of machine memory is looked at. */
type IsSeen = (hpa: number, length: number) => boolean;

/** What is watched: the data breakpoints in memory. */
export function watchedRanges(book: BreakpointBook): Range[] {
  return book.bound.flatMap(({ target }): Range[] => {
    if (target.kind !== 'memory') return [];
    const { hpa, length, read, write, name } = target;
    const access = read && write ? 'read or written' : read ? 'read' : 'written';
    return [{ kind: 'watched', of: 'machine', start: hpa, length, text: `${name}: stops when it is ${access}` }];
  });
}

/** What a guest's drivers and its virtio devices share: rings, descriptors, and the buffers of the chains that are there. */
export function queueRanges(debuggee: Debuggee): Range[] {
  const shown = virtioDevices(debuggee);
  return debuggee.guest.board.virtio.flatMap((transport, slot) => {
    const device = shown.find((each) => each.slot === slot);
    return transport.queues.flatMap((queue): Range[] => {
      if (!device || !queue.state.ready) return [];
      const of = `queue ${queue.index} of ${device.name}`;
      const { lengths } = queue;
      const part = (start: number, length: number, text: string): Range => {
        return { kind: 'queue', of: 'guest', start, length, text: `${text} of ${of}` };
      };
      const buffers = device.queues.find(({ index }) => index === queue.index)?.descriptors ?? [];
      return [
        part(queue.descriptorTable, lengths.descriptorTable, 'the descriptor table'),
        part(queue.availableRing, lengths.availableRing, 'the available ring'),
        part(queue.usedRing, lengths.usedRing, 'the used ring'),
        ...buffers.map(
          ({ index, gpa, length, flags }): Range => ({
            kind: 'buffer',
            of: 'guest',
            start: Number(gpa),
            length,
            text: `the buffer of descriptor ${index}, ${of}, which the device ${flags.includes('write') ? 'writes' : 'reads'}`,
          }),
        ),
      ];
    });
  });
}

/** Page tables, and each entry of theirs that is valid. @returns whether all were looked through */
export function tableRanges(
  running: Running,
  debuggee: Debuggee,
  isSeen: IsSeen,
): { readonly ranges: Range[]; readonly isWhole: boolean } {
  const found = tableTrees(running, debuggee).map((tree) => tablesIn(debuggee, tree, isSeen));
  return {
    ranges: found.flatMap(({ tables }) => tables.flatMap((table) => rangesOf(debuggee, table, isSeen))),
    isWhole: found.every(({ isWhole }) => isWhole),
  };
}

function rangesOf(debuggee: Debuggee, { tree, level, path, hpa, entries }: FoundTable, isSeen: IsSeen): Range[] {
  const { ram } = debuggee.system.machine.core;
  const { kind, whose, rootLevel } = tree;
  const firstOf = kind === 'second-stage table' ? firstGuestPhysical : firstAddress;
  const of = { kind, of: 'machine' as const };
  const whole = `${path.length === 0 ? 'the root, of level' : 'a table of level'} ${level}, ${whose}`;
  const ranges: Range[] = [
    { ...of, start: hpa, length: entries * ENTRY_SIZE, text: whole, maps: firstOf(path, rootLevel) },
  ];
  for (let index = 0; index < entries; index++) {
    const start = hpa + index * ENTRY_SIZE;
    if (!isSeen(start, ENTRY_SIZE)) continue;
    const entry = readEntry(ram, start);
    if (!isValid(entry)) continue;
    const maps = firstOf([...path, index], rootLevel);
    const text = `entry ${index}, of ${hex(maps)}: ${contentOf(entry)}`;
    ranges.push({ ...of, start, length: ENTRY_SIZE, text, entry: index, maps });
  }
  return ranges;
}
