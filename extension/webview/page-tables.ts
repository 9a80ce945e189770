import type {
  EntryState,
  PageTable,
  PageTableEntry,
  Pte,
  TranslateArguments,
  Translation,
  Walk,
} from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { address, code, note, pageSize, plural, text, toggle } from './parts';
import type { View } from './view';

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

/** Places in the tree are named by the indices on the way to them: `2/0/17`. */
type Place = string;

/** The guest's page table and beside it, entry by entry, the shadow table that the hardware walks. */
export class PageTablesView implements View {
  readonly empty = 'Debug a guest to see its page table and, entry by entry, the shadow table that the hardware walks.';
  private readonly tables = new Map<Place, PageTable>();
  readonly unfolded = new Set<Place>();
  /** What is translated anew at every stop. */
  private asked: Pick<TranslateArguments, 'address' | 'access'> | undefined;
  private translation: Translation | string | undefined;

  async load(client: Client, threadId: number): Promise<void> {
    this.tables.clear();
    const loadTable = async (path: number[]): Promise<void> => {
      const table = await client.request('hyperstep/pageTable', { threadId, path });
      this.tables.set(path.join('/'), table);
      const unfolded = table.entries.filter(
        (entry) => isTable(entry) && this.unfolded.has([...path, entry.index].join('/')),
      );
      for (const entry of unfolded) await loadTable([...path, entry.index]);
    };
    await loadTable([]);
    if (this.asked) {
      const answer = client.request('hyperstep/translate', { threadId, ...this.asked });
      this.translation = await answer.catch((error: Error) => error.message);
    }
  }

  render(_client: Client, refresh: () => void): Element[] {
    const root = this.tables.get('');
    if (!root) return [];
    return [
      element('header', {}, [
        text('title', root.mode === 'bare' ? 'No paging' : root.mode === 'sv39' ? 'Sv39' : 'Sv48'),
        text('space', root.space),
      ]),
      this.translateForm(refresh),
      ...this.renderTranslation(),
      ...(root.shadowed ? [columnTitles()] : []),
      root.entries.length === 0 ? note(emptyText(root)) : this.tree(root, refresh),
    ];
  }

  private tree(root: PageTable, refresh: () => void): Element {
    return element('div', { role: 'tree', 'aria-label': 'Page table entries' }, this.rows(root, [], refresh), {
      keydown: moveInTree,
    });
  }

  private rows(table: PageTable, path: readonly number[], refresh: () => void): Element[] {
    return table.entries.flatMap((entry) => {
      const place = [...path, entry.index].join('/');
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
      return below ? [row, ...this.rows(below, [...path, entry.index], refresh)] : [row];
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

  private renderTranslation(): Element[] {
    if (this.translation === undefined) return [];
    if (typeof this.translation === 'string') return [note(this.translation)];
    const { guest, p2m, shadow, stages, tlb, summary } = this.translation;
    const lines: Element[] = [note(summary), walk('Guest walk', guest, shadow ? 'gpa' : 'hpa')];
    if (p2m) {
      const end: Child = p2m.hpa ? address('hpa', p2m.hpa) : 'no frame';
      lines.push(
        element('h3', {}, ['P2M']),
        element('p', { class: 'step' }, [address('gpa', p2m.gpa), ' → ', end, ' ', p2m.note]),
      );
    }
    if (shadow) lines.push(walk('Shadow walk, by the hardware', shadow, 'hpa'));
    if (stages) lines.push(...twoStageWalk(stages));
    const cached = tlb ? `slot ${tlb.slot}: ${tlb.va} → ${tlb.hpa} ${tlb.permissions}, ASID ${tlb.asid}` : 'no entry';
    lines.push(element('h3', {}, ['TLB']), element('p', { class: 'step' }, [cached]));
    return [element('section', { class: 'translation', 'aria-label': 'Translation' }, lines)];
  }
}

/** Every entry that the hardware reads of both stages: the one that stops it stands out. */
function twoStageWalk({ steps, outcome }: NonNullable<Translation['stages']>): Element[] {
  return [
    element('h3', {}, ['Both stages, as the hardware walks them']),
    ...steps.map(({ stage, level, pteAddress, pte, note: says, failed }) =>
      element('p', { class: failed ? 'step failed' : 'step' }, [
        `${stage} level ${level} `,
        address(stage === 'G' ? 'hpa' : 'gpa', pteAddress),
        ` = ${pte} ${says}`,
      ]),
    ),
    element('p', { class: 'step' }, [outcome]),
  ];
}

function columnTitles(): Element {
  return element('div', { class: 'sides column-titles', 'aria-hidden': 'true' }, [
    text('side', 'guest'),
    text('side', 'shadow'),
  ]);
}

function emptyText(table: PageTable): string {
  if (table.mode !== 'bare') return 'The page table has no valid entry.';
  return table.shadowed
    ? 'The guest has not turned on paging, and has touched no page yet.'
    : 'The guest has not turned on paging.';
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
    : [side(entry.guest, 'hpa', 'page table')];
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

function side(pte: Pte | undefined, kind: 'gpa' | 'hpa', name: string): Element {
  if (!pte) return element('span', { class: 'side none', title: `no valid ${name} entry` }, ['–']);
  const permissions = pte.kind === 'table' ? 'table' : pte.permissions;
  return element('span', { class: 'side', title: `${name} entry ${pte.value}` }, [
    address(kind, pte.target),
    ' ',
    code(permissions),
  ]);
}

function walk(title: string, { root, steps, outcome }: Walk, kind: 'gpa' | 'hpa'): Element {
  const lines = steps.map(({ level, index, pteAddress, pte, note: conclusion }) =>
    element('li', {}, [
      `level ${level}, entry ${index} at `,
      address(kind, pteAddress),
      ': ',
      code(pte),
      ` ${conclusion}`,
    ]),
  );
  const end: Child[] =
    'fault' in outcome
      ? [text('fault', outcome.fault)]
      : [address(kind, outcome.address), ` ${outcome.permissions} (${pageSize(outcome.level)})`];
  return element('div', {}, [
    element('h3', {}, [
      title,
      ' ',
      text('space', steps.length > 0 ? `from ${root}, ${plural(steps.length, 'step')}` : 'bare'),
    ]),
    element('ol', { class: 'steps' }, [...lines, element('li', { class: 'outcome' }, end)]),
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
