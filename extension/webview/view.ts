import type { Changes, Facts } from './changes';
import type { Client } from './client';
import type { Element } from './dom';

/** A view of machine state. */
export interface View {
  /** Shown before anything is debugged: what to do to see something. */
  readonly empty: string;
  /** What the user unfolded, by names of the view's own: kept while the page is hidden. */
  readonly unfolded: Set<string>;
  /** It is about the whole machine, whichever virtual CPU is in focus. */
  readonly isOfMachine?: true;
  /** Asks for what is to be seen of the machine as it is now. */
  load(client: Client, threadId: number): Promise<void>;
  /** What was loaded last, to be compared with another stop. */
  facts(): Facts;
  /** What was loaded last. */
  render(page: PageContext): Element[];
  /** What to say to who does not see the page when the machine has stopped; when absent, how much changed. */
  announcement?(): string | undefined;
}

/** What a view may use of the page that it is on. */
export interface PageContext {
  readonly client: Client;
  readonly changes: Changes;
  /** The machine cannot be asked any more. */
  readonly isPast: boolean;
  /** Loads and renders again. */
  refresh(): Promise<void>;
  /** Tells who does not see the page what their command led to. */
  say(text: string): void;
}
