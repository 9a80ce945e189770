/** From a keystroke in a source of 10,000 lines to its diagnostics, through the protocol. Prints milliseconds. */
import { TestClient } from '../../test/language-server/client';

const routine = (i: number): string => `routine${i}:
  addi sp, sp, -32
  sd ra, 24(sp)
  sd s0, 16(sp)
  mv s0, a0
  li t0, ${i * 977}
  la t1, table
  lw t2, ${(i % 500) * 4}(t1)   # from the table
  add a0, a0, t2
1: addi a1, a1, -1
  bnez a1, 1b
  beqz a0, routine${Math.max(0, i - 3)}
  call routine${(i + 7) % 550}
  csrr t0, sstatus
  push s1
  ld ra, 24(sp)
  ld s0, 16(sp)
  addi sp, sp, 32
  ret
`;

const head = '.macro push reg\n addi sp, sp, -8\n sd \\reg, 0(sp)\n.endm\n.globl _start\n_start: call routine0\n';
const text = `${head}${Array.from({ length: 550 }, (_, i) => routine(i)).join('')}.data\ntable: .skip 4096\n`;

async function main(): Promise<void> {
  const client = await TestClient.start();
  const opened = performance.now();
  const { uri } = await client.open('main.s', text);
  await client.diagnosticsOf('main.s');
  const lines = text.split('\n').length;
  console.log(`${lines} lines; opened and checked in ${(performance.now() - opened).toFixed(0)} ms`);
  const times: number[] = [];
  const before = process.cpuUsage();
  const line = Math.floor(lines / 2);
  for (let i = 0; i < 60; i++) {
    const typing = i % 2 === 0;
    const range = { start: { line, character: 0 }, end: { line, character: typing ? 0 : 1 } };
    const start = performance.now();
    await client.change(uri, [{ range, text: typing ? '?' : '' }]);
    await client.diagnosticsOf('main.s', (found) => found.length > 0 === typing);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => times[Math.floor(times.length * share)]!.toFixed(1);
  const { user, system } = process.cpuUsage(before);
  console.log(`CPU time, server and client: ${((user + system) / 1000 / times.length).toFixed(1)} ms a keystroke`);
  console.log(`keystroke to diagnostics: median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms`);
  client.stop();
}

void main();
