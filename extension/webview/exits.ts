import type { Exit, Exits } from '../../debug-adapter/protocol';
import { changeList } from './change-list';
import type { Facts, Mark } from './changes';
import type { Client } from './client';
import { type Element, element } from './dom';
import { runsOf } from './exit-runs';
import { address, code, fold, marked, note, plural, sourceLink, table, text, toggle } from './parts';
import type { PageContext, View } from './view';

/** How many of the last exits are asked for at once, and at the most. */
const pageLength = 50;
const mostExits = 1000;
/** Of what changes: the exits. */
const SCOPE = 'exits';

/** Why the guest left for the VMM: counts by reason, and the last exits with what each changed. */
export class ExitsView implements View {
  readonly empty = 'Debug a guest to see every exit to the VMM: its reason, what it changed and what it cost.';
  private content: Exits = { total: 0, counts: [], exits: [] };
  /** Those of all reasons, so that none is out of reach once nobody can be asked any more. */
  private latest: readonly Exit[] = [];
  private wanted = pageLength;
  /** The exits that are shown; all when it is empty. */
  private readonly reasons = new Set<string>();
  /** The guest of the user's own hypervisor whose exits are shown alone. */
  private guest: number | undefined;
  /** Numbers of exits, and of the newest ones of runs of equal exits with `run:` before them. */
  readonly unfolded = new Set<string>();

  async load(client: Client, threadId: number): Promise<void> {
    const { wanted: count } = this;
    const reasons = this.reasons.size > 0 ? [...this.reasons] : undefined;
    const all = await client.request('hyperstep/exits', { threadId, count });
    // Another run has other guests.
    if (!all.guests?.some(({ id }) => id === this.guest)) this.guest = undefined;
    const { guest } = this;
    // Those of one guest are asked for on all harts.
    const whose = guest === undefined ? { threadId } : { guest };
    const isChosen = guest !== undefined || reasons !== undefined;
    const chosen = isChosen
      ? await client.request('hyperstep/exits', { ...whose, count, ...(reasons ? { reasons } : {}) })
      : undefined;
    this.content = chosen ?? all;
    this.latest = all.exits;
  }

  facts(): Facts {
    const { total, exits } = this.content;
    const things = new Map(exits.map((exit) => [String(exit.number), `${exit.description} ${exit.cycles}`]));
    return { total, scopes: new Map([[SCOPE, things]]) };
  }

  render(page: PageContext): Element[] {
    const { vm, total, counts } = this.content;
    const exits = page.isPast ? this.loaded() : this.content.exits;
    if (total === 0 && this.guest === undefined)
      return [note('No exit yet: nothing that a guest did needed a hypervisor.')];
    const cycles = sumOf(counts);
    const more = () => {
      this.wanted = Math.min(mostExits, this.wanted + pageLength);
      page.refresh();
    };
    const kept = exits.length === this.wanted && this.wanted < mostExits && !page.isPast;
    return [
      element('header', {}, [
        text('title', `${plural(total, 'exit')}${vm === undefined ? '' : ` of ${vm}`}`),
        ...(cycles === undefined ? [] : [text('space', `${cycles.toLocaleString('en')} cycles`)]),
      ]),
      ...this.guestChoice(page),
      this.countTable(page),
      element('h2', {}, [
        this.reasons.size > 0 ? `Last exits for ${[...this.reasons].join(', ')}` : 'Last exits',
        ...(cycles === undefined ? [] : [' ', text('space', 'and their cycles')]),
      ]),
      ...(exits.length === 0
        ? [
            note(
              page.isPast
                ? 'None of them was loaded before the end.'
                : 'None of them is this CPU’s and among those that are kept, which are the last 1,000.',
            ),
          ]
        : []),
      element(
        'div',
        { class: 'exits', 'data-items': 'list', 'aria-label': 'Exits, the newest first' },
        runsOf(exits).map((run) => this.run(run, page)),
      ),
      ...(kept ? [element('button', { type: 'button' }, ['Show more'], { click: more })] : []),
    ];
  }

  /** Nothing where there is no choice. */
  private guestChoice({ isPast, refresh }: PageContext): Element[] {
    const { guests = [] } = this.content;
    if (guests.length < 2 || isPast) return [];
    const option = (value: string, name: string, selected: boolean): Element =>
      element('option', { value, selected }, [name]);
    const change = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      this.guest = value === '' ? undefined : Number(value);
      void refresh();
    };
    return [
      element('label', { class: 'world' }, [
        text('space', 'of '),
        element(
          'select',
          { name: 'guest', 'aria-label': 'Guest whose exits are shown' },
          [
            option('', 'all guests', this.guest === undefined),
            ...guests.map(({ id, name }) => option(String(id), name, id === this.guest)),
          ],
          { change },
        ),
      ]),
    ];
  }

  /** Of a machine that is gone: the exits of the chosen reasons that were loaded. */
  private loaded(): Exit[] {
    const known = new Map([...this.content.exits, ...this.latest].map((exit) => [exit.number, exit]));
    return [...known.values()]
      .filter(({ reason }) => this.reasons.size === 0 || this.reasons.has(reason))
      .sort((a, b) => b.number - a.number);
  }

  /** Counts by reason; each reason is a button that shows its exits alone, or with those of other chosen reasons. */
  private countTable(page: PageContext): Element {
    const rows = [...this.content.counts]
      .sort((a, b) => b.count - a.count)
      .map(({ reason, count, cycles }) => [
        this.filter(reason, page),
        count.toLocaleString('en'),
        ...(cycles === undefined ? [] : [cycles.toLocaleString('en')]),
      ]);
    const hasCycles = sumOf(this.content.counts) !== undefined;
    return table(['reason', 'exits', ...(hasCycles ? ['cycles'] : [])], rows, 'Exits by reason');
  }

  private filter(reason: string, { refresh }: PageContext): Element {
    const isChosen = this.reasons.has(reason);
    const title = isChosen ? `Show other exits too` : `Show only exits for ${reason}`;
    return element(
      'button',
      { type: 'button', class: 'link filter', 'aria-pressed': isChosen ? 'true' : 'false', title },
      [reason],
      {
        click: () => {
          toggle(this.reasons, reason);
          refresh();
        },
      },
    );
  }

  /** Exits that are alike, one after another, are one row until it is unfolded. */
  private run(run: readonly Exit[], page: PageContext): Element {
    const [newest] = run;
    const oldest = run.at(-1);
    if (!newest || !oldest || newest === oldest)
      return element('div', { class: 'exit' }, newest ? this.exit(newest, page) : []);
    const name = `run:${oldest.number}`;
    const isOpen = this.unfolded.has(name);
    const switchIt = () => {
      toggle(this.unfolded, name);
      page.refresh();
    };
    const cycles = sumOf(run);
    const label = [
      text('index', `#${oldest.number}–${newest.number}`),
      text('request', newest.description),
      text('times', `${run.length} times`),
      ...marked(run.map((exit) => markOf(exit, page)).find(Boolean)),
      ...costOf(cycles),
    ];
    return element('div', { class: 'exit' }, [
      fold(label, isOpen, switchIt, { item: name }),
      ...(isOpen
        ? [
            element(
              'div',
              { class: 'run' },
              run.flatMap((exit) => this.exit(exit, page)),
            ),
          ]
        : []),
    ]);
  }

  private exit(exit: Exit, page: PageContext): Element[] {
    const number = String(exit.number);
    const isOpen = this.unfolded.has(number);
    const switchIt = () => {
      toggle(this.unfolded, number);
      page.refresh();
    };
    const label = [
      text('index', `#${number}`),
      text('request', exit.description),
      ...marked(markOf(exit, page)),
      ...costOf(exit.cycles),
    ];
    return [fold(label, isOpen, switchIt, { item: number }), ...(isOpen ? details(exit, page.client) : [])];
  }
}

/** Undefined where no cost is known: a hypervisor of the user's own has no cost model. */
function sumOf(costs: readonly { readonly cycles?: number }[]): number | undefined {
  if (costs.some(({ cycles }) => cycles === undefined)) return undefined;
  return costs.reduce((sum, { cycles = 0 }) => sum + cycles, 0);
}

function costOf(cycles: number | undefined): Element[] {
  return cycles === undefined ? [] : [text('cost', cycles.toLocaleString('en'))];
}

function changesOf({ changes, cycles }: Exit): Element[] {
  if (cycles === undefined) return [note('Your own hypervisor handles it: this is what the hardware tells of it.')];
  if (changes.length === 0) return [note('Changed no state but the guest’s registers and pc.')];
  return [changeList(changes)];
}

function markOf({ number }: Exit, { changes }: PageContext): Mark | undefined {
  return changes.of(SCOPE, String(number));
}

/** Whom the hart has left and whom it has entered, where that is another. */
function switchOf({ left, entered }: Exit): Element[] {
  if (entered === undefined || left === entered) return [];
  const parts = [...(left ? [`left ${left}`] : []), entered ? `entered ${entered}` : 'then had nothing to do'];
  return [element('p', { class: 'space' }, [parts.join(', ')])];
}

function details(exit: Exit, client: Client): Element[] {
  const { source, narration, causes = [] } = exit;
  return [
    element('div', { class: 'details' }, [
      element('p', { class: 'facts' }, [
        address('gva', exit.pc),
        code(exit.instruction ?? 'no instruction could be fetched'),
        ...(source ? [sourceLink(source, client)] : []),
      ]),
      element('p', { class: 'space' }, [
        `${exit.clock.toLocaleString('en')} ns on the machine’s clock${exit.cycles === undefined ? '' : `, ${exit.cycles.toLocaleString('en')} cycles`}`,
      ]),
      ...switchOf(exit),
      ...(causes.length > 0 ? [element('p', { class: 'space' }, [causes.join(', which was ')])] : []),
      element(
        'ol',
        { class: 'steps' },
        narration.map((line) => element('li', {}, [line])),
      ),
      ...changesOf(exit),
    ]),
  ];
}
