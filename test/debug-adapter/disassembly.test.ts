import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { after, before, describe, it } from 'mocha';
import { Client } from './client';

const source = `        .globl  _start
_start: j       skip
        .2byte  0x0013          # looks like the first half of an instruction of 4 bytes
skip:   c.addi  s0, 1
        c.addi  s0, 2
        lui     s1, 0x12345
        c.addi  s0, 3
        li      a7, 8
        ecall
text:   .asciz  "hello"
        .balign 4
        .data
        .byte   0x13
word:   .4byte  0x00000013
`;

describe('disassembly', () => {
  const file = '/data.s';
  const client = new Client({ files: new Map([[file, source]]) });
  before(async () => {
    await client.launch(file, { virtualization: 'none', stopOnEntry: true, march: 'rv64gc' } as object);
    await client.stopped();
  });
  after(() => client.request('disconnect'));

  const disassemble = async (args: object): Promise<string[]> => {
    const { instructions } = await client.request<NonNullable<DebugProtocol.DisassembleResponse['body']>>(
      'disassemble',
      {
        memoryReference: '0x80200000',
        ...args,
      },
    );
    return instructions.map(({ address, instruction }) => `${(Number(address) & 0xfff).toString(16)} ${instruction}`);
  };
  const whole = [
    '0 j 0x80200004 <skip>',
    '2 .2byte 0x0013',
    '4 addi s0, s0, 1',
    '6 addi s0, s0, 2',
    '8 lui s1, 0x12345',
    'c addi s0, s0, 3',
    'e li a7, 8',
    '10 ecall',
    '14 .4byte 0x6c6c6568',
    '18 .2byte 0x006f',
  ];

  it('shows data as data, and begins anew where the program says that something begins', async () => {
    assert.deepEqual(await disassemble({ instructionCount: 10 }), whole);
  });

  it('says the same from everywhere', async () => {
    for (let from = 0; from < 10; from++) {
      const offset = Number.parseInt(whole[from]?.split(' ')[0] ?? '', 16);
      assert.deepEqual(await disassemble({ offset, instructionCount: 10 - from }), whole.slice(from));
      for (let back = 1; back <= from; back++)
        assert.deepEqual(
          await disassemble({ offset, instructionOffset: -back, instructionCount: 3 }),
          whole
            .slice(from - back, from - back + 3)
            .concat(await disassemble({ offset: 0, instructionOffset: 10, instructionCount: 3 }))
            .slice(0, 3),
        );
    }
  });

  it('decodes nothing in the midst of an instruction or at an odd address', async () => {
    assert.deepEqual(await disassemble({ offset: 0xa, instructionCount: 2 }), ['a .2byte 0x1234', whole[5]]);
    assert.deepEqual(await disassemble({ offset: 9, instructionCount: 2 }), ['9 .byte 0x54, 0x34, 0x12', whole[5]]);
    assert.deepEqual(await disassemble({ offset: 7, instructionCount: 2 }), ['7 .byte 0x04', whole[4]]);
  });

  it('verifies breakpoints at instructions only', async () => {
    const set = async (address: string): Promise<DebugProtocol.Breakpoint | undefined> => {
      const { breakpoints } = await client.request<DebugProtocol.SetInstructionBreakpointsResponse['body']>(
        'setInstructionBreakpoints',
        { breakpoints: [{ instructionReference: address }] },
      );
      return breakpoints[0];
    };
    for (const address of ['0x80200000', '0x80200006', '0x80200008', '0x8020000c'])
      assert.equal((await set(address))?.verified, true, address);
    const wrong: [string, RegExp][] = [
      ['0x8020000a', /in the midst of the instruction at 0x80200008/],
      ['0x80200007', /even address/],
      ['0x1000', /no memory at 0x1000/],
      ['0xffffffffffff0000', /no memory/],
    ];
    for (const [address, message] of wrong) {
      const breakpoint = await set(address);
      assert.equal(breakpoint?.verified, false, address);
      assert.match(breakpoint?.message ?? '', message);
    }
  });
});
