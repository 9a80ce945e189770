import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Client } from './client';

const source = `        .globl  _start
_start: lla     t0, root
        li      t1, (0x80000000 >> 2) | 0xcf
        sd      t1, 16(t0)
        li      t2, 510 * 8
        add     t2, t2, t0
        sd      t1, 0(t2)
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        call    early
        sfence.vma
        csrw    satp, t0
        sfence.vma
        lla     t0, high
        li      t1, 0xffffffff00000000
        add     t0, t0, t1
        jr      t0
high:   addi    s0, s0, 1
        lla     a0, var
        ld      a1, 0(a0)
        li      a7, 8
        ecall
early:  addi    s1, s1, 1
        ret
        .data
        .balign 4096
root:   .zero   4096
var:    .dword  0x55
`;
const script = `OUTPUT_ARCH(riscv)
ENTRY(_start)
OFF = 0xffffffff00000000;
SECTIONS {
  . = 0x80200000 + OFF;
  .text : AT(ADDR(.text) - OFF) { *(.text*) }
  . = ALIGN(4096);
  .data : AT(ADDR(.data) - OFF) { *(.data*) }
}
`;
const lines = source.split('\n');
const lineOf = (text: string): number => lines.findIndex((each) => each.includes(text)) + 1;

for (const virtualization of ['none', 'full', 'hardware']) {
  describe(`a kernel that is linked high and loaded low (${virtualization})`, () => {
    let client: Client;
    afterEach(() => client.request('disconnect'));

    const launch = async (): Promise<void> => {
      const files = new Map([
        ['/kernel.s', source],
        ['/kernel.ld', script],
      ]);
      client = new Client({ files });
      const attributes = { virtualization, linkerScript: '/kernel.ld', stopOnEntry: true, vmm: 'skip' };
      await client.launch('/kernel.s', attributes as object);
      await client.stopped();
    };
    const top = async () => {
      const [frame] = await client.stack();
      return { name: frame?.name, line: frame?.line, file: frame?.source?.path };
    };

    it('shows its source and its names before it has turned on paging', async () => {
      await launch();
      assert.deepEqual(await top(), { name: '_start', line: 2, file: '/kernel.s' });
      for (let line = 3; line <= 6; line++) {
        await client.step('next');
        assert.equal((await top()).line, line);
      }
      assert.match((await client.scope('Registers')).get('t0')?.value ?? '', /^0x80201000 <root>$/);
      await client.breakAt('/kernel.s', [lineOf('early:')]);
      await client.go('continue');
      assert.deepEqual(
        (await client.stack()).map(({ line }) => line),
        [lineOf('early:'), lineOf('call')],
      );
      await client.step('stepOut');
      assert.equal((await top()).line, lineOf('call') + 1);
    });

    it('has its variables where they were loaded', async () => {
      await launch();
      assert.equal(await client.evaluate('*(long *)var'), '0x55');
      await client.evaluate('*(long *)var = 0x66');
      const { data } = await client.request<{ data: string }>('readMemory', {
        memoryReference: '0x80202000',
        count: 1,
      });
      assert.equal(Buffer.from(data, 'base64')[0], 0x66);
      const info = await client.request<{ dataId: string | null }>('dataBreakpointInfo', { name: '*(long *)var' });
      assert.notEqual(info.dataId, null);
      await client.breakAt('/kernel.s', [lineOf('ld ')]);
      await client.go('continue');
      assert.equal((await top()).line, lineOf('ld '));
      await client.step('next');
      assert.equal(await client.evaluate('a1'), '0x66');
    });

    it('is disassembled with its lines and names', async () => {
      await launch();
      const { instructions } = await client.request<{ instructions: { symbol?: string; line?: number }[] }>(
        'disassemble',
        {
          memoryReference: '0x80200000',
          instructionCount: 3,
        },
      );
      assert.deepEqual([instructions[0]?.symbol, instructions[0]?.line], ['_start', 2]);
    });
  });
}

describe('a call that turns on paging', () => {
  it('is stepped over', async () => {
    const kernel = `        .globl  _start
_start: lla     sp, stack
        lla     t0, root
        li      t1, (0x80000000 >> 2) | 0xcf
        sd      t1, 16(t0)
        call    turn_on
        li      a7, 8
        ecall
turn_on: addi   sp, sp, -16
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        addi    sp, sp, 16
        ret
        .data
        .balign 4096
root:   .zero   4096
        .zero   64
stack:
`;
    for (const virtualization of ['none', 'full', 'hardware']) {
      const client = new Client({ files: new Map([['/kernel.s', kernel]]) });
      await client.launch('/kernel.s', { virtualization, breakpoints: [6] } as object);
      await client.stopped();
      assert.equal((await client.step('next'))[0]?.line, 7);
      await client.request('disconnect');
    }
  });
});
