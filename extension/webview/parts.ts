import type { GuestAddress } from '../../debug-adapter/protocol';
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
  return text('pair', address('gpa', gpa), ...(hpa ? [text('arrow', '→'), address('hpa', hpa)] : []));
}

export function heading(content: string, ...more: Child[]): Element {
  return element('h2', {}, [content, ...more]);
}

export function note(content: string): Element {
  return element('p', { class: 'note' }, [content]);
}

export function table(columns: readonly string[], rows: readonly (readonly Child[])[], label: string): Element {
  const head = element(
    'tr',
    {},
    columns.map((column) => element('th', { scope: 'col' }, [column])),
  );
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      cells.map((cell) => element('td', {}, [cell])),
    ),
  );
  return element('table', { 'aria-label': label }, [element('thead', {}, [head]), element('tbody', {}, body)]);
}

/** A button that folds and unfolds what it names. */
export function fold(label: readonly Child[], open: boolean, toggle: () => void, className = ''): Element {
  const marker = text('marker', open ? '▾' : '▸');
  return element(
    'button',
    { class: `fold ${className}`, type: 'button', 'aria-expanded': open ? 'true' : 'false' },
    [marker, ...label],
    {
      click: toggle,
    },
  );
}

/** What a set of unfolded things is for: membership that can be switched. */
export function toggle<Item>(set: Set<Item>, item: Item): void {
  if (!set.delete(item)) set.add(item);
}

export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Size of the page that an entry of this level maps. */
export function pageSize(level: number): string {
  return ['4 KiB', '2 MiB', '1 GiB', '512 GiB'][level] ?? '';
}
