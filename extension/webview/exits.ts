import type { Exit, Exits, StateChange } from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Element, element } from './dom';
import { address, code, fold, note, plural, table, text, toggle } from './parts';
import type { View } from './view';

/** How many of the last exits are asked for at once, and at the most. */
const pageLength = 50;
const mostExits = 1000;

/** Why the guest left for the VMM: counts by reason, and the last exits with what each changed. */
export class ExitsView implements View {
  readonly empty = 'Debug a guest to see every exit to the VMM: its reason, what it changed and what it cost.';
  private content: Exits = { total: 0, counts: [], exits: [] };
  private wanted = pageLength;
  /** The exits that are shown; all when it is empty. */
  private readonly reasons = new Set<string>();
  /** Numbers of exits, and of the newest ones of runs of equal exits with `run:` before them. */
  readonly unfolded = new Set<string>();

  async load(client: Client, threadId: number): Promise<void> {
    const reasons = this.reasons.size > 0 ? { reasons: [...this.reasons] } : {};
    this.content = await client.request('hyperstep/exits', { threadId, count: this.wanted, ...reasons });
  }

  render(client: Client, refresh: () => void): Element[] {
    const { total, counts, exits } = this.content;
    if (total === 0) return [note('No exit yet: nothing that the guest did needed a VMM.')];
    const cycles = counts.reduce((sum, count) => sum + count.cycles, 0);
    const more = () => {
      this.wanted = Math.min(mostExits, this.wanted + pageLength);
      refresh();
    };
    const kept = exits.length === this.wanted && this.wanted < mostExits;
    return [
      element('header', {}, [
        text('title', plural(total, 'exit')),
        text('space', `${cycles.toLocaleString('en')} cycles`),
      ]),
      this.countTable(refresh),
      element('h2', {}, [this.reasons.size > 0 ? `Last exits for ${[...this.reasons].join(', ')}` : 'Last exits']),
      ...(exits.length === 0 ? [note('None of them is among those that are kept, which are the last 1,000.')] : []),
      ...runsOf(exits).map((run) => this.run(run, client, refresh)),
      ...(kept ? [element('button', { type: 'button' }, ['Show more'], { click: more })] : []),
    ];
  }

  /** Counts by reason; each reason is a button that shows its exits alone, or with those of other chosen reasons. */
  private countTable(refresh: () => void): Element {
    const rows = [...this.content.counts]
      .sort((a, b) => b.count - a.count)
      .map(({ reason, count, cycles }) => [
        this.filter(reason, refresh),
        count.toLocaleString('en'),
        cycles.toLocaleString('en'),
      ]);
    return table(['reason', 'exits', 'cycles'], rows, 'Exits by reason');
  }

  private filter(reason: string, refresh: () => void): Element {
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
  private run(run: readonly Exit[], client: Client, refresh: () => void): Element {
    const [newest] = run;
    const oldest = run.at(-1);
    if (!newest || !oldest || newest === oldest)
      return element('div', { class: 'exit' }, newest ? this.exit(newest, client, refresh) : []);
    const name = `run:${oldest.number}`;
    const isOpen = this.unfolded.has(name);
    const switchIt = () => {
      toggle(this.unfolded, name);
      refresh();
    };
    const cycles = run.reduce((sum, exit) => sum + exit.cycles, 0);
    const label = [
      text('index', `#${oldest.number}–${newest.number}`),
      text('request', newest.description),
      text('times', `${run.length} times`),
      text('cost', `${cycles}`),
    ];
    return element('div', { class: 'exit' }, [
      fold(label, isOpen, switchIt),
      ...(isOpen
        ? [
            element(
              'div',
              { class: 'run' },
              run.flatMap((exit) => this.exit(exit, client, refresh)),
            ),
          ]
        : []),
    ]);
  }

  private exit(exit: Exit, client: Client, refresh: () => void): Element[] {
    const number = String(exit.number);
    const isOpen = this.unfolded.has(number);
    const switchIt = () => {
      toggle(this.unfolded, number);
      refresh();
    };
    const label = [text('index', `#${number}`), text('request', exit.description), text('cost', `${exit.cycles}`)];
    return [fold(label, isOpen, switchIt), ...(isOpen ? details(exit, client) : [])];
  }
}

/** Neighbours that say the same of the same instruction, together. */
function runsOf(exits: readonly Exit[]): Exit[][] {
  const runs: Exit[][] = [];
  for (const exit of exits) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (last && last.pc === exit.pc && last.description === exit.description) run?.push(exit);
    else runs.push([exit]);
  }
  return runs;
}

function details(exit: Exit, client: Client): Element[] {
  const { source, narration, changes } = exit;
  const place = source ? `${source.path.split(/[\\/]/).pop()}:${source.line}` : '';
  const jump = source
    ? [
        element('button', { type: 'button', class: 'link', title: `Go to ${source.path}:${source.line}` }, [place], {
          click: () => client.open(source.path, source.line),
        }),
      ]
    : [];
  return [
    element('div', { class: 'details' }, [
      element('p', { class: 'facts' }, [
        address('gva', exit.pc),
        code(exit.instruction ?? 'no instruction could be fetched'),
        ...jump,
      ]),
      element('p', { class: 'space' }, [
        `instruction ${exit.clock.toLocaleString('en')} of the machine, ${exit.cycles} cycles`,
      ]),
      element(
        'ol',
        { class: 'steps' },
        narration.map((line) => element('li', {}, [line])),
      ),
      ...(changes.length === 0 ? [note('Changed no state but the guest’s registers and pc.')] : [changeList(changes)]),
    ]),
  ];
}

function changeList(changes: readonly StateChange[]): Element {
  const items = changes.map(({ kind, name, before, after }) =>
    element('li', {}, [
      text('space', `${kind} `),
      code(name),
      element('div', {}, [code(before ?? 'none'), text('arrow', ' → '), code(after ?? 'none')]),
    ]),
  );
  return element('ul', { class: 'changes', 'aria-label': 'What the exit changed' }, items);
}
