import type { Client } from './client';
import type { Element } from './dom';

/** A view of machine state. */
export interface View {
  /** Shown before anything is debugged. */
  readonly empty: string;
  /** What the user unfolded, by names of the view's own: kept while the page is hidden. */
  readonly unfolded: Set<string>;
  /** Asks for what is to be seen of the machine as it is now. */
  load(client: Client, threadId: number): Promise<void>;
  /** What was loaded last. `refresh` loads and renders again. */
  render(client: Client, refresh: () => void): Element[];
}
