import { sites } from 'hyperstep:sites';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { Csr, csrNamed, registerNamed } from '../../simulator/isa/index';
import type { Inspected } from '../debugging';
import { hex } from '../format';
import { stepText } from '../inspect/frames/handler-frames';
import type { StackFrame } from '../inspect/frames/stack';
import { ValueView } from '../inspect/values/values';
import type { InlineValue } from '../protocol';

const MOST_LINES = 500;

/** Values beside the lines `first` to `last` (from 1) of a source, for a frame. */
export function inlineValues(
  running: Inspected,
  frame: StackFrame,
  path: string,
  first: number,
  last: number,
): InlineValue[] {
  const source = running.sources.find(path);
  if (source.kind === 'vmm' && frame.kind !== 'guest') return narratedLines(frame, source.file, first, last);
  if (source.kind === 'guest' && frame.kind === 'guest')
    return guestLines(running, frame.cpu, source.file, first, last);
  return [];
}

/** What the handler has said at each line, and what it says next. */
function narratedLines(
  { handler }: Exclude<StackFrame, { kind: 'guest' }>,
  file: string,
  first: number,
  last: number,
): InlineValue[] {
  const lines = new Map<number, string>();
  for (const step of handler.trail) {
    const site = sites[step.site];
    if (site?.file === file && site.line >= first && site.line <= last) lines.set(site.line, stepText(step));
  }
  return [...lines].map(([line, text]) => ({ line, text })).sort((a, b) => a.line - b.line);
}

/** Beside the line at which the guest stands, and the instructions just before it: the registers that they name. */
function guestLines(running: Inspected, cpu: CpuState, file: string, first: number, last: number): InlineValue[] {
  const { debuggee } = running;
  const here = debuggee.lines.at(debuggee.linked(cpu, cpu.pc));
  if (here?.file !== file) return [];
  const values: InlineValue[] = [];
  const from = Math.max(first, last - MOST_LINES);
  for (const line of debuggee.lines.linesWithCode(file, from - 1, last - 1)) {
    if (line > here.line || here.line - line > 3) continue;
    const text = [...namesAt(running, file, line)]
      .map((name) => `${name} = ${currentValue(running, cpu, name)}`)
      .join(', ');
    if (text !== '') values.push({ line: line + 1, text });
  }
  return values;
}

/** The registers and CSRs that the instructions of a line name. */
function namesAt({ debuggee }: Inspected, file: string, line: number): Set<string> {
  const names = new Set<string>();
  for (const row of debuggee.program.lines.rowsOfLine(file, line).slice(0, 8)) {
    const [cpu] = debuggee.cpus;
    if (!cpu) continue;
    for (const word of debuggee.operandsAt(cpu, row.address)) {
      const isRegister = registerNamed(word)?.file === 'x' && word !== 'zero';
      if (isRegister || csrNamed(word)) names.add(word);
    }
  }
  return names;
}

function currentValue({ debuggee }: Inspected, cpu: CpuState, name: string): string {
  const view = new ValueView(debuggee, cpu);
  const register = registerNamed(name);
  if (register?.file === 'x') return view.word(cpu.x(register.number));
  // With V = 1 an instruction that names satp means vsatp.
  const named = csrNamed(name);
  const csr = cpu.virtual ? (named?.virtual ?? named) : named;
  const value = csr && cpu.readCsr(csr.number);
  if (!csr || value === undefined) return 'none';
  const shadow = csr === Csr.satp ? debuggee.shadowOf(cpu) : undefined;
  return shadow ? `${satpWords(value)}, shadow root ${hex(shadow.root)}` : view.csr(csr, value);
}

function satpWords(satp: bigint): string {
  return satp >> 60n === 0n ? 'Bare' : `Sv39, ppn ${hex(satp & 0xfffffffffffn)}`;
}
