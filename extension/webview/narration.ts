import type {
  AddressMeaning,
  ComingStep,
  HandledTrap,
  NarratedFunction,
  NarratedStep,
  NarratedValue,
} from '../../debug-adapter/protocol';
import { addressDetails } from './address-details';
import { changeList } from './change-list';
import type { Facts } from './changes';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { code, link, marked, note, plural, sourceLink, text, toggle } from './parts';
import type { PageContext, View } from './view';

/** What is chosen of a value: the address whose meaning is shown below its step. */
interface Chosen {
  /** Of the row. */
  readonly item: string;
  readonly memoryReference: string;
}

/** What the VMM or the firmware does, step by step: as it is done, and after it until the next time. */
export class NarrationView implements View {
  readonly empty =
    'Debug a guest and step into an instruction that leaves for the hypervisor, such as csrw satp: what its handler does is told here, step by step.';
  /** Functions that the user folded: all others are unfolded. */
  readonly unfolded = new Set<string>();
  private handled: HandledTrap | undefined;
  private chosen: Chosen | undefined;
  private meaning: AddressMeaning | string | undefined;

  async load(client: Client, threadId: number): Promise<void> {
    const { handled } = await client.request('hyperstep/narration', { threadId });
    // Another exit has steps of the same numbers, which are not about what was chosen.
    const isSame = handled && this.handled && scopeOf(handled) === scopeOf(this.handled);
    if (!isSame) this.chosen = undefined;
    this.handled = handled;
    const { chosen } = this;
    this.meaning = chosen
      ? await client
          .request('hyperstep/address', { threadId, memoryReference: chosen.memoryReference })
          .catch((error: Error) => error.message)
      : undefined;
  }

  facts(): Facts {
    if (!this.handled) return {};
    const steps = stepsOf(this.handled.narrated);
    const things = new Map(steps.map((step) => [String(step.number), sentence(step)]));
    return { scopes: new Map([[scopeOf(this.handled), things]]) };
  }

  announcement(): string | undefined {
    if (!this.handled) return undefined;
    if (this.handled.isOver) return `${titleOf(this.handled)} is over`;
    const present = stepsOf(this.handled.narrated).find(({ isPresent }) => isPresent);
    return present && `${titleOf(this.handled)}, step ${present.number}: ${sentence(present)}`;
  }

  render(page: PageContext): Element[] {
    const { handled } = this;
    if (!handled)
      return [
        note(
          'No handler of HyperStep’s hypervisor or firmware has run yet: nothing that the guest did needed one. A hypervisor of your own is stepped through in its own source.',
        ),
      ];
    return [
      element('header', {}, [
        text('title', titleOf(handled)),
        text(
          `state ${handled.isOver ? 'over' : 'at-work'}`,
          handled.isOver ? 'over: the guest goes on' : `the ${nameOf(handled)} is at work`,
        ),
      ]),
      ...this.why(handled, page),
      element('h2', {}, ['Steps']),
      ...(handled.omitted > 0 ? [note(`${plural(handled.omitted, 'step')} before these are left out.`)] : []),
      element(
        'div',
        { role: 'treegrid', 'aria-label': 'Steps of the handler', 'data-items': 'treegrid', class: 'narrated' },
        this.function(handled, handled.narrated, '', 1, page),
      ),
      ...comingList(handled.coming, page.client),
      ...(handled.changes.length > 0 ? [element('h2', {}, ['What it changed']), changeList(handled.changes)] : []),
    ];
  }

  /** Why the handler runs. */
  private why(handled: HandledTrap, page: PageContext): Element[] {
    const { reason, cause, pc, symbol, instruction, source, value, description, of } = handled;
    const lines: [string, Child[]][] = [
      ['what', [text('what', description)]],
      ['of', of ? [of] : []],
      ['why', reason ? [text('chip', reason.name), ' ', reason.meaning] : []],
      ['cause', [cause]],
      [
        'at',
        [
          this.value({ value: pc, space: 'gva', memoryReference: pc, meaning: 'the guest’s pc' }, 'pc', page),
          ...(symbol ? [' ', code(symbol)] : []),
          ...(instruction ? [' ', code(instruction)] : []),
          ...(source ? [' ', sourceLink(source, page.client)] : []),
        ],
      ],
      ['value', value ? [this.value(value, 'value', page), ' ', text('space', value.meaning ?? '')] : []],
    ];
    const shown = lines.filter(([, content]) => content.length > 0);
    return [
      element(
        'dl',
        { class: 'facts-list' },
        shown.flatMap(([name, content]) => [element('dt', {}, [name]), element('dd', {}, content)]),
      ),
      ...this.details('pc', page),
      ...this.details('value', page),
    ];
  }

  private function(
    handled: HandledTrap,
    { name, parts }: NarratedFunction,
    path: string,
    level: number,
    page: PageContext,
  ): Element[] {
    const item = `${path}/${name}`;
    const isOpen = !this.unfolded.has(item);
    const switchIt = () => {
      toggle(this.unfolded, item);
      void page.refresh();
    };
    const short = shortName(name);
    const row = element(
      'div',
      {
        role: 'row',
        class: 'entered',
        'data-item': item,
        'data-find': short,
        'aria-level': level,
        'aria-expanded': String(isOpen),
      },
      [
        element('span', { role: 'gridcell' }, [
          element('span', { class: 'marker', 'aria-hidden': 'true' }, [isOpen ? '▾' : '▸']),
          element('code', { title: name }, [`${short}()`]),
        ]),
      ],
      { click: switchIt },
    );
    if (!isOpen) return [row];
    const inner = parts.flatMap((part, index) =>
      part.kind === 'step'
        ? this.step(handled, part, level + 1, page)
        : this.function(handled, part, `${item}/${index}`, level + 1, page),
    );
    return [row, ...inner];
  }

  private step(handled: HandledTrap, step: NarratedStep, level: number, page: PageContext): Element[] {
    const item = `step ${step.number}`;
    const mark = page.changes.of(scopeOf(handled), String(step.number));
    const { path, line } = step.source;
    const words = step.text.map((piece) => (typeof piece === 'string' ? piece : this.value(piece, item, page)));
    const row = element(
      'div',
      {
        role: 'row',
        class: step.isPresent ? 'told present' : 'told',
        'data-item': item,
        'data-find': `${step.number} ${sentence(step)}`,
        'aria-level': level,
        'aria-current': step.isPresent ? 'step' : undefined,
        title: `Go to ${path}:${line}`,
      },
      [
        element('span', { role: 'gridcell' }, [
          text('index', String(step.number)),
          ...(step.isPresent ? [text('now', 'now')] : []),
          ' ',
          ...words,
          ' ',
          ...marked(mark),
        ]),
      ],
      { click: () => page.client.open(path, line) },
    );
    const details = this.details(item, page);
    const below = element('div', { role: 'row', class: 'beside', 'aria-level': level + 1 }, [
      element('div', { role: 'gridcell' }, details),
    ]);
    return details.length > 0 ? [row, below] : [row];
  }

  /** Of an address a button that shows below the row what it means. */
  private value(value: NarratedValue, item: string, page: PageContext): Element {
    const { memoryReference, space, meaning, symbol } = value;
    const title = [meaning, symbol].filter(Boolean).join(', ');
    if (memoryReference === undefined || space === undefined || page.isPast)
      return element('code', { class: space, title }, [value.value]);
    const isChosen = this.chosen?.item === item && this.chosen.memoryReference === memoryReference;
    const choose = () => {
      this.chosen = isChosen ? undefined : { item, memoryReference };
      void page.refresh();
    };
    const attributes = { class: `link ${space}`, tabindex: item.startsWith('step ') ? -1 : undefined };
    return link([code(value.value)], `${title}: show what is there`, choose, {
      ...attributes,
      'aria-expanded': String(isChosen),
    });
  }

  private details(item: string, page: PageContext): Element[] {
    if (this.chosen?.item !== item || this.meaning === undefined || page.isPast) return [];
    return [addressDetails(this.chosen.memoryReference, this.meaning, page.client)];
  }
}

const comings = { call: 'into', return: 'back in' } as const;

/** Of a method, without its class. */
function shortName(name: string): string {
  return name.split('.').pop() ?? name;
}

function comingList(coming: readonly ComingStep[], client: Client): Element[] {
  if (coming.length === 0) return [];
  const title = coming.length === 1 ? 'Next' : 'Next, one of these';
  const rows = coming.map((each, index) =>
    each.kind === 'end'
      ? element('li', {}, ['back to the guest'])
      : element('li', {}, [
          link(
            [each.kind === 'step' ? each.text : `${comings[each.kind]} ${shortName(each.text)}()`],
            `Go to ${each.source.path}:${each.source.line}`,
            () => client.open(each.source.path, each.source.line),
            { 'data-item': String(index) },
          ),
        ]),
  );
  return [
    element('h2', {}, [title]),
    element('ul', { class: 'coming', 'aria-label': title, 'data-items': 'list' }, rows),
  ];
}

function titleOf({ software, number }: HandledTrap): string {
  return software === 'vmm' ? `VM exit #${number}` : `Trap #${number} into the firmware`;
}

function nameOf({ software }: HandledTrap): string {
  return software === 'vmm' ? 'VMM' : 'firmware';
}

function scopeOf({ software, number }: HandledTrap): string {
  return `${software} ${number}`;
}

function stepsOf({ parts }: NarratedFunction): NarratedStep[] {
  return parts.flatMap((part) => (part.kind === 'step' ? [part] : stepsOf(part)));
}

function sentence({ text: pieces }: NarratedStep): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece.value)).join('');
}
