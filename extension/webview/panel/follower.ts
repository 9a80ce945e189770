import type { KeptRun, SessionState } from '../../views/messages';
import { type Ask, type Asked, askedWith, type Loaded, nothingAsked, type PageId, type PanelPage } from './page';

/** What is kept of the panel when its web page is gone. */
export interface Kept {
  readonly page: PageId;
  /** Without a part of a run's time, which means nothing in another run. */
  readonly asked: Omit<Asked, 'window'>;
}

export const keptOf = ({ page, asked: { address, access, memory } }: Followed): Kept => ({
  page,
  asked: { address, access, memory },
});

/** What there is to show. */
export interface Followed {
  readonly page: PageId;
  readonly asked: Asked;
  readonly session: SessionState;
  readonly loaded: Loaded | undefined;
  readonly before: Loaded | undefined;
  /** Another run, which what is shown can be compared with. */
  readonly compared: KeptRun | undefined;
  /** Why the page could not be loaded. */
  readonly problem: string | undefined;
}

type Stopped = Extract<SessionState, { kind: 'stopped' }>;

/** What was seen of a page at a stop. */
interface Seen {
  readonly at: Pick<Stopped, 'session' | 'threadId' | 'machine' | 'stop'>;
  readonly asked: Asked;
  readonly loaded: Loaded;
}

/** Follows the debug session: loads the page that is looked at, and keeps what it showed at the stop before. */
export class Follower {
  private session: SessionState = { kind: 'none' };
  private readonly seen = new Map<PageId, Seen>();
  private readonly earlier = new Map<PageId, Seen>();
  private page: PageId;
  private asked: Asked;
  private problem: string | undefined;
  private loads = 0;
  /** What was followed last. */
  private run: { readonly session: string; readonly machine: number | undefined } | undefined;

  constructor(
    private readonly pages: readonly PanelPage[],
    private readonly ask: Ask,
    /** Something else is to be shown; with what to tell who does not see it, where that is something else too. */
    private readonly changed: (followed: Followed, news?: string) => void,
    kept: Kept | undefined,
  ) {
    const [first] = pages;
    const known = pages.find(({ id }) => id === kept?.page) ?? first;
    if (!known) throw new RangeError('the panel has no pages');
    this.page = known.id;
    this.asked = { ...nothingAsked, ...kept?.asked, window: null };
  }

  get followed(): Followed {
    const { session, page, asked, problem } = this;
    return {
      session,
      page,
      asked,
      problem,
      loaded: this.seen.get(page)?.loaded,
      before: this.earlier.get(page)?.loaded,
      compared: session.kind === 'stopped' || session.kind === 'ended' ? session.compared : undefined,
    };
  }

  /** The session has stopped, goes on, or is over. */
  async update(session: SessionState): Promise<void> {
    if (session.kind !== 'none') this.follow(session);
    this.session = session;
    if (session.kind === 'stopped') return this.load(session);
    this.problem = undefined;
    this.changed(this.followed, session.kind === 'ended' ? 'The run has ended' : undefined);
  }

  /** What was seen of another session is not of this one, nor is a part of another run's time a part of this one's. */
  private follow(now: Exclude<SessionState, { kind: 'none' }>): void {
    const { run } = this;
    const isOtherSession = run !== undefined && run.session !== now.session;
    const machine = now.kind === 'stopped' ? now.machine : isOtherSession ? undefined : run?.machine;
    if (isOtherSession) {
      this.seen.clear();
      this.earlier.clear();
    }
    if (isOtherSession || (run?.machine !== undefined && run.machine !== machine))
      this.asked = askedWith(this.asked, { window: null });
    this.run = { session: now.session, machine };
  }

  /** Shows a page, with something else that it is asked for. */
  async show(page: PageId, asked: Partial<Asked> = {}): Promise<void> {
    this.page = page;
    this.asked = askedWith(this.asked, asked);
    this.problem = undefined;
    this.changed(this.followed, '');
    if (this.session.kind === 'stopped') await this.load(this.session);
  }

  private async load(session: Stopped): Promise<void> {
    const load = ++this.loads;
    const { asked } = this;
    const page = this.pages.find(({ id }) => id === this.page);
    if (!page) return;
    let loaded: Loaded | undefined;
    let problem: string | undefined;
    try {
      loaded = await page.load(this.ask, session.threadId, asked);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    // A later load shows a later state; of a machine that has gone on meanwhile the next stop is asked.
    if (load !== this.loads || this.session.kind !== 'stopped') return;
    this.problem = problem;
    const news = loaded ? this.take(page.id, { at: session, asked, loaded }) : (problem ?? '');
    this.changed(this.followed, news);
  }

  /** @returns what has changed since the stop before; undefined where it is the same stop */
  private take(page: PageId, now: Seen): string | undefined {
    const last = this.seen.get(page);
    this.seen.set(page, now);
    const isSame = last !== undefined && last.at.threadId === now.at.threadId && last.at.machine === now.at.machine;
    if (!isSame || last.asked !== now.asked) this.earlier.delete(page);
    else if (last.at.stop !== now.at.stop) this.earlier.set(page, last);
    else return undefined;
    const before = this.earlier.get(page)?.loaded;
    return (before && now.loaded.news(before)) ?? '';
  }
}
