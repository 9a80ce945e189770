import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { requireTool } from '../support/tools';
import { Client } from './client';

const start = `
        .section .text.start, "ax"
        .globl  _start
_start: la      sp, stack
        la      t0, handler
        csrw    stvec, t0
        rdtime  a0
        call    again
        li      t0, 32
        csrs    sie, t0
        csrsi   sstatus, 2
        call    main
        li      a7, 8
        ecall
again:  addi    a0, a0, 200
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        ret
        .balign 4
handler: addi   sp, sp, -32
        sd      a0, 0(sp)
        sd      a6, 8(sp)
        sd      a7, 16(sp)
        sd      ra, 24(sp)
        la      a0, ticks
        ld      a6, 0(a0)
        addi    a6, a6, 1
        sd      a6, 0(a0)
        rdtime  a0
        call    again
        ld      a0, 0(sp)
        ld      a6, 8(sp)
        ld      a7, 16(sp)
        ld      ra, 24(sp)
        addi    sp, sp, 32
        sret
        .bss
        .balign 16
        .globl  ticks
ticks:  .skip   8192
stack:
`;
const program = `volatile long sink;
int main(void) {
  sink = 1;
  for (long i = 0; i < 30000; i++) sink += i;
  sink = 2;
  return 0;
}
`;

describe('a step over a line of C', () => {
  requireTool('riscv64-linux-gnu-gcc');
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-line-'));

  for (const level of ['-O0', '-O1']) {
    for (const virtualization of ['none', 'full', 'hardware']) {
      it(`runs all its rounds, interrupts too, and quickly (${level}, ${virtualization})`, async () => {
        writeFileSync(path.join(folder, 'start.S'), start);
        writeFileSync(path.join(folder, 'main.c'), program);
        const image = path.join(folder, `loop${level}.elf`);
        const options = [
          '-march=rv64imac_zicsr',
          '-mabi=lp64',
          '-mcmodel=medany',
          '-nostdlib',
          '-static',
          '-ffreestanding',
        ];
        const linking = [
          '-Wl,-Ttext=0x80200000,--build-id=none,-N,--no-warn-rwx-segments',
          '-o',
          image,
          'start.S',
          'main.c',
        ];
        execFileSync('riscv64-linux-gnu-gcc', ['-g', level, ...options, ...linking], { cwd: folder, stdio: 'ignore' });
        const client = new Client();
        await client.launch(image, { virtualization, stopOnEntry: true } as object);
        await client.stopped();
        await client.breakAt(path.join(folder, 'main.c'), [4]);
        await client.go('continue');
        const before = Number(await client.evaluate('*(long *)ticks,d'));
        const [top] = await client.step('next');
        assert.equal(top?.line, 5);
        assert.equal(await client.evaluate('*(long *)sink,d'), `${1 + (30000 * 29999) / 2}`);
        assert.ok(Number(await client.evaluate('*(long *)ticks,d')) > before + 3);
        await client.request('disconnect');
      });
    }
  }
});
