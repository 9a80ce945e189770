import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Wanted } from '../breakpoints/book';
import type { Conditions } from '../breakpoints/breakpoint';
import { dataBreakpointInfo, locateData } from '../breakpoints/data';
import { ExceptionFilters } from '../breakpoints/exceptions';
import {
  inEachGuest,
  locateAddress,
  locateFunction,
  locateInSource,
  locateInstruction,
  unverified,
} from '../breakpoints/locate';
import { lineSites } from '../breakpoints/vmm-lines';
import type { Debugging } from '../debugging';
import { RequestError } from '../request-error';
import type { Handlers } from './handlers';

/** Requests that say where to stop. They may come at any time, also while the machine runs or before it exists. */
export function breakpointRequests(debugging: Debugging): Handlers {
  const { book } = debugging;

  const set = async (group: string, wanted: readonly Wanted[]): Promise<DebugProtocol.Breakpoint[]> => {
    await debugging.loading;
    const breakpoints = book.set(group, wanted);
    debugging.breakpointsChanged();
    return breakpoints;
  };

  return {
    async setBreakpoints({ source, breakpoints = [] }) {
      const wanted = breakpoints.map((each): Wanted => {
        const { path, sourceReference } = source;
        return {
          reason: 'breakpoint',
          conditions: conditionsOf(each),
          key: keyOf(each.line, each.column, each),
          locate(machine, sources) {
            if (path !== undefined && !sourceReference)
              return inEachGuest(machine, (guest) => locateInSource(guest, sources, path, each.line));
            const found = debugging.running.disassembly.addressOf(sourceReference ?? 0, each.line);
            if (!found) return unverified(each.line, 'no instruction is at this line');
            return locateAddress(found.debuggee, sources, found.address);
          },
        };
      });
      return { breakpoints: await set(`source ${source.sourceReference || source.path || ''}`, wanted) };
    },

    async setFunctionBreakpoints({ breakpoints }) {
      const wanted = breakpoints.map(
        (each): Wanted => ({
          reason: 'function breakpoint',
          conditions: conditionsOf(each),
          key: keyOf(each.name, '', each),
          locate: (machine, sources) => inEachGuest(machine, (guest) => locateFunction(guest, sources, each.name)),
        }),
      );
      return { breakpoints: await set('functions', wanted) };
    },

    async setInstructionBreakpoints({ breakpoints }) {
      const wanted = breakpoints.map(
        (each): Wanted => ({
          reason: 'instruction breakpoint',
          conditions: conditionsOf(each),
          key: keyOf(each.instructionReference, each.offset, each),
          locate: (machine, sources) =>
            locateInstruction(machine, sources, each.instructionReference, each.offset ?? 0),
        }),
      );
      return { breakpoints: await set('instructions', wanted) };
    },

    async setDataBreakpoints({ breakpoints }) {
      const wanted = breakpoints.map(
        (each): Wanted => ({
          reason: 'data breakpoint',
          conditions: conditionsOf(each),
          key: keyOf(each.dataId, each.accessType, each),
          locate: (machine) => locateData(machine, each.dataId, each.accessType ?? 'write'),
        }),
      );
      return { breakpoints: await set('data', wanted) };
    },

    dataBreakpointInfo: (args) => dataBreakpointInfo(debugging, args),

    setExceptionBreakpoints({ filters, filterOptions = [] }) {
      const all = [...filters, ...filterOptions.map(({ filterId }) => filterId)];
      const conditions = new Map(filterOptions.map(({ filterId, condition = '' }) => [filterId, condition]));
      book.filters = ExceptionFilters.of(all, conditions);
      debugging.breakpointsChanged();
      return { breakpoints: all.map(() => ({ verified: true })) };
    },

    breakpointLocations({ source, line, endLine = line }) {
      const { machine, sources } = debugging.running;
      const found = source.path === undefined ? undefined : sources.find(source.path);
      if (found?.kind === 'guest') {
        const lines = machine.guests.flatMap((guest) => guest.lines.linesWithCode(found.file, line - 1, endLine - 1));
        return { breakpoints: [...new Set(lines)].sort((a, b) => a - b).map((each) => ({ line: each + 1 })) };
      }
      if (found?.kind === 'vmm') return { breakpoints: lineSites(found.file, line, endLine) };
      return { breakpoints: [] };
    },

    exceptionInfo({ threadId }) {
      const { cpu } = debugging.thread(threadId);
      const { lastStop } = debugging;
      if (cpu !== lastStop?.cpu || !lastStop.exception) throw new RequestError('no exception has stopped this thread');
      const { id, description } = lastStop.exception;
      return { exceptionId: id, description, breakMode: 'always' };
    },
  };
}

function conditionsOf({ condition, hitCondition, logMessage }: Conditions): Conditions {
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(hitCondition === undefined ? {} : { hitCondition }),
    ...(logMessage === undefined ? {} : { logMessage }),
  };
}

function keyOf(place: unknown, detail: unknown, { condition, hitCondition, logMessage }: Conditions): string {
  return JSON.stringify([place, detail, condition, hitCondition, logMessage]);
}
