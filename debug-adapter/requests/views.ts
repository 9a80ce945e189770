import type { Debugging } from '../debugging';
import type { Handlers } from './handlers';

/** Requests of the extension's views. They have no side effect on the machine, but for console input. */
export function viewRequests(debugging: Debugging): Handlers {
  return {
    'hyperstep/consoleInput'({ text }) {
      const { debuggee, control } = debugging.running;
      debuggee.log({ kind: 'console', text });
      debuggee.system.input(new TextEncoder().encode(text));
      control.inputArrived();
      return {};
    },
  };
}
