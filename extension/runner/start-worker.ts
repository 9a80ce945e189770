import type { RunnerProcess } from './client';

/** The runner in a worker. */
export function runnerInWorker(worker: Worker): RunnerProcess {
  return {
    send: (order) => worker.postMessage(order),
    kill: () => worker.terminate(),
    onMessage(receive) {
      worker.onmessage = ({ data }) => receive(data);
    },
    onExit(ended) {
      worker.onerror = ({ message }) => ended(`the runner broke down: ${message}`);
    },
  };
}
