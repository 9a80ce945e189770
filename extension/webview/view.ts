import type { Client } from './client';
import type { Element } from './dom';

/** A view of machine state. */
export interface View {
  /** Shown before anything is debugged. */
  readonly empty: string;
  /** Asks for what is to be seen of the machine as it is now. */
  load(client: Client, threadId: number): Promise<void>;
  /** What was loaded last, and what the user unfolded in it. `refresh` loads and renders again. */
  render(client: Client, refresh: () => void): Element[];
}
