import assert from 'node:assert/strict';
import { assembleGuest, makeSystem, type TestConfiguration } from '../../support/guest';
import { portedStart } from '../../support/ported-guest';

const LIMIT = 1_000_000;

interface RanConfiguration extends TestConfiguration {
  /** Typed one after the other, each when the guest waits. */
  readonly input?: readonly string[];
}

/** Runs a ported kernel that puts doublewords behind `results` by the macro `keep`. */
export async function ran(body: string, { input = [], ...configuration }: RanConfiguration = {}) {
  const program = await assembleGuest(`
        .macro  keep reg
        la      t2, next
        ld      t1, (t2)
        sd      \\reg, (t1)
        addi    t1, t1, 8
        sd      t1, (t2)
        .endm
${portedStart}
${body}
        .data
        .balign 4096
results: .zero  2048
next:   .dword  results
        .balign 4096
other:  .zero   4096
more:   .zero   4096
`);
  const made = makeSystem(program, { virtualization: 'para', ...configuration });
  let outcome = made.system.machine.run({ instructions: LIMIT });
  for (const text of input) {
    made.system.input(new TextEncoder().encode(text));
    outcome = made.system.machine.run({ instructions: LIMIT });
  }
  const at = (symbol: string): number => Number(program.symbols.find(({ name }) => name === symbol)?.value ?? 0n);
  const results = (count: number): bigint[] => {
    const bytes = made.system.readMemory(at('results'), count * 8) ?? new Uint8Array(count * 8);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: count }, (_, index) => view.getBigUint64(index * 8, true));
  };
  assert.deepEqual(made.system.isolationBreaches(), []);
  return { ...made, outcome, results, at: (symbol: string) => BigInt(at(symbol)) };
}
