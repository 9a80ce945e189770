import type { SessionState } from '../views/messages';
import type { ViewDescription } from '../views/table';
import { Changes, type Facts } from './changes';
import type { Client } from './client';
import { type Element, element, patch } from './dom';
import { Items } from './items';
import { pastBanner } from './past';
import type { View } from './view';

/** Of a machine that runs no thread is asked. */
const ANY_THREAD = 0;

/** What was seen at a stop. */
interface Seen {
  readonly session: string;
  readonly threadId: number;
  readonly machine: number;
  readonly stop: number;
  readonly facts: Facts;
}

/** The web page of a view: follows the session, keeps what was seen last, says what changed. */
export class Page {
  private session: SessionState = { kind: 'none' };
  private loads = 0;
  private seen: Seen | undefined;
  /** The session whose machine was last looked at while it ran. */
  private followed: string | undefined;
  /** What was seen at a stop before that, to compare with. */
  private before: Seen | undefined;
  private changes = Changes.unknown;
  private readonly items: Items;

  constructor(
    private readonly root: HTMLElement,
    /** Read out politely when its text changes. */
    private readonly live: HTMLElement,
    private readonly description: ViewDescription,
    private readonly view: View,
    private readonly client: Client,
    /** What is unfolded has changed. */
    private readonly keep: (unfolded: ReadonlySet<string>) => void,
  ) {
    this.items = new Items(root);
  }

  async update(session: SessionState): Promise<void> {
    this.session = session;
    this.root.classList.toggle('running', session.kind === 'running');
    this.root.setAttribute('aria-busy', String(session.kind === 'running'));
    if (session.kind !== 'none' && ![this.seen?.session, this.followed].includes(session.session)) this.forget();
    switch (session.kind) {
      case 'none':
        return this.show([message(this.view.empty)]);
      case 'running':
        if (this.description.isLive) return this.follow(session);
        if (!this.seen) this.show([message('The guest is running. At its next stop there is something to see here.')]);
        return;
      case 'stopped':
        return this.load(session);
      case 'ended':
        this.say(`${this.description.title}: the run has ended`);
        return this.show(this.pastContent(session));
    }
  }

  /** Renders what is loaded, then loads and renders again; of a machine that is gone, only what was loaded last. */
  async refresh(): Promise<void> {
    const { session } = this;
    if (session.kind === 'stopped') {
      if (this.seen) this.show(this.content(false));
      await this.load(session);
    } else if (session.kind === 'running' && this.description.isLive) {
      await this.follow(session);
    } else if (session.kind === 'ended') {
      this.show(this.pastContent(session));
    }
  }

  /** Shows a machine that runs as it is now, and nothing of what has changed since it stopped. */
  private async follow(session: Extract<SessionState, { kind: 'running' }>): Promise<void> {
    const load = ++this.loads;
    const isOver = (): boolean => load !== this.loads || this.session !== session;
    try {
      await this.view.load(this.client, ANY_THREAD);
      if (isOver()) return;
      this.followed = session.session;
      this.changes = Changes.unknown;
      this.show(this.content(false));
    } catch {
      // It is being loaded, or has just ended.
      if (!isOver() && !this.hasContent) this.show([message('The guest is running.')]);
    }
  }

  private get hasContent(): boolean {
    return this.seen !== undefined || this.followed !== undefined;
  }

  private forget(): void {
    this.seen = undefined;
    this.followed = undefined;
    this.before = undefined;
    this.changes = Changes.unknown;
  }

  private async load(session: Extract<SessionState, { kind: 'stopped' }>): Promise<void> {
    const load = ++this.loads;
    let content: Element[];
    let isNew = false;
    try {
      await this.view.load(this.client, session.threadId);
      if (this.isOvertaken(load, session)) return;
      isNew = this.compare(session);
      content = this.content(false);
    } catch (error) {
      if (this.isOvertaken(load, session)) return;
      content = [message(error instanceof Error ? error.message : String(error))];
    }
    this.show(content);
    if (isNew) this.arrived();
  }

  /** Whether a later load shows a later state, or the machine has gone on meanwhile: then the next stop is asked. */
  private isOvertaken(load: number, asked: Extract<SessionState, { kind: 'stopped' }>): boolean {
    const { session } = this;
    return load !== this.loads || session.kind !== 'stopped' || session.session !== asked.session;
  }

  /** @returns whether this is another stop than that which was seen */
  private compare({ session, threadId, machine, stop }: Extract<SessionState, { kind: 'stopped' }>): boolean {
    const { seen } = this;
    const isSame = seen?.threadId === threadId && seen.machine === machine;
    const isNew = !isSame || seen.stop !== stop;
    if (isNew) this.before = isSame ? seen : undefined;
    this.seen = { session, threadId, machine, stop, facts: this.view.facts() };
    this.changes = this.before ? Changes.between(this.before.facts, this.seen.facts) : Changes.unknown;
    return isNew;
  }

  private arrived(): void {
    const words = this.view.announcement?.() ?? (this.changes.count ? this.changes.words : undefined);
    // What an earlier stop changed does not stay there as if it were news.
    this.say(words === undefined ? '' : `${this.description.title}: ${words}`);
    // What comes next is to be seen too, at the first step rather what it is all about, but the present step in any case.
    const present = '[aria-current="step"]';
    const about = this.root.querySelector(`${present}[data-item="step 1"]`) ? 'header' : '.coming';
    for (const shown of [about, present]) this.root.querySelector(shown)?.scrollIntoView({ block: 'nearest' });
  }

  private content(isPast: boolean): Element[] {
    const { client, changes } = this;
    const rendered = this.view.render({
      client,
      changes,
      isPast,
      refresh: () => this.refresh(),
      say: (text) => this.say(text),
    });
    return [...this.whose(), ...(isPast ? [] : this.changeLine()), ...rendered];
  }

  /** Whose state it is, where it could be another virtual machine's. */
  private whose(): Element[] {
    const { session, view } = this;
    const whose = session.kind === 'stopped' ? session.thread : undefined;
    return whose === undefined || view.isOfMachine ? [] : [element('p', { class: 'whose' }, [whose])];
  }

  private changeLine(): Element[] {
    const { words } = this.changes;
    if (words === undefined || !this.before || !this.seen) return [];
    const stops = this.seen.stop - this.before.stop;
    const since = stops === 1 ? 'since the last stop' : `since it was last seen, ${stops} stops ago`;
    return [element('p', { class: this.changes.count ? 'since some' : 'since' }, [`${words} ${since}`])];
  }

  private pastContent({ name, summary }: Extract<SessionState, { kind: 'ended' }>): Element[] {
    const content = this.hasContent ? this.content(true) : [];
    return [...pastBanner(name, summary, this.hasContent), ...content];
  }

  private show(content: readonly Element[]): void {
    this.root.classList.toggle('past', this.session.kind === 'ended');
    this.items.remember();
    patch(this.root, content);
    this.items.settle();
    this.keep(this.view.unfolded);
  }

  private say(text: string): void {
    this.live.textContent = text;
  }
}

function message(text: string): Element {
  return element('p', { class: 'empty' }, [text]);
}
