import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { parentPort, Worker } from 'node:worker_threads';

const STANDARD_INPUT = 0;
/** Milliseconds in which the adapter can end by itself when its client is gone. */
const GRACE = 1000;

type FromThread = { readonly bytes: Uint8Array } | 'end';

/**
 * Hands on what comes in. A thread of its own reads a client's pipe: the process then ends with its input whatever it is doing, also
 * when it is in the midst of something long (assembling a huge program) and hears nothing.
 */
export function listenToInput(received: (bytes: Buffer) => void, ended: () => void): void {
  if (!isPipe()) {
    process.stdin.on('data', received).on('end', ended);
    return;
  }
  const thread = new Worker(__filename, { stdin: false });
  thread.on('message', (message: FromThread) => {
    if (message === 'end') ended();
    else received(Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength));
  });
  thread.on('error', ended);
}

/** What the thread does. */
export function forwardInput(): void {
  const send = (message: FromThread): void => parentPort?.postMessage(message);
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    send('end');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE);
  };
  const input = new Socket({ fd: STANDARD_INPUT, readable: true, writable: false });
  input.on('data', (bytes) => send({ bytes: Uint8Array.from(bytes as Buffer) }));
  input.on('end', end).on('error', end).on('close', end);
}

/** Other kinds of input, such as a terminal, are of people who try something. */
function isPipe(): boolean {
  const input = fstatSync(STANDARD_INPUT);
  return input.isFIFO() || input.isSocket();
}
