import assert from 'node:assert/strict';
import type { Overcommit } from '../../simulator/hypervisor/memory/host-memory';
import type { Vm } from '../../simulator/hypervisor/vm';
import { FRAME } from '../../simulator/mmu/address';
import { assembleGuest } from './guest';
import { makeHost, type TestHost, type TestHostConfiguration, type TestVm } from './host';
import { hostMemoryFor } from './host-memory';

export const CALLERS_MEMORY = 16 * 2 ** 20;
const RESULTS = 64;

/** One hypercall `memory`: an operation on a list, given as its entries, or as address and length. */
export interface MemoryCall {
  readonly op: 'INCREASE' | 'DECREASE' | 'TARGET' | 'MAXIMUM' | number;
  readonly list?: readonly (number | bigint)[];
  readonly at?: string;
  readonly count?: number;
  /** Instructions before it, and behind it. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * Makes calls one after the other, and waits for ever: of each error and value are kept, and by the macro `keep` a0 and a1. Of traps cause and
 * address are kept, and the instruction is skipped.
 */
export function makingCalls(calls: readonly MemoryCall[]): string {
  const bodies = calls.map(({ op, list = [], at, count = list.length, before = '', after = '' }, index) => {
    const operation = typeof op === 'number' ? `${op}` : `PV_MEMORY_${op}`;
    const address = at === undefined ? `la a1, list${index}` : `li a1, ${at}`;
    return `${before}\nli a0, ${operation}\n${address}\nli a2, ${count}\nhypercall PV_MEMORY\nkeep\n${after}`;
  });
  const lists = calls.map(({ list = [] }, index) => `list${index}: .dword ${[...list, 0].join(', ')}`);
  return `
#include <hyperstep-pv.h>
        .option norvc
        .macro  keep
        sd      a0, 0(s0)
        sd      a1, 8(s0)
        addi    s0, s0, 16
        .endm
        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
        la      s0, results
${bodies.join('\n')}
        csrw    sie, zero
1:      wfi
        j       1b
        .balign 4
trap:   csrr    a0, scause
        csrr    a1, stval
        keep
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
        .data
        .balign 8
results: .zero  ${16 * RESULTS}
${lists.join('\n')}
`;
}

export interface RanCalls extends TestHost {
  readonly vm: Vm;
  /** What was kept, in pairs. */
  readonly results: readonly (readonly [bigint, bigint])[];
}

/** Runs a guest of such calls as a host's only VM until it waits, and looks after each part that it is isolated. @param pool frames of memory on demand */
export async function runCalls(
  calls: readonly MemoryCall[],
  vm: Partial<TestVm>,
  overcommit: Overcommit,
  { pool = 2048, ...rest }: TestHostConfiguration & { readonly pool?: number } = {},
): Promise<RanCalls> {
  const program = await assembleGuest(makingCalls(calls));
  const made = { name: 'vm', memory: CALLERS_MEMORY, program, ...vm };
  const memory = hostMemoryFor([made], overcommit) + (overcommit === 'refuse' ? 0 : pool * FRAME);
  const host = makeHost([made], { memory, overcommit, ...rest });
  const { system } = host;
  for (let part = 0; part < 4000 && !system.machine.finished; part++) {
    system.machine.run({ instructions: 997 });
    assert.deepEqual(system.isolationBreaches(), []);
  }
  assert.equal(system.machine.finished?.reason, 'waiting-forever');
  const at = program.symbols.find(({ name }) => name === 'results')?.value ?? 0n;
  const bytes = system.readMemory(Number(at), 16 * RESULTS);
  assert.ok(bytes && system.vm);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const results = Array.from({ length: RESULTS }, (_, index) => {
    return [view.getBigInt64(16 * index, true), view.getBigInt64(16 * index + 8, true)] as const;
  });
  return { ...host, vm: system.vm, results };
}
