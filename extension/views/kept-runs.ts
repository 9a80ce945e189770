import type { RunCost, RunSummary } from '../../debug-adapter/protocol';
import type { KeptRun } from './messages';

/** A session, as far as its run has a name by it. */
interface RunOf {
  readonly id: string;
  readonly name: string;
}

/** The runs of this window that another one can be compared with: the one that the user keeps, else the last one that has ended. */
export class KeptRuns {
  private readonly listeners = new Set<() => void>();
  private chosen: KeptRun | undefined;
  /** Of different sessions, the last first: one of them is not that which is looked at. */
  private over: readonly KeptRun[] = [];

  /** Hears when another run is kept. */
  listen(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** What a session's run is compared with; undefined where there was no other. */
  beside(session: string): KeptRun | undefined {
    return this.chosen ?? this.over.find((each) => each.session !== session);
  }

  ended({ id, name }: RunOf, { how, isFailure: _, ...cost }: RunSummary): void {
    const others = this.over.filter(({ session }) => session !== id);
    this.over = [{ session: id, name, when: how, isKept: false, cost }, ...others].slice(0, 2);
  }

  /** Keeps the run that is looked at, as it is now; when it is over, as it ended. */
  keep({ id, name }: RunOf, cost: RunCost): void {
    const ended = this.over.find(({ session }) => session === id);
    const now = { session: id, name, when: 'Kept at a stop, before it was over.', cost };
    this.chosen = { ...(ended ?? now), isKept: true };
    this.tell();
  }

  /** The last run that has ended is what others are compared with again. */
  forget(): void {
    this.chosen = undefined;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
