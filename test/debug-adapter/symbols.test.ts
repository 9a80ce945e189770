import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Client } from './client';

const source = `        .globl  _start
_start: lla     a0, table
        j       .
        .bss
table:  .skip   16
`;
const script = `ENTRY(_start)
SECTIONS {
  . = 0x80200000;
  __kernel_start = .;
  _stext = .;
  .text : { *(.text*) }
  __bss_start = .;
  .bss : { _bss_begin = .; *(.bss*) }
}
`;

describe('several names of one address', () => {
  it('are told by that of the program, before those of its linker script', async () => {
    const files = new Map([
      ['/kernel.s', source],
      ['/kernel.ld', script],
    ]);
    const client = new Client({ files });
    await client.launch('/kernel.s', { linkerScript: '/kernel.ld', breakpoints: [3] } as object);
    await client.stopped();
    assert.match((await client.scope('Registers')).get('a0')?.value ?? '', /<table>$/);
    assert.match((await client.stack())[0]?.name ?? '', /^_start\+/);
    await client.request('disconnect');
  });
});
