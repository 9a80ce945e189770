import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { ConfigurationError, imageAddress } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { requireTool } from '../support/tools';

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic';
const LIMIT = 50_000_000;

/** Writes a0 and a1 to memory and powers off. */
const RESET = `
        .globl _start
_start: la      t0, seen
        sd      a0, 0(t0)
        sd      a1, 8(t0)
        sd      a2, 16(t0)
        ld      t1, 0(a2)
        sd      t1, 24(t0)
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
1:      j       1b
        .balign 8
seen:   .skip   32
`;

/** Prints by SBI and powers off. */
const HELLO = `
        .globl _start
_start: la      s0, text
1:      lbu     a0, 0(s0)
        beqz    a0, 2f
        li      a7, 1
        ecall
        addi    s0, s0, 1
        j       1b
2:      li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        li      a1, 0
        ecall
text:   .asciz  "hello above your own firmware\\n"
`;

function image(file: string, address: bigint): Program {
  const { value, error } = readImage(readFileSync(file), address);
  return value ?? assert.fail(error);
}

describe('boot without our firmware', () => {
  it('begins in the boot ROM, which gives hart id, device tree and the record for fw_dynamic', async () => {
    const program = await assembleGuest(RESET);
    const { system } = makeSystem(program, { firmware: 'none' });
    assert.equal(system.machine.harts[0]?.pc, 0x1000n);
    system.passResetVector();
    assert.equal(system.machine.harts[0]?.pc, program.entry);
    assert.deepEqual(system.machine.run({ instructions: LIMIT }), { reason: 'power-off', code: 0 });
    const seen = Number(program.symbols.find(({ name }) => name === 'seen')?.value);
    const bytes = system.readMemory(seen, 32) ?? assert.fail();
    const [a0, a1, a2, magic] = new BigUint64Array(bytes.buffer);
    assert.deepEqual([a0, a2, magic], [0n, 0x1028n, 0x4942534fn]);
    const tree = system.readMemory(Number(a1), 4);
    assert.deepEqual([...(tree ?? [])], [0xd0, 0x0d, 0xfe, 0xed]);
  });

  it('gives the kernel its arguments and its initial RAM disk in the device tree', async () => {
    const initrd = Uint8Array.from({ length: 5000 }, (_, index) => index & 0xff);
    const program = await assembleGuest(HELLO);
    const { system } = makeSystem(program, { initrd, bootArguments: 'console=ttyS0 answer=42' });
    const start = Number(program.entry) + system.configuration.memory / 2;
    assert.deepEqual(system.readMemory(start, initrd.length), initrd);
    const tree = system.readMemory(Number(system.machine.harts[0]?.x(11)), 8192) ?? assert.fail();
    const text = new TextDecoder('latin1').decode(tree);
    assert.ok(text.includes('console=ttyS0 answer=42\0') && text.includes('linux,initrd-start'));
  });

  it('says what has no room', async () => {
    const program = await assembleGuest(HELLO);
    assert.throws(
      () => makeSystem(program, { initrd: new Uint8Array(16 * 1024 * 1024) }),
      (error) => error instanceof ConfigurationError && /initial RAM disk.*does not fit/.test(error.message),
    );
    assert.throws(() => makeSystem(program, { bios: program }), /bios takes the place/);
  });

  describe('with OpenSBI', () => {
    requireTool('qemu-system-riscv64');

    for (const file of ['fw_dynamic.elf', 'fw_dynamic.bin', 'fw_jump.elf', 'fw_jump.bin']) {
      it(`boots ${file} as it is, and the guest above it`, async () => {
        const path = `${OPENSBI}/${file}`;
        assert.ok(existsSync(path), `the package opensbi has no ${path}`);
        const bios = image(path, imageAddress('none', false));
        const { system, output } = makeSystem(await assembleGuest(HELLO), {
          firmware: 'none',
          bios,
          harts: 2,
          memory: 64 * 1024 * 1024,
        });
        assert.deepEqual(system.machine.run({ instructions: LIMIT }), { reason: 'power-off', code: 0 });
        assert.match(output(), /OpenSBI v[\s\S]*hello above your own firmware\r?\n$/);
      }).timeout(60_000);
    }
  });
});
