import type {
  EntryState,
  LastTrap,
  PageTable,
  PageTableArguments,
  PageTableEntry,
  Pte,
  TranslateArguments,
  Translation,
} from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Element, element } from './dom';
import { address, code, note, pageSize, text, toggle } from './parts';
import { translationSection } from './translation';
import type { View } from './view';
import { trapNote, WorldChoice } from './worlds';

const stateTitles: Record<EntryState, string> = {
  same: 'The shadow entry is the guest’s entry times P2M.',
  unfilled: 'The shadow has no entry yet: the next access enters the pager.',
  narrower: 'The shadow allows less than the guest does, on purpose.',
  stale: 'The guest changed its entry and has not fenced yet.',
  wrong: 'The shadow entry is not what guest and P2M say.',
  table: 'Points to a table on both sides.',
  unshadowed: '',
  refused: 'No access gets through this entry.',
};

/** Places in a tree are named by the indices on the way to them: `2/0/17`; of the second stage with `g:` before them. */
type Place = string;
type Stage = NonNullable<PageTableArguments['stage']>;

const placeOf = (stage: Stage, path: readonly number[]): Place => `${stage === 'second' ? 'g:' : ''}${path.join('/')}`;

/** The guest's page table and beside it, entry by entry, the shadow table that the hardware walks; or the second stage's below it. */
export class PageTablesView implements View {
  readonly empty = 'Debug a guest to see its page table and, entry by entry, the shadow table that the hardware walks.';
  private readonly tables = new Map<Place, PageTable>();
  readonly unfolded = new Set<Place>();
  /** What is translated anew at every stop. */
  private asked: Pick<TranslateArguments, 'address' | 'access'> | undefined;
  private translation: Translation | string | undefined;
  private readonly world = new WorldChoice();
  private trap: LastTrap | undefined;

  async load(client: Client, threadId: number): Promise<void> {
    this.tables.clear();
    const { worlds, trap } = await client.request('hyperstep/worlds', { threadId });
    this.world.offered(worlds);
    this.trap = trap;
    const world = this.world.current?.name;
    const about = { threadId, ...(world ? { world } : {}) };
    const loadTable = async (stage: Stage, path: number[]): Promise<void> => {
      const table = await client.request('hyperstep/pageTable', { ...about, path, stage });
      this.tables.set(placeOf(stage, path), table);
      const unfolded = table.entries.filter(
        (entry) => isTable(entry) && this.unfolded.has(placeOf(stage, [...path, entry.index])),
      );
      for (const entry of unfolded) await loadTable(stage, [...path, entry.index]);
    };
    await loadTable('first', []);
    if (this.world.current?.twoStages) await loadTable('second', []);
    if (this.asked) {
      const answer = client.request('hyperstep/translate', { ...about, ...this.asked });
      this.translation = await answer.catch((error: Error) => error.message);
    }
  }

  render(_client: Client, refresh: () => void): Element[] {
    const root = this.tables.get(placeOf('first', []));
    const second = this.tables.get(placeOf('second', []));
    if (!root) return [];
    const showWalk = ({ world, ...asked }: Pick<TranslateArguments, 'address' | 'access' | 'world'>) => {
      if (world) this.world.choose(world);
      this.asked = asked;
      refresh();
    };
    return [
      tableHeader(root),
      ...this.world.render(refresh),
      ...(this.trap ? [trapNote(this.trap, showWalk)] : []),
      this.translateForm(refresh),
      ...translationSection(this.translation),
      ...(root.shadowed ? [columnTitles()] : []),
      root.entries.length === 0 ? note(emptyText(root)) : this.tree(root, 'first', refresh),
      ...(second ? [tableHeader(second), this.secondStage(second, refresh)] : []),
    ];
  }

  private secondStage(root: PageTable, refresh: () => void): Element {
    return root.entries.length === 0 ? note(emptyText(root)) : this.tree(root, 'second', refresh);
  }

  private tree(root: PageTable, stage: Stage, refresh: () => void): Element {
    const label = stage === 'second' ? 'Entries of the second stage' : 'Page table entries';
    return element('div', { role: 'tree', 'aria-label': label }, this.rows(root, stage, [], refresh), {
      keydown: moveInTree,
    });
  }

  private rows(table: PageTable, stage: Stage, path: readonly number[], refresh: () => void): Element[] {
    return table.entries.flatMap((entry) => {
      const place = placeOf(stage, [...path, entry.index]);
      const below = this.unfolded.has(place) ? this.tables.get(place) : undefined;
      const switchIt = () => {
        toggle(this.unfolded, place);
        refresh();
      };
      const row = entryRow(
        entry,
        table,
        path.length + 1,
        isTable(entry) ? { open: below !== undefined, switchIt } : undefined,
      );
      return below ? [row, ...this.rows(below, stage, [...path, entry.index], refresh)] : [row];
    });
  }

  private translateForm(refresh: () => void): Element {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const fields = new FormData(event.target as HTMLFormElement);
      const typed = String(fields.get('address')).trim();
      const access = String(fields.get('access')) as TranslateArguments['access'];
      this.asked = typed === '' ? undefined : { address: typed, access };
      this.translation = undefined;
      refresh();
    };
    const { address: typed = '', access: chosen } = this.asked ?? {};
    const accesses = ['read', 'write', 'execute'].map((access) =>
      element('option', { value: access, ...(access === chosen ? { selected: '' } : {}) }, [access]),
    );
    return element(
      'form',
      { class: 'translate', 'aria-label': 'Translate an address' },
      [
        element('input', {
          name: 'address',
          value: typed,
          placeholder: 'translate 0x..., a symbol, sp + 8',
          'aria-label': 'Guest-virtual address: a number, or an expression of symbols and registers',
          spellcheck: 'false',
        }),
        element('select', { name: 'access', 'aria-label': 'Kind of access' }, accesses),
        element('button', { type: 'submit' }, ['Walk']),
      ],
      { submit },
    );
  }
}

function tableHeader({ mode, stage, space }: PageTable): Element {
  const schemes = stage === 'second' ? secondStageSchemes : firstStageSchemes;
  return element('header', {}, [text('title', schemes[mode]), text('space', space)]);
}

const firstStageSchemes: Record<PageTable['mode'], string> = { bare: 'No paging', sv39: 'Sv39', sv48: 'Sv48' };
const secondStageSchemes: Record<PageTable['mode'], string> = {
  bare: 'No second stage',
  sv39: 'Sv39x4',
  sv48: 'Sv48x4',
};

function columnTitles(): Element {
  return element('div', { class: 'sides column-titles', 'aria-hidden': 'true' }, [
    text('side', 'guest'),
    text('side', 'shadow'),
  ]);
}

function emptyText(table: PageTable): string {
  if (table.mode !== 'bare') return 'The page table has no valid entry.';
  if (table.stage === 'second') return 'Guest physical addresses are machine addresses.';
  return table.shadowed
    ? 'The guest has not turned on paging, and has touched no page yet.'
    : `${table.space}: addresses are not translated here.`;
}

function isTable(entry: PageTableEntry): boolean {
  return entry.guest?.kind === 'table' || entry.shadow?.kind === 'table';
}

function entryRow(
  entry: PageTableEntry,
  table: PageTable,
  depth: number,
  folding: { open: boolean; switchIt: () => void } | undefined,
): Element {
  const { index, state, reason } = entry;
  const marker = folding ? text('marker', folding.open ? '▾' : '▸') : text('marker');
  const line = element('div', { class: 'entry-line' }, [
    marker,
    text('index', String(index)),
    element('code', { class: 'gva', title: `${entry.first} to ${entry.last}: ${pageSize(table.level)}` }, [
      entry.first,
    ]),
    text('label', entry.label ?? ''),
    ...(state === 'unshadowed' || state === 'table'
      ? []
      : [element('span', { class: `state ${state}`, title: reason ?? stateTitles[state] }, [state])]),
  ]);
  const sides = table.shadowed
    ? [side(entry.guest, 'gpa', 'guest'), side(entry.shadow, 'hpa', 'shadow')]
    : [side(entry.guest, table.stage === 'first' ? 'gpa' : 'hpa', 'page table'), ...behind(entry, table)];
  const attributes = {
    role: 'treeitem',
    tabindex: 0,
    class: `entry ${state}`,
    'aria-level': depth,
    'aria-expanded': folding ? String(folding.open) : undefined,
  };
  const why = reason ? [element('div', { class: 'reason' }, [reason])] : [];
  return element(
    'div',
    attributes,
    [line, element('div', { class: 'sides' }, sides), ...why],
    folding ? { click: folding.switchIt } : {},
  );
}

/** Where the second stage leads what an entry of the first one points to. */
function behind({ expectedHpa }: PageTableEntry, { stage }: PageTable): Element[] {
  return stage === 'first' && expectedHpa ? [text('side', text('arrow', '→ '), address('hpa', expectedHpa))] : [];
}

function side(pte: Pte | undefined, kind: 'gpa' | 'hpa', name: string): Element {
  if (!pte) return element('span', { class: 'side none', title: `no valid ${name} entry` }, ['–']);
  const permissions = pte.kind === 'table' ? 'table' : pte.permissions;
  return element('span', { class: 'side', title: `${name} entry ${pte.value}` }, [
    address(kind, pte.target),
    ' ',
    code(permissions),
  ]);
}

/** The keys of a tree: up and down between rows, right and left to unfold and fold, Enter and Space to switch. */
function moveInTree(event: KeyboardEvent): void {
  const row = event.target as HTMLElement;
  if (row.getAttribute('role') !== 'treeitem') return;
  const expanded = row.getAttribute('aria-expanded');
  const neighbours: Record<string, globalThis.Element | null> = {
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
  };
  const switches = [
    expanded === 'false' && 'ArrowRight',
    expanded === 'true' && 'ArrowLeft',
    expanded && 'Enter',
    expanded && ' ',
  ];
  const neighbour = neighbours[event.key];
  if (neighbour instanceof HTMLElement) neighbour.focus();
  else if (switches.includes(event.key)) row.click();
  else return;
  event.preventDefault();
}
