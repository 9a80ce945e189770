import type { LastTrap, TranslateArguments, World, WorldName } from '../../debug-adapter/protocol';
import type { Mark } from './changes';
import { type Element, element } from './dom';
import { marked, note, text } from './parts';

/** Which world a view is about: the one that the user chose as long as it is there, else the one that it begins with. */
export class WorldChoice {
  private worlds: readonly World[] = [];
  private wanted: WorldName | undefined;

  offered(worlds: readonly World[]): void {
    this.worlds = worlds;
  }

  get current(): World | undefined {
    return this.worlds.find(({ name }) => name === this.wanted) ?? this.worlds[0];
  }

  choose(name: WorldName): void {
    this.wanted = name;
  }

  /** Nothing where there is no choice. */
  render(refresh: () => void): Element[] {
    const { current } = this;
    if (!current || this.worlds.length < 2) return [];
    const options = this.worlds.map(({ name, why }) =>
      element('option', { value: name, selected: name === current.name, title: why }, [`${name}-mode`]),
    );
    const change = (event: Event) => {
      this.wanted = (event.target as HTMLSelectElement).value as WorldName;
      refresh();
    };
    return [
      element('label', { class: 'world' }, [
        text('space', 'as seen by '),
        element('select', { name: 'world', 'aria-label': 'Mode whose tables are shown' }, options, { change }),
        // A chooser does not wrap, this does.
        text('space', `: ${current.why}`),
      ]),
    ];
  }
}

/** What the last trap was, what stops the access that it is about now, and the way to the walk. */
export function trapNote(
  trap: LastTrap,
  mark: Mark | undefined,
  walk: (asked: Pick<TranslateArguments, 'address' | 'access' | 'world'>) => void,
): Element {
  const { text: what, now, address, access, world } = trap;
  return element('section', { class: 'trap', 'aria-label': 'Last trap' }, [
    element('p', {}, [text('title', 'Last trap: '), what, ' ', ...marked(mark)]),
    now.fault
      ? element('p', { class: 'fault' }, [`The ${now.fault.owner}’s affair: ${now.fault.why}`])
      : note(`Now: ${now.summary}`),
    element('button', { type: 'button', class: 'link' }, ['Show the walk'], {
      click: () => walk({ address, access, world }),
    }),
  ]);
}
