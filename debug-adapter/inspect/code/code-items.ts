import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { Debuggee } from '../../debuggee';
import { assembly } from '../exit-text';

/** What is at an address: an instruction, a few bytes of data, or nothing that can be read. */
export interface CodeItem {
  readonly address: bigint;
  readonly kind: 'instruction' | 'data' | 'nothing';
  readonly length: bigint;
}

const WORD = 4n;
/** So far back instructions are read to find where one begins, in bytes. */
const REACH = 4096n;
/** Where nothing is known of code: after so many bytes the reading has fallen into step. */
const STEP = 128n;

/** What is at an address, which is taken as a beginning unless the program says that it is in the midst of an instruction. */
export function itemAt(debuggee: Debuggee, cpu: CpuState, address: bigint): CodeItem {
  const inside = beginningBefore(debuggee, cpu, address);
  if (inside !== undefined) {
    const whole = itemFrom(debuggee, cpu, inside);
    return { address, kind: 'data', length: inside + whole.length - address };
  }
  return itemFrom(debuggee, cpu, address);
}

/** The beginning of the instruction in the midst of which an address is, by what is known of the program; undefined when it is in none. */
export function beginningBefore(debuggee: Debuggee, cpu: CpuState, address: bigint): bigint | undefined {
  const linked = debuggee.linked(cpu, address);
  const start = debuggee.layout.startAt(linked);
  if (start === undefined || start === linked || linked - start > REACH || isData(debuggee, cpu, linked))
    return undefined;
  const [last] = itemsBetween(debuggee, cpu, address - (linked - start), address + 1n).slice(-1);
  return last && last.address !== address && last.kind === 'instruction' ? last.address : undefined;
}

/** What begins at an address that is known as a beginning. It ends where the program says that something else begins. */
export function itemFrom(debuggee: Debuggee, cpu: CpuState, address: bigint): CodeItem {
  const linked = debuggee.linked(cpu, address);
  const next = debuggee.layout.startAfter(linked);
  const room = next === undefined ? WORD : next - linked;
  const within = (length: bigint): bigint => (room < length ? room : length);
  if (debuggee.hostAddress(cpu, address) === undefined)
    return { address, kind: 'nothing', length: 2n - (address & 1n) };
  const word = address & 1n ? undefined : debuggee.instructionAt(cpu, address);
  const length = word === undefined ? 0n : (word & 3) === 3 ? 4n : 2n;
  if (word === undefined || isData(debuggee, cpu, linked) || room < length)
    return { address, kind: 'data', length: within(WORD - (address & (WORD - 1n))) };
  return { address, kind: 'instruction', length };
}

/** What is data by the program is code all the same where the CPU executes it. */
function isData(debuggee: Debuggee, cpu: CpuState, linked: bigint): boolean {
  const { layout } = debuggee;
  if (!layout.isData(linked)) return false;
  const pc = debuggee.linked(cpu, cpu.pc);
  return layout.startAt(pc) !== layout.startAt(linked);
}

/** What begins from one address up to another one. */
function itemsBetween(debuggee: Debuggee, cpu: CpuState, start: bigint, end: bigint): CodeItem[] {
  const items: CodeItem[] = [];
  for (let at = start; at < end; ) {
    const item = itemFrom(debuggee, cpu, at);
    items.push(item);
    at += item.length;
  }
  return items;
}

/**
 * What stands before an address, the last things of it first to last. Code cannot be read backwards: it is read forwards from a known
 * beginning, else from so far back that the reading has fallen into step. Empty when nothing can be read there.
 */
export function itemsBefore(debuggee: Debuggee, cpu: CpuState, end: bigint): CodeItem[] {
  if (end <= 0n || debuggee.hostAddress(cpu, end - 1n) === undefined) return [];
  const linked = debuggee.linked(cpu, end - 1n) + 1n;
  const start = debuggee.layout.startAt(linked, true);
  if (start !== undefined && linked - start <= REACH)
    return cut(itemsBetween(debuggee, cpu, end - (linked - start), end), end);
  for (let back = STEP; back > 0n; back -= 2n) {
    const at = end - back;
    if (at < 0n || debuggee.hostAddress(cpu, at) === undefined) continue;
    const items = itemsBetween(debuggee, cpu, at, end);
    const last = items.at(-1);
    if (last && last.address + last.length === end) return items;
  }
  return [{ address: end - 1n - ((end - 1n) & 1n), kind: 'data', length: 1n + ((end - 1n) & 1n) }];
}

/** The last item ends where the next one is said to begin. */
function cut(items: readonly CodeItem[], end: bigint): CodeItem[] {
  const last = items.at(-1);
  if (!last || last.address + last.length <= end) return [...items];
  return [...items.slice(0, -1), { ...last, kind: 'data', length: end - last.address }];
}

/** The bytes of an instruction or of data, last one first, and what they are in assembly. */
export function contentOf(
  debuggee: Debuggee,
  cpu: CpuState,
  { address, kind, length }: CodeItem,
): { readonly digits: string; readonly text: string } {
  const bytes = debuggee.readVirtual(cpu, address, Number(length));
  const digits = [...bytes]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const text = kind === 'data' ? dataText(bytes, digits) : assembly(debuggee, Number.parseInt(digits, 16), address);
  return { digits, text };
}

const directives: { readonly [length: number]: string } = { 1: '.byte', 2: '.2byte', 4: '.4byte' };

/** Bytes that are no instruction, as the assembler takes them. */
function dataText(bytes: Uint8Array, digits: string): string {
  const directive = directives[bytes.length];
  if (directive) return `${directive} 0x${digits}`;
  return `.byte ${[...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')}`;
}
