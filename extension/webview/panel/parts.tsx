import type { ComponentChildren } from 'preact';
import type { SourceLine } from '../../../debug-adapter/protocol';
import { Icon } from './icon';
import type { Links } from './page';

/** Pieces that several pages are made of. */

interface Content {
  readonly children: ComponentChildren;
}

/** Something in running text that leads somewhere. */
export function Link({
  title,
  follow,
  kind = '',
  children,
}: Content & { title: string; follow: () => void; kind?: string }) {
  return (
    <button type="button" class={`link ${kind}`} title={title} onClick={follow}>
      {children}
    </button>
  );
}

/** A line of a source, by its file's name. */
export function Source({ at, links }: { at: SourceLine | undefined; links: Links }) {
  if (!at) return null;
  const file = at.path.split(/[\\/]/).pop();
  return (
    <Link title={`Go to ${at.path}:${at.line}`} follow={() => links.source(at)}>
      <Icon name="go-to-search" />
      {file}:{at.line}
    </Link>
  );
}

export const spaces = {
  gva: 'guest-virtual address',
  gpa: 'guest-physical address',
  hpa: 'machine-physical address',
} as const;
export type Space = keyof typeof spaces;

/** An address, in the colour of its space. Of a guest-virtual one the way can be followed, at another one memory be looked at. */
export function Address({ space, value, links }: { space: Space; value: string; links?: Links | undefined }) {
  const shown = (
    <code class={space} title={spaces[space]}>
      {value}
    </code>
  );
  if (!links) return shown;
  if (space !== 'gva') {
    const look = () => links.page('memory', { memory: { space, address: value, world: null, find: '' } });
    return (
      <Link kind={space} title="Look at the memory there" follow={look}>
        {shown}
      </Link>
    );
  }
  const follow = () => links.page('addressSpaces', { address: value, access: 'read' });
  return (
    <Link kind="gva" title="Follow this address through the address spaces" follow={follow}>
      {shown}
    </Link>
  );
}

/** A part of a page with a heading of its own. */
export function Part({ title, children }: Content & { title: string }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** The word beside something that is not as it was at the stop before. */
export function Changed({ is }: { is: boolean }) {
  return is ? (
    <span class="mark changed" title="since the stop before">
      changed
    </span>
  ) : null;
}

/** A table that scrolls by itself where there is no room for it, also by keyboard. */
export function Table({ label, columns, children }: Content & { label: string; columns: readonly string[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section class="wide" tabIndex={0} aria-label={`${label}, scrolls`}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function plural(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
}
