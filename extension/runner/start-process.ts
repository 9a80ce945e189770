import { fork } from 'node:child_process';
import type { RunnerProcess } from './client';
import type { Told } from './protocol';

/** Characters of what a process says on its way out that are told. */
const LAST_WORDS = 500;

/** Starts the runner, which is in the command line's bundle, with the runtime of VS Code itself: a user needs no Node. */
export function startRunnerProcess(cli: string): RunnerProcess {
  const child = fork(cli, ['runner'], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  let words = '';
  child.stderr?.on('data', (text: Buffer) => {
    words = (words + text.toString()).slice(-LAST_WORDS);
  });
  return {
    send: (order) => {
      // One that is gone has said so, or will.
      if (child.connected) child.send(order, () => {});
    },
    kill: () => void child.kill('SIGKILL'),
    onMessage: (receive) => void child.on('message', (message) => receive(message as Told)),
    onExit(ended) {
      child.on('error', (error) => ended(`the runner did not start: ${error.message}`));
      child.on('exit', (code, signal) => ended(`the runner ended with ${signal ?? `code ${code}`} ${words}`.trim()));
    },
  };
}
