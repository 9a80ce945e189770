import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'mocha';
import { requireTool } from '../support/tools';
import { Client } from './client';

const start = `
        .globl  _start
_start: la      sp, stack
        call    run
        j       .
        .bss
        .balign 16
        .skip   4096
stack:
`;
const program = `
volatile long sink;
__attribute__((noinline)) static long leaf(long x) {
  return x * 3;
}
__attribute__((noinline)) static long middle(long x) {
  long y = leaf(x + 1);
  sink = y;
  return y + 2;
}
void run(void) {
  for (int i = 0; i < 3; i++)
    sink += middle(i);
  register long a7 asm("a7") = 8;
  asm volatile("ecall" : : "r"(a7));
}
`;

describe('a guest that gcc has built', () => {
  requireTool('riscv64-linux-gnu-gcc');
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-elf-'));
  const source = path.join(folder, 'guest.c');
  let client: Client;
  after(() => client?.request('disconnect'));

  const build = (level: string): string => {
    writeFileSync(path.join(folder, 'start.S'), start);
    writeFileSync(source, program);
    const image = path.join(folder, `guest${level}.elf`);
    execFileSync('riscv64-linux-gnu-gcc', [
      ...['-g', level, '-march=rv64imac', '-mabi=lp64', '-mcmodel=medany', '-nostdlib', '-static', '-ffreestanding'],
      ...['-Wl,-Ttext=0x80200000,--build-id=none', '-o', image, path.join(folder, 'start.S'), source],
    ]);
    return image;
  };

  for (const level of ['-O0', '-O2']) {
    it(`takes breakpoints in its sources, and shows the whole stack (${level})`, async () => {
      const image = build(level);
      client = new Client();
      await client.launch(image, { stopOnEntry: true } as object);
      await client.stopped();
      const [breakpoint] = await client.breakAt(source, [4]);
      assert.equal(breakpoint?.verified, true);
      await client.go('continue');
      const stack = await client.stack();
      assert.deepEqual(
        stack.map(({ name, presentationHint }) => [name.replace(/\+.*/, ''), presentationHint]),
        [
          ['leaf', undefined],
          ['middle', undefined],
          ['run', undefined],
          ['_start', undefined],
        ],
      );
      assert.equal(stack[1]?.line, 7);
      await client.step('stepOut');
      const [top] = await client.stack();
      assert.match(top?.name ?? '', /^middle/);
    });
  }

  it('is shown as disassembly where its sources are not here', async () => {
    const image = build('-O0');
    const moved = path.join(folder, 'moved.c');
    renameSync(source, moved);
    client = new Client();
    await client.launch(image, { stopOnEntry: true } as object);
    await client.stopped();
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'leaf' }] });
    await client.go('continue');
    const [top] = await client.stack();
    assert.match(top?.source?.name ?? '', /^leaf \(disassembly\)$/);
    assert.ok(top?.source?.sourceReference);
    await client.request('disconnect');
    client = new Client();
    renameSync(moved, source);
    const sources = path.join(folder, 'elsewhere');
    execFileSync('mkdir', ['-p', sources]);
    renameSync(source, path.join(sources, 'guest.c'));
    await client.launch(image, { stopOnEntry: true, sourceMap: { [folder]: sources } } as object);
    await client.stopped();
    const [breakpoint] = await client.breakAt(path.join(sources, 'guest.c'), [4]);
    assert.equal(breakpoint?.verified, true);
  });
});
