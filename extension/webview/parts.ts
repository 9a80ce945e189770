import type { GuestAddress, SourceLine } from '../../debug-adapter/protocol';
import type { Mark } from './changes';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';

/** Pieces that several views are made of. */

export function text(className: string, ...children: Child[]): Element {
  return element('span', { class: className }, children);
}

/** An address or a machine word. */
export function code(content: string, title?: string): Element {
  return element('code', { title }, [content]);
}

/** `kind` names the address space, which has a colour of its own. */
export function address(kind: 'gva' | 'gpa' | 'hpa', value: string): Element {
  const titles = { gva: 'guest-virtual address', gpa: 'guest-physical address', hpa: 'machine-physical address' };
  return element('code', { class: kind, title: titles[kind] }, [value]);
}

/** Where the guest says that something is, and where it is. */
export function guestAddress({ gpa, hpa }: GuestAddress): Element {
  return text('pair', address('gpa', gpa), ...(hpa ? [text('arrow', ' → '), address('hpa', hpa)] : []));
}

export function heading(content: string, ...more: Child[]): Element {
  return element('h2', {}, [content, ...more]);
}

export function note(content: string): Element {
  return element('p', { class: 'note' }, [content]);
}

/** Columns that matter most come first: what does not fit is reached by scrolling sideways. */
export function table(columns: readonly string[], rows: readonly (readonly Child[])[], label: string): Element {
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      cells.map((cell) => element('td', {}, [cell])),
    ),
  );
  return wide(
    element('table', { 'aria-label': label }, [element('thead', {}, [heads(columns)]), element('tbody', {}, body)]),
  );
}

/** A row by which the keyboard comes. */
export interface GridRow {
  /** It keeps it when the view is updated. */
  readonly name: string;
  readonly cells: readonly Child[];
  readonly mark?: Mark | undefined;
  /** Where some rows are parts of others: 1 of those that are parts of none. A row's parts come after it. */
  readonly level?: number;
  /** Of a row that has parts. */
  readonly fold?: { readonly isOpen: boolean; readonly toggled: () => void };
}

/** A table whose rows are gone through by arrows. Where it is narrow, a row takes several lines. */
export function grid(columns: readonly string[], rows: readonly GridRow[], label: string): Element {
  const role = rows.some(({ level }) => level !== undefined) ? 'treegrid' : 'grid';
  return wide(
    element('table', { role, 'aria-label': label, 'data-items': role, class: 'grid' }, [
      element('thead', { role: 'rowgroup' }, [heads(columns)]),
      element(
        'tbody',
        { role: 'rowgroup' },
        rows.map((row) => gridRow(columns, row)),
      ),
    ]),
  );
}

function gridRow(columns: readonly string[], { name, cells, mark, level, fold: folds }: GridRow): Element {
  const isOpen = folds?.isOpen;
  const marker = isOpen === undefined ? [] : [text('marker', isOpen ? '▾' : '▸')];
  return element(
    'tr',
    {
      role: 'row',
      'data-item': name,
      class: mark ? 'is-changed' : undefined,
      'aria-level': level,
      'aria-expanded': isOpen === undefined ? undefined : String(isOpen),
    },
    cells.map((cell, index) =>
      element('td', { role: 'gridcell', 'data-column': columns[index] }, [
        ...(index === 0 ? marker : []),
        cell,
        ...(index === 0 && mark ? [' ', ...marked(mark)] : []),
      ]),
    ),
    folds ? { click: folds.toggled } : {},
  );
}

function heads(columns: readonly string[]): Element {
  return element(
    'tr',
    { role: 'row' },
    columns.map((column) => element('th', { scope: 'col', role: 'columnheader' }, [column])),
  );
}

function wide(content: Element): Element {
  return element('div', { class: 'wide' }, [content]);
}

/** The word beside something that is not as it was at the last stop. */
export function marked(mark: Mark | undefined): Element[] {
  return mark ? [element('span', { class: `mark ${mark}`, title: 'since the last stop' }, [mark])] : [];
}

interface FoldOptions {
  readonly className?: string;
  /** In a list that is gone through by arrows: the name that it keeps. */
  readonly item?: string;
}

/** A button that folds and unfolds what it names. */
export function fold(label: readonly Child[], open: boolean, toggle: () => void, options: FoldOptions = {}): Element {
  const marker = element('span', { class: 'marker', 'aria-hidden': 'true' }, [open ? '▾' : '▸']);
  return element(
    'button',
    {
      class: `fold ${options.className ?? ''}`,
      type: 'button',
      'aria-expanded': open ? 'true' : 'false',
      'data-item': options.item,
    },
    [marker, ...label],
    { click: toggle },
  );
}

/** A button in running text that leads somewhere. */
export function link(label: readonly Child[], title: string, follow: () => void, attributes = {}): Element {
  return element('button', { type: 'button', class: 'link', title, ...attributes }, label, {
    click: (event) => {
      event.stopPropagation();
      follow();
    },
  });
}

/** A link to a line of a source, by its file's name. */
export function sourceLink({ path, line }: SourceLine, client: Client): Element {
  const file = path.split(/[\\/]/).pop();
  return link([`${file}:${line}`], `Go to ${path}:${line}`, () => client.open(path, line));
}

/** What a set of unfolded things is for: membership that can be switched. */
export function toggle<Item>(set: Set<Item>, item: Item): void {
  if (!set.delete(item)) set.add(item);
}

export function plural(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
}
