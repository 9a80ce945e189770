import type { Exit, Exits, StateChange } from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Element, element } from './dom';
import { address, code, fold, note, plural, table, text, toggle } from './parts';
import type { View } from './view';

/** How many of the last exits are asked for at once. */
const pageLength = 50;

/** Why the guest left for the VMM: counts by reason, and the last exits with what each changed. */
export class ExitsView implements View {
  readonly empty = 'Debug a guest to see every exit to the VMM: its reason, what it changed and what it cost.';
  private content: Exits = { total: 0, counts: [], exits: [] };
  private wanted = pageLength;
  /** Numbers of exits. */
  readonly unfolded = new Set<string>();

  async load(client: Client, threadId: number): Promise<void> {
    this.content = await client.request('hyperstep/exits', { threadId, count: this.wanted });
  }

  render(client: Client, refresh: () => void): Element[] {
    const { total, counts, exits } = this.content;
    if (total === 0) return [note('No exit yet: nothing that the guest did needed a VMM.')];
    const cycles = counts.reduce((sum, count) => sum + count.cycles, 0);
    const rows = [...counts]
      .sort((a, b) => b.count - a.count)
      .map(({ reason, count, cycles: cost }) => [reason, count.toLocaleString('en'), cost.toLocaleString('en')]);
    const more = () => {
      this.wanted = Math.min(1000, this.wanted + pageLength);
      refresh();
    };
    return [
      element('header', {}, [
        text('title', plural(total, 'exit')),
        text('space', `${cycles.toLocaleString('en')} cycles`),
      ]),
      table(['reason', 'exits', 'cycles'], rows, 'Exits by reason'),
      element('h2', {}, ['Last exits']),
      ...exits.map((exit) => this.exit(exit, client, refresh)),
      ...(exits.length < total && this.wanted < 1000
        ? [element('button', { type: 'button' }, ['Show more'], { click: more })]
        : []),
    ];
  }

  private exit(exit: Exit, client: Client, refresh: () => void): Element {
    const number = String(exit.number);
    const isOpen = this.unfolded.has(number);
    const switchIt = () => {
      toggle(this.unfolded, number);
      refresh();
    };
    const label = [text('index', `#${number}`), text('request', exit.description), text('cost', `${exit.cycles}`)];
    return element('div', { class: 'exit' }, [fold(label, isOpen, switchIt), ...(isOpen ? details(exit, client) : [])]);
  }
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
