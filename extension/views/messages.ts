import type { Requests } from '../../debug-adapter/protocol';

/** What the extension and a view's web page say to each other. */

/** The session that a view is about. `revision` differs whenever the machine's state may differ. */
export type SessionState =
  | { kind: 'none' }
  | { kind: 'running'; name: string }
  | { kind: 'stopped'; name: string; threadId: number; revision: number };

export type ToView =
  | { type: 'session'; state: SessionState }
  | { type: 'answer'; id: number; body: unknown }
  | { type: 'error'; id: number; message: string };

export type FromView =
  | { type: 'ready' }
  | {
      [Command in keyof Requests]: {
        type: 'request';
        id: number;
        command: Command;
        arguments: Requests[Command]['arguments'];
      };
    }[keyof Requests]
  | { type: 'open'; path: string; line: number };
