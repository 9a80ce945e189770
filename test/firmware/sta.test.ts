import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { FIRMWARE_MEMORY } from '../../simulator/machine/memory-map';
import { ANY_GUEST_VIRTUALIZATIONS, ConfigurationError } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { SBI_MACRO } from '../support/guest-text';
import { makeHost } from '../support/host';

const STA = '0x535441';
const ALL_ONES = '0xffffffffffffffff';
const S = { s0: 8, s1: 9, s2: 18, s3: 19 } as const;
const MIB = 2 ** 20;
const MEMORY = 6 * MIB;
const END = 0x8000_0000 + MEMORY;
const FIRMWARE_END = FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size;
const hex = (value: number): string => `0x${value.toString(16)}`;

const [SUCCESS, NOT_SUPPORTED, INVALID_PARAM, INVALID_ADDRESS] = [0n, -2n, -3n, -5n];

/** The errors of SBI 3.0, table "STA Set Steal-time Shared Memory Address Errors". */
const CALLS: readonly [what: string, low: string, high: string, flags: string, error: bigint][] = [
  ['memory of its own', '0x80400040', '0', '0', SUCCESS],
  ['the first of it', hex(FIRMWARE_END), '0', '0', SUCCESS],
  ['the last of it', hex(END - 64), '0', '0', SUCCESS],
  ['all ones', ALL_ONES, ALL_ONES, '0', SUCCESS],
  ['a flag', '0x80400000', '0', '1', INVALID_PARAM],
  ['a flag of the upper half', '0x80400000', '0', '1 << 32', INVALID_PARAM],
  ['all ones with a flag', ALL_ONES, ALL_ONES, '1', INVALID_PARAM],
  ['a flag, and no memory', '0', '0', '2', INVALID_PARAM],
  ['half of an alignment', '0x80400020', '0', '0', INVALID_PARAM],
  ['a byte beyond', '0x80400041', '0', '0', INVALID_PARAM],
  ['the lower half all ones', ALL_ONES, '0', '0', INVALID_PARAM],
  ['the upper half all ones', '0x80400000', ALL_ONES, '0', INVALID_ADDRESS],
  ['an upper half', '0x80400000', '1', '0', INVALID_ADDRESS],
  ['the end of RAM', hex(END), '0', '0', INVALID_ADDRESS],
  ['memory of another VM, as the machine has it', '0x80c00000', '0', '0', INVALID_ADDRESS],
  ["the firmware's memory", hex(FIRMWARE_MEMORY.base), '0', '0', INVALID_ADDRESS],
  ["the last of the firmware's memory", hex(FIRMWARE_END - 64), '0', '0', INVALID_ADDRESS],
  ['the CLINT', '0x02000000', '0', '0', INVALID_ADDRESS],
  ['the UART', '0x10000000', '0', '0', INVALID_ADDRESS],
  ['nothing', '0', '0', '0', INVALID_ADDRESS],
  ['an address beyond numbers', '0x8000000080400000', '0', '0', INVALID_ADDRESS],
  ['the highest address', '0xffffffffffffffc0', '0', '0', INVALID_ADDRESS],
];

const call = (low: string, high: string, flags: string, function_ = 0): string => `
        li      a0, ${low}
        li      a1, ${high}
        li      a2, ${flags}
        sbi     ${STA}, ${function_}
`;
const ENDS = '        sbi     8, 0\n';
const PROBES = `        li      a0, ${STA}\n        sbi     0x10, 3\n        mv      s0, a0\n        mv      s1, a1\n`;

for (const { id: engine } of anyGuestEngines)
  describe(`steal-time accounting, as it is called (${engine})`, () => {
    const run = async (body: string) => {
      const program = await assembleGuest(`${SBI_MACRO}\n_start:\n${body}\n${ENDS}`);
      const other = await assembleGuest('_start: li a7, 8\n ecall');
      const { system } = makeHost([
        { name: 'it', engine, program, stealTime: true, memory: MEMORY },
        { name: 'other', engine, program: other },
      ]);
      assert.equal(system.machine.run({ instructions: 100_000 }).reason, 'power-off');
      assert.deepEqual(system.isolationBreaches(), []);
      const cpu = system.guest.cpus[0];
      const registers = (...names: (keyof typeof S)[]) => names.map((name) => BigInt.asIntN(64, cpu?.x(S[name]) ?? 0n));
      return { system, registers };
    };

    it('is there', async () => {
      assert.deepEqual((await run(PROBES)).registers('s0', 's1'), [0n, 1n]);
    });

    for (const [what, low, high, flags, error] of CALLS)
      it(`answers ${error} of ${what}, and 0 as the value`, async () => {
        const { registers } = await run(`${call(low, high, flags)}        mv s0, a0\n        mv s1, a1`);
        assert.deepEqual(registers('s0', 's1'), [error, 0n]);
      });

    it('has one function', async () => {
      const { registers } = await run(`${call('0x80400000', '0', '0', 1)}        mv s0, a0`);
      assert.deepEqual(registers('s0'), [NOT_SUPPORTED]);
    });

    it('zeroes 64 bytes and no more, and nothing where it refuses', async () => {
      const fill = (at: string): string => `
        li      t0, ${at} - 8
        li      t1, ${at} + 72
        li      t2, -1
1:      sd      t2, (t0)
        addi    t0, t0, 8
        bltu    t0, t1, 1b
`;
      const [good, wrong] = ['0x80400040', '0x80401040'];
      const { system } = await run(`${fill(good)}${call(good, '0', '0')}${fill(wrong)}${call(wrong, '0', '1')}`);
      const ones = (count: number): Uint8Array => new Uint8Array(count).fill(0xff);
      assert.deepEqual(
        system.readMemory(Number(good) - 8, 80),
        Uint8Array.from([...ones(8), ...new Uint8Array(64), ...ones(8)]),
      );
      assert.deepEqual(system.readMemory(Number(wrong) - 8, 80), ones(80));
    });

    it('keeps what was shared where a call is refused, and ends it at all ones', async () => {
      const good = call('0x80400040', '0', '0');
      const shared = async (more: string) =>
        (await run(`${good}${more}`)).system.vm?.vcpus[0]?.stealTime?.sharedMemory?.value;
      assert.equal(await shared(call('0', '0', '0')), 0x8040_0040);
      assert.equal(await shared(call('0x80400080', '0', '0')), 0x8040_0080);
      assert.equal(await shared(call(ALL_ONES, ALL_ONES, '0')), undefined);
    });
  });

describe('steal-time accounting', () => {
  const asked = `${SBI_MACRO}\n_start:\n${PROBES}${call('0x80400000', '0', '0')}        mv s2, a0\n        mv s3, a1\n${ENDS}`;

  for (const virtualization of ANY_GUEST_VIRTUALIZATIONS)
    it(`is not there for a guest alone (${virtualization})`, async () => {
      const { system } = makeSystem(await assembleGuest(asked), { virtualization });
      assert.equal(system.machine.run({ instructions: 10_000 }).reason, 'power-off');
      const registers = Object.values(S).map((register) => BigInt.asIntN(64, system.guest.cpus[0]?.x(register) ?? 0n));
      assert.deepEqual(registers, [0n, 0n, NOT_SUPPORTED, 0n]);
    });

  it('is there for the VMs alone that have it', async () => {
    const program = await assembleGuest(asked);
    const { system } = makeHost([
      { name: 'has', program, stealTime: true },
      { name: 'has not', program },
    ]);
    assert.equal(system.machine.run({ instructions: 10_000 }).reason, 'power-off');
    const seen = system.guests.map(({ cpus }) =>
      Object.values(S).map((register) => BigInt.asIntN(64, cpus[0]?.x(register) ?? 0n)),
    );
    assert.deepEqual(seen, [
      [0n, 1n, SUCCESS, 0n],
      [0n, 0n, NOT_SUPPORTED, 0n],
    ]);
  });

  it('does not go with a time of the VM’s own', async () => {
    const program = await assembleGuest(asked);
    assert.throws(
      () => makeHost([{ name: 'it', program, stealTime: true, time: 'own' }]),
      (error) => error instanceof ConfigurationError && /stealTime goes with time "real"/.test(error.message),
    );
  });
});
