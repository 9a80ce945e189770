import { sites } from 'hyperstep:sites';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { withoutSpace } from '../../simulator/object/spaces';
import type { DebuggedMachine } from '../debugged-machine';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { beginningBefore } from '../inspect/code/code-items';
import { parseMemoryReference } from '../inspect/memory';
import { parseThreadReference, threadReference } from '../inspect/thread-reference';
import { isAssembly } from '../program/code-lines';
import { afterPrologue, breakpointAddresses } from '../program/prologue';
import type { Sources } from '../program/sources';
import type { BreakpointTarget, CodePlace } from './breakpoint';

/** Where a wanted breakpoint is, and what the client is told of it. */
export interface Located {
  readonly target: BreakpointTarget;
  readonly shown: Omit<DebugProtocol.Breakpoint, 'id' | 'verified'>;
}

/** A breakpoint at a source line (from 1): of the guest, by its line table; of the VMM, by the site table. */
export function locateInSource(debuggee: Debuggee, sources: Sources, path: string, line: number): Located {
  const source = sources.find(path);
  switch (source.kind) {
    case 'guest':
      return locateLine(debuggee, sources, source.file, line);
    case 'vmm':
      return locateSite(sources, source.file, line);
    case 'unknown':
      return unverified(line, whyUnknown(path));
  }
}

function locateLine(debuggee: Debuggee, sources: Sources, file: string, line: number): Located {
  const found = debuggee.lines.locate(file, line - 1);
  if (!found) return unverified(line, 'there is no code at this line or after it');
  const addresses = isAssembly(file)
    ? found.addresses
    : breakpointAddresses(debuggee, debuggee.lines.statementsOf(file, found.line));
  const places = addresses.map((address) => placeOf(debuggee, address));
  const inBody = addresses.every((address) => debuggee.lines.isInBody(address, file, found.line));
  const [first] = addresses;
  return {
    target: { kind: 'code', places, ...(inBody ? { inBody } : {}) },
    shown: {
      source: sources.guest(file),
      line: found.line + 1,
      ...(first === undefined ? {} : { instructionReference: referenceIn(debuggee, first) }),
    },
  };
}

/** The steps of a handler at a line, else those at the next line of the same function that has one. */
function locateSite(sources: Sources, file: string, line: number): Located {
  const around = sites.filter(
    ({ file: other, functionLines: [first, last] }) => other === file && first <= line && line <= last,
  );
  // Of functions in one another, the innermost begins last.
  const start = Math.max(...around.map(({ functionLines: [first] }) => first));
  const own = around.filter(({ functionLines: [first] }) => first === start);
  const steps = own.filter((site) => site.kind === 'step' && site.endLine >= line);
  const next = Math.min(...steps.map((site) => site.line));
  const there = steps.filter((site) => site.line === next);
  if (!own[0]) return unverified(line, 'this line is in no function of the VMM that makes steps');
  if (there.length === 0) return unverified(line, `no step of ${own[0].function} is at this line or after it`);
  return {
    target: { kind: 'vmm', sites: new Set(there.map(({ id }) => id)) },
    shown: { source: sources.vmm(file), line: next },
  };
}

/** A function or any other symbol, or an expression `symbol+8`, or an address. */
export function locateFunction(debuggee: Debuggee, sources: Sources, name: string): Located {
  const [, symbolName = '', offset = '0'] = /^\s*([^\s+]+)\s*(?:\+\s*(0x[\da-fA-F]+|\d+))?\s*$/.exec(name) ?? [];
  const symbol = debuggee.symbols.named(symbolName);
  const address = symbol ? symbol.value + BigInt(offset) : addressIn(symbolName);
  if (address === undefined) return unverified(undefined, `nothing is called '${name.trim()}'`);
  return locateAddress(debuggee, sources, offset === '0' ? afterPrologue(debuggee, address) : address);
}

function addressIn(text: string): bigint | undefined {
  return /^0x[\da-f]{1,16}$/i.test(text) ? BigInt(text) : undefined;
}

/** @throws RequestError when it is no memory reference */
export function locateInstruction(machine: DebuggedMachine, sources: Sources, text: string, offset: number): Located {
  const { reference, cpu } = parseThreadReference(machine, text, machine.firstCpu);
  const { address } = parseMemoryReference(reference, offset);
  // What names no guest is meant of every one.
  const guests = reference === text ? machine.guests : [machine.guestOf(cpu)];
  return inEachGuest({ guests }, (guest) => locateAddress(guest, sources, address));
}

export function locateAddress(debuggee: Debuggee, sources: Sources, address: bigint): Located {
  const problem = whyNoInstruction(debuggee, address);
  if (problem !== undefined) return unverified(undefined, problem);
  const line = debuggee.lines.at(debuggee.loadMap.linked(address));
  return {
    target: { kind: 'code', places: [placeOf(debuggee, address)] },
    shown: {
      instructionReference: referenceIn(debuggee, address),
      ...(line ? { source: sources.guest(line.file), line: line.line + 1 } : {}),
    },
  };
}

/** An instruction as clients name it. */
function referenceIn({ machine, cpus: [cpu] }: Debuggee, address: bigint): string {
  return cpu ? threadReference(machine, cpu, hex(address)) : hex(address);
}

/** Why no instruction can be executed at an address, as far as that is known. */
function whyNoInstruction(debuggee: Debuggee, address: bigint): string | undefined {
  if (address & 1n) return 'an instruction begins at an even address';
  const [cpu] = debuggee.cpus;
  const { layout, loadMap } = debuggee;
  if (!cpu) return undefined;
  if (debuggee.instructionAt(cpu, address) === undefined)
    return loadMap.isLinked(address) ? undefined : `there is no memory at ${hex(address)}`;
  if (layout.isData(loadMap.linked(address))) return undefined;
  const inside = beginningBefore(debuggee, cpu, address);
  return inside === undefined ? undefined : `this is in the midst of the instruction at ${hex(inside)}`;
}

/** Where a linked address is for CPUs: by its number, and where its bytes are loaded, if the program has any. */
function placeOf(debuggee: Debuggee, linked: bigint): CodePlace {
  const { loadMap } = debuggee;
  const loaded = loadMap.toLoaded(linked);
  const virtual = withoutSpace(linked);
  // What another program has there too is this place only where it is the one that is there.
  const shared = loadMap.linkedAt(virtual).length > 1 ? { linked } : {};
  return { debuggee, virtual, ...shared, ...(loaded === undefined ? {} : { physical: Number(loaded) }) };
}

/**
 * What several guests may have: wherever there is code for it, it is there. What a client is told is of the first of these.
 * @param locate in one guest
 */
export function inEachGuest(
  { guests }: Pick<DebuggedMachine, 'guests'>,
  locate: (debuggee: Debuggee) => Located,
): Located {
  const [first = unverified(undefined, 'there is no guest'), ...others] = guests.map(locate);
  const found = [first, ...others].filter(({ target }) => target.kind !== 'none');
  const [told = first] = found;
  const { target } = told;
  if (target.kind !== 'code') return told;
  const places = found.flatMap((each) => (each.target.kind === 'code' ? each.target.places : []));
  return { ...told, target: { ...target, places } };
}

export function unverified(line: number | undefined, message: string): Located {
  return { target: { kind: 'none' }, shown: { ...(line === undefined ? {} : { line }), message } };
}

function whyUnknown(path: string): string {
  return /\.[cm]?[jt]sx?$/.test(path)
    ? 'this file is no source of the VMM: breakpoints in TypeScript are for the files under simulator/firmware and simulator/hypervisor'
    : 'this file is no part of the program that runs';
}
