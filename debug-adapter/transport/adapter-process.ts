import path from 'node:path';
import { Session } from '../session';
import { Connection } from './connection';
import { frame, MessageReader } from './framing';
import { nodeHost } from './node-host';
import { listenToInput } from './standard-input';

/** The adapter as a process: DAP on standard input and output. Nothing else may write to standard output. */
export function main(): void {
  const { stdout } = process;
  const connection = new Connection((message) => void stdout.write(frame(message)));
  const exit = (): void => {
    // What was sent last has to arrive.
    stdout.end(() => process.exit(0));
  };
  // The bundle is in dist/, beside simulator/.
  const root = path.resolve(__dirname, '..');
  const session = new Session(connection, nodeHost({ root, isCongested: () => stdout.writableNeedDrain, exit }));
  const reader = new MessageReader((message) => session.handle(message));
  const received = (bytes: Buffer): void => {
    try {
      reader.push(bytes);
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    }
  };
  listenToInput(received, () => process.exit(0));
  stdout.on('error', () => process.exit(1));
}
