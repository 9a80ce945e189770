/** From a keystroke in a source of 10,000 lines to its diagnostics, through the protocol. Prints milliseconds. */
import { TestClient } from '../../test/language-server/client';
import { routines } from '../sources/routines';

const text = routines(5263);

async function main(): Promise<void> {
  const client = await TestClient.start({}, { trusted: true, notePrivileged: false });
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
