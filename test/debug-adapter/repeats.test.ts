import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Client } from './client';

const source = `        .globl  _start
        .macro  m r
        addi    \\r, \\r, 1
        .endm
        .macro  pair r
        addi    \\r, \\r, 1
        addi    \\r, \\r, 2
        .endm
_start: li      s0, 0
        .rept   3
        addi    s0, s0, 1
        .endr
        .irp    r, s1, s2
        addi    \\r, \\r, 5
        .endr
        .rept   2
        addi    s3, s3, 1; addi s4, s4, 1
        .endr
        .rept   2
        pair    s5
        .endr
        m       s6
        m       s6
        nop; nop
        .rept   2
        addi    s7, s7, 1
        addi    s7, s7, 2
        .endr
        li      a7, 8
        ecall
`;

/** How often a breakpoint at each line stops. */
const stops: [string, number, number][] = [
  ['the line in a .rept', 11, 3],
  ['the .rept itself', 10, 1],
  ['the line in an .irp', 14, 2],
  ['two statements in a .rept', 17, 2],
  ['the call of a macro in a .rept', 20, 2],
  ['a .rept with such a call', 19, 1],
  ['a line of a macro that is called in a .rept', 6, 2],
  ['the line of a macro that is called twice', 3, 2],
  ['one of two calls', 22, 1],
  ['two statements', 24, 1],
  ['the first line of two in a .rept', 26, 2],
  ['the second line of two in a .rept', 27, 2],
  ['a .rept of two lines', 25, 1],
];

describe('breakpoints in what is repeated', () => {
  for (const [title, line, times] of stops) {
    it(`${title} stops ${times} times`, async () => {
      const file = '/repeats.s';
      const client = new Client({ files: new Map([[file, source]]) });
      await client.launch(file, { virtualization: 'none', breakpoints: [line] } as object);
      let count = 0;
      for (;;) {
        const { event } = await client.event(['stopped', 'terminated']);
        if (event === 'terminated') break;
        count++;
        await client.request('continue', { threadId: 1 });
      }
      assert.equal(count, times);
    });
  }
});
