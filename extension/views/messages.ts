import type { Requests, RunCost, RunSummary } from '../../debug-adapter/protocol';

/** What the extension and a view's web page say to each other. */

/** A run of this window that the present one can be compared with. */
export interface KeptRun {
  /** The ids of its session, and its name. */
  session: string;
  name: string;
  /** How it ended, or when it was kept, as a sentence. */
  when: string;
  /** By the user; else it is the last that has ended. */
  isKept: boolean;
  cost: RunCost;
}

/** The session that a view is about. */
export type SessionState =
  /** Nothing was debugged yet. */
  | { kind: 'none' }
  | { kind: 'running'; session: string; name: string }
  | {
      kind: 'stopped';
      session: string;
      name: string;
      threadId: number;
      /** Whose it is, where there are several virtual machines. */
      thread?: string;
      /** Counts the stops of the session, from 1. */
      stop: number;
      /** Counts the machines of the session: after a restart there is another one. */
      machine: number;
      /** Differs whenever the machine's state may differ. */
      revision: number;
      /** Another run that it can be compared with. */
      compared?: KeptRun;
    }
  /** The last session is over. The summary is absent where the debugger could not give it. */
  | { kind: 'ended'; session: string; name: string; summary?: RunSummary; compared?: KeptRun };

export type ToView =
  /** Of the page tables: translate this address, now and at every stop. */
  | { type: 'translate'; address: string }
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
  | { type: 'open'; path: string; line: number }
  /** Something that the user asked for cannot be done: why. */
  | { type: 'tell'; text: string }
  /** The run that is looked at is what others are compared with, until another one is kept, or none. */
  | { type: 'keep'; cost: RunCost | null }
  /** A text that the user wants to keep in a file of this name. */
  | { type: 'save'; name: string; text: string }
  /** Shows the page tables, with the translation of an address. */
  | { type: 'translate'; address: string };
