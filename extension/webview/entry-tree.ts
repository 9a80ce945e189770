import type { EntryState, PageTable, PageTableEntry, Pte } from '../../debug-adapter/protocol';
import type { Mark } from './changes';
import { type Child, type Element, element } from './dom';
import { pageSize } from './page-size';
import { address, code, marked, text, toggle } from './parts';
import type { PageContext } from './view';

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

/** The tables of one tree, by the indices on the way to them: `2/0`; the root by the empty name. */
export type Tables = ReadonlyMap<string, PageTable>;

export function isTable(entry: PageTableEntry): boolean {
  return entry.guest?.kind === 'table' || entry.shadow?.kind === 'table';
}

export function placeOf(path: readonly number[]): string {
  return path.join('/');
}

/** What a tree is called and remembered by, and what it shows. */
interface Tree {
  /** Before the places of its entries, among those that are unfolded. */
  readonly prefix: string;
  /** Before the places of its tables, among the scopes of what changed. */
  readonly scope: string;
  readonly label: string;
  readonly tables: Tables;
  readonly unfolded: Set<string>;
}

/** The entries of a table and, below each that points to another one and is unfolded, those of that. */
export function entryTree(tree: Tree, page: PageContext): Element {
  return element(
    'div',
    { role: 'tree', 'aria-label': tree.label, 'data-items': 'tree', class: 'entries' },
    new Rows(tree, page).below([]),
  );
}

class Rows {
  constructor(
    private readonly tree: Tree,
    private readonly page: PageContext,
  ) {}

  below(path: readonly number[]): Element[] {
    const table = this.tree.tables.get(placeOf(path));
    return (table?.entries ?? []).map((entry, position) => this.item(entry, table as PageTable, path, position));
  }

  private item(entry: PageTableEntry, table: PageTable, path: readonly number[], position: number): Element {
    const { tree, page } = this;
    const way = [...path, entry.index];
    const place = tree.prefix + placeOf(way);
    const canOpen = isTable(entry);
    const inner = canOpen && tree.unfolded.has(place) ? this.below(way) : undefined;
    const mark = page.changes.of(tree.scope + placeOf(path), String(entry.index));
    const changedBelow = canOpen && !inner ? this.changesBelow(way) : 0;
    return element(
      'div',
      {
        role: 'treeitem',
        class: `entry ${entry.state}${mark ? ' is-changed' : ''}`,
        'data-item': place,
        'data-find': `${entry.first} ${entry.first.slice(2)} ${entry.index} ${entry.label ?? ''}`,
        'aria-label': nameOf(entry, table, mark, changedBelow),
        'aria-level': way.length,
        'aria-setsize': table.entries.length,
        'aria-posinset': position + 1,
        'aria-expanded': canOpen ? String(inner !== undefined) : undefined,
      },
      [
        row(entry, table, canOpen ? inner !== undefined : undefined, mark, changedBelow),
        ...(inner ? [element('div', { role: 'group' }, inner)] : []),
      ],
      {
        click: (event) => {
          // Of an item inside another one, only its own.
          event.stopPropagation();
          if (!canOpen) return;
          toggle(tree.unfolded, place);
          page.refresh();
        },
      },
    );
  }

  private changesBelow(way: readonly number[]): number {
    const scope = this.tree.scope + placeOf(way);
    return this.page.changes.countIn((each) => each === scope || each.startsWith(`${scope}/`));
  }
}

function row(
  entry: PageTableEntry,
  table: PageTable,
  isOpen: boolean | undefined,
  mark: Mark | undefined,
  changedBelow: number,
): Element {
  const { index, state, reason, label } = entry;
  const line = element('div', { class: 'entry-line' }, [
    text('marker', isOpen === undefined ? '' : isOpen ? '▾' : '▸'),
    text('index', String(index)),
    element('code', { class: addressKind(table), title: `${entry.first} to ${entry.last}: ${pageSize(table.level)}` }, [
      entry.first,
    ]),
    ...(label ? [text('label', label)] : []),
    ...marked(mark),
    ...(changedBelow > 0 ? [text('mark below', `${changedBelow} below`)] : []),
    ...(state === 'unshadowed' || state === 'table'
      ? []
      : [element('span', { class: `state ${state}`, title: reason ?? stateTitles[state] }, [state])]),
  ]);
  const why = reason ? [element('div', { class: 'reason' }, [reason])] : [];
  return element('div', { class: 'row' }, [line, element('div', { class: 'sides' }, sides(entry, table)), ...why]);
}

/** Entries of the second stage are for guest-physical addresses. */
function addressKind({ stage }: PageTable): 'gva' | 'gpa' {
  return stage === 'second' ? 'gpa' : 'gva';
}

function sides(entry: PageTableEntry, table: PageTable): Element[] {
  if (table.shadowed) return [side(entry.guest, 'gpa', 'guest', true), side(entry.shadow, 'hpa', 'shadow', true)];
  const behind: Child[] =
    table.stage === 'first' && entry.expectedHpa
      ? [text('arrow', ' → '), address('hpa', entry.expectedHpa)]
      : frameOf(entry);
  return [side(entry.guest, table.stage === 'first' ? 'gpa' : 'hpa', 'page table', false, behind)];
}

/** What is behind an entry of a table that a guest has registered. */
function frameOf({ frame }: PageTableEntry): Child[] {
  if (!frame) return [];
  const place = frame.gpa === undefined ? [] : [text('arrow', ' → '), address('gpa', frame.gpa)];
  return [...place, ' ', text('frame', frame.use)];
}

function side(
  pte: Pte | undefined,
  kind: 'gpa' | 'hpa',
  name: string,
  isNamed: boolean,
  behind: readonly Child[] = [],
): Element {
  const label = isNamed ? [text('side-name', `${name} `)] : [];
  if (!pte) return element('span', { class: 'side none', title: `no valid ${name} entry` }, [...label, '–']);
  const permissions = pte.kind === 'table' ? 'table' : pte.permissions;
  return element('span', { class: 'side', title: `${name} entry ${pte.value}` }, [
    ...label,
    address(kind, pte.target),
    ' ',
    code(permissions),
    ...behind,
  ]);
}

/** What is heard of an entry: the guest's table and the shadow's told apart. */
function nameOf(entry: PageTableEntry, table: PageTable, mark: Mark | undefined, changedBelow: number): string {
  const { index, first, label, guest, shadow, state, reason, expectedHpa, frame } = entry;
  const says = (pte: Pte | undefined): string =>
    pte ? `${pte.kind === 'table' ? 'table at' : `${pte.permissions} page at`} ${pte.target}` : 'none';
  return [
    `entry ${index}`,
    `${table.stage === 'second' ? 'guest-physical ' : ''}${first}`,
    label,
    mark && `${mark} since the last stop`,
    changedBelow > 0 && `${changedBelow} changed below`,
    table.shadowed ? `guest ${says(guest)}, shadow ${says(shadow)}` : says(guest),
    table.stage === 'first' && expectedHpa && `in the machine at ${expectedHpa}`,
    frame && `the guest's ${frame.gpa ?? 'none'}: ${frame.use}`,
    state !== 'unshadowed' && state !== 'table' && state,
    reason,
  ]
    .filter(Boolean)
    .join(', ');
}
