import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'mocha';
import { HEADER_FILE } from '../../simulator/hypercalls/header';
import { HYPERCALL_EXTENSION, hypercallList } from '../../simulator/hypercalls/table';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { assembleGuest, makeSystem, type TestConfiguration, type TestSystem } from '../support/guest';
import { assembleVm, makeHost } from '../support/host';
import { Random } from '../support/random';

const NOT_SUPPORTED = -2;
const INVALID_PARAM = -3;
const DENIED = -4;
const LIMIT = 10_000_000;

/** A kernel that does something and powers off; `results` has what it stores there. */
const guest = (body: string): string => `
#include <hyperstep-pv.h>
        .macro  keep
        sd      a0, 0(s0)
        sd      a1, 8(s0)
        addi    s0, s0, 16
        .endm
        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
        la      s0, results
${body}
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        li      a1, 0
        ecall
        .balign 4
trap:   j       trap
        .data
        .balign 8
results: .zero  8192
list:   .zero   8192
`;
async function ran(body: string, configuration: TestConfiguration): Promise<TestSystem & { results(): bigint[] }> {
  const program = await assembleGuest(guest(body));
  const made = makeSystem(program, configuration);
  const at = program.symbols.find(({ name }) => name === 'results')?.value ?? 0n;
  const results = (): bigint[] => {
    const bytes = made.system.readMemory(Number(at), 512) ?? new Uint8Array(512);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: 64 }, (_, index) => view.getBigInt64(8 * index, true));
  };
  return { ...made, results };
}

describe('hypercalls', () => {
  for (const { id: virtualization } of anyGuestEngines) {
    it(`tell their version, and that they are there (${virtualization})`, async () => {
      const { system, results } = await ran(
        `li a0, ${HYPERCALL_EXTENSION.id}\nli a7, 0x10\nli a6, 3\necall\nkeep\nhypercall PV_VERSION\nkeep`,
        { virtualization },
      );
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
      assert.deepEqual(results().slice(0, 4), [0n, 1n, 0n, 0x10000n]);
    });

    it(`are refused where there is none of that number (${virtualization})`, async () => {
      const numbers = Array.from({ length: 16 }, (_, number) => number);
      const missing = numbers.filter((number) => !hypercallList.some((call) => call.number === number));
      const { system, results } = await ran(
        missing.map((number) => `li a0, 0\nli a1, 0\nhypercall ${number}\nkeep`).join('\n'),
        { virtualization },
      );
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
      const errors = results().filter((_, index) => index % 2 === 0);
      assert.deepEqual(
        errors.slice(0, missing.length),
        missing.map(() => BigInt(NOT_SUPPORTED)),
      );
    });

    it(`let a guest wait for its timer, and end itself (${virtualization})`, async () => {
      const waits = `
        rdtime  a0
        addi    a0, a0, 100
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        li      t0, 0x20
        csrw    sie, t0
        rdtime  s1
        li      a0, PV_SCHED_OP_BLOCK
        li      a1, 0
        hypercall PV_SCHED_OP
        keep
        rdtime  a0
        sub     a0, a0, s1
        keep
        li      a0, 99
        hypercall PV_SCHED_OP
        keep
        li      a0, PV_SCHED_OP_CRASH
        hypercall PV_SCHED_OP
        keep`;
      const { system, results } = await ran(waits, { virtualization });
      const stop = system.machine.run({ instructions: LIMIT });
      assert.ok(stop.reason === 'killed' && stop.kind === 'crash', stop.reason);
      const [error, , ticks = 0n, , wrong, , crashed] = results();
      assert.equal(error, 0n);
      assert.ok(ticks >= 90n && ticks <= 110n, `${ticks}`);
      assert.deepEqual([wrong, crashed], [BigInt(INVALID_PARAM), 0n]);
    });

    it(`are made several for one exit, each with its own answer (${virtualization})`, async () => {
      const entries = [
        [0, 0],
        [7, 0],
        [7, 1],
        [7, 4],
        [12, 0],
        [3, 0],
        [7, 77],
      ];
      const fill = entries.map(
        ([number, op], entry) =>
          `li t1, ${number}\nsd t1, ${72 * entry}(t0)\nli t1, ${op}\nsd t1, ${72 * entry + 8}(t0)`,
      );
      const read = entries.map((_, entry) => `ld a0, ${72 * entry + 56}(s2)\nld a1, ${72 * entry + 64}(s2)\nkeep`);
      const { system, results } = await ran(
        `la t0, list\nla s2, list\n${fill.join('\n')}\nla a0, list\nli a1, ${entries.length}\nhypercall PV_MULTICALL\nkeep\n${read.join('\n')}`,
        { virtualization },
      );
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
      const found = results();
      assert.deepEqual(found.slice(0, 2), [0n, BigInt(entries.length)]);
      const errors = entries.map((_, entry) => Number(found[2 + 2 * entry]));
      assert.deepEqual(errors, [0, 0, DENIED, DENIED, DENIED, NOT_SUPPORTED, INVALID_PARAM]);
      assert.equal(found[3], 0x10000n);
      const calls = system.vm?.ledger.counts().find(({ reason }) => reason === 'sbi-call')?.count;
      assert.equal(calls, 2);
    });

    it(`refuse lists that are too long, or not in the guest's memory (${virtualization})`, async () => {
      const lists = [
        ['list', 513],
        ['list + 4', 1],
        [0, 1],
        ['0x80000000', 1],
        [-8, 1],
        ['0x80fffff8', 1],
        ['list', -1],
      ];
      const { system, results } = await ran(
        lists
          .map(([at, count]) => `li a0, ${at}\nli a1, ${count}\nhypercall PV_MULTICALL\nkeep`)
          .join('\n')
          .replaceAll(/li a0, (list[^\n]*)/g, 'la a0, $1'),
        { virtualization },
      );
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
      assert.deepEqual(
        results()
          .filter((_, index) => index % 2 === 0)
          .slice(0, lists.length),
        lists.map(() => BigInt(INVALID_PARAM)),
      );
    });

    it(`pause a machine at its own wish, until it is to go on (${virtualization})`, async () => {
      const { system, results } = await ran('li a0, PV_SCHED_OP_SUSPEND\nhypercall PV_SCHED_OP\nkeep\nli a0, 5\nkeep', {
        virtualization,
        inputOpen: true,
      });
      const stop = system.machine.run({ instructions: LIMIT });
      assert.equal(stop.reason, 'waiting-for-input');
      assert.equal(system.vm?.life.isPaused, true);
      assert.equal(results()[2], 0n);
      assert.equal(system.operate(system.guest, 'unpause'), true);
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
      assert.deepEqual([results()[0], results()[2]], [0n, 5n]);
    });

    it(`survive whatever is in the registers (${virtualization})`, async () => {
      const random = Random.fromEnvironment();
      const value = (): string =>
        `0x${[0n, 1n, 7n, 12n, 0x80f00000n, 0xffffffffffffffffn, BigInt(random.below(2 ** 30))][random.below(7)]?.toString(16)}`;
      const number = (): number => [0, 7, 12, 13, 1, 8][random.below(6)] ?? 0;
      // Neither block, suspend, crash nor a wait for ports: the guest is to come to its end.
      const calls = Array.from({ length: 60 }, () => {
        const call = number();
        const first = call === 7 ? `${[0, 5, 100][random.below(3)]}` : call === 8 ? `${random.below(12)}` : value();
        return `li a0, ${first}\nli a1, ${value()}\nhypercall ${call}`;
      });
      const { system } = await ran(calls.join('\n'), { virtualization, paravirtual: true });
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off', `seed ${random.seed}`);
      assert.deepEqual(system.isolationBreaches(), []);
    });
  }

  it('are none of the firmware of a bare machine', async () => {
    const { system, results } = await ran(
      `li a0, ${HYPERCALL_EXTENSION.id}\nli a7, 0x10\nli a6, 3\necall\nkeep\nhypercall PV_VERSION\nkeep`,
      { virtualization: 'none' },
    );
    assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
    assert.deepEqual(results().slice(0, 3), [0n, 0n, BigInt(NOT_SUPPORTED)]);
  });

  it('give the hart to others that want it', async () => {
    const yields = '.globl _start\n_start: li a0, 0\nli a1, 0\nli a6, 7\nli a7, 0x0a004853\necall\nj _start\n';
    const spins = '.globl _start\n_start: j _start\n';
    const shares = async (first: string): Promise<number> => {
      const { system } = makeHost(
        [await assembleVm('one', 'full', first), await assembleVm('two', 'hardware', spins)],
        {
          scheduler: { kind: 'round-robin', slice: 1_000_000 },
        },
      );
      system.machine.run({ instructions: 4_000_000 });
      const [one, two] = system.hypervisor?.vms ?? [];
      return (one?.retired ?? 0) / (two?.retired ?? 1);
    };
    assert.ok((await shares(spins)) > 0.5);
    assert.ok((await shares(yields)) < 0.001);
  });

  describe('in C and in assembly, by gcc and as', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-pv-'));
    after(() => rmSync(folder, { recursive: true, force: true }));

    it('have one header, which a compiler takes as it is', function () {
      if (spawnSync('riscv64-linux-gnu-gcc', ['--version']).error) this.skip();
      const file = (name: string, text: string): string => {
        writeFileSync(path.join(folder, name), text);
        return path.join(folder, name);
      };
      const c = file('a.c', '#include "hyperstep-pv.h"\nlong f(void) { return pv_call(PV_VERSION, 0, 0).value; }\n');
      const s = file('b.S', '#include "hyperstep-pv.h"\nf: li a0, PV_SCHED_OP_YIELD\n hypercall PV_SCHED_OP\n ret\n');
      for (const source of [c, s]) {
        const words = ['-Wall', '-Werror', '-I', path.dirname(HEADER_FILE), '-c', source, '-o', `${source}.o`];
        const { status, stderr } = spawnSync('riscv64-linux-gnu-gcc', words, { encoding: 'utf8' });
        assert.equal(status, 0, stderr);
      }
      assert.match(readFileSync(HEADER_FILE, 'utf8'), /#define PV_EXTENSION +0x0a004853/);
    });
  });
});
