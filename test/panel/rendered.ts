import type { ComponentChildren, VNode } from 'preact';
import type { KeptRun } from '../../extension/views/messages';
import { type Links, type Loaded, nothingAsked } from '../../extension/webview/panel/page';

/** An element of a page, when its components have been drawn. */
export interface Drawn {
  readonly tag: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: readonly (Drawn | string)[];
}

export type Followed = { readonly kind: string; readonly to: unknown };

/** What a page is drawn as, and where its links lead when they are followed. */
export class Rendered {
  readonly roots: readonly (Drawn | string)[];
  readonly followed: Followed[] = [];

  constructor(loaded: Loaded, before?: Loaded, asked = nothingAsked, compared?: KeptRun) {
    const links: Links = {
      source: (at) => this.followed.push({ kind: 'source', to: at }),
      page: (id, what) => this.followed.push({ kind: id, to: what }),
      tables: (address) => this.followed.push({ kind: 'tables', to: address }),
      tell: (text) => this.followed.push({ kind: 'told', to: text }),
      keep: (cost) => this.followed.push({ kind: 'keep', to: cost }),
      save: (name, text) => this.followed.push({ kind: name, to: text }),
      whole: () => Promise.reject(new Error('nothing is asked while a page is drawn')),
    };
    this.roots = draw(loaded.render({ before, asked, compared, links }));
  }

  get text(): string {
    return this.roots.map(textOf).join(' ').replace(/\s+/g, ' ');
  }

  /** Every element that a condition holds for, in the order of the page. */
  all(condition: (drawn: Drawn) => boolean): Drawn[] {
    const found: Drawn[] = [];
    const visit = (node: Drawn | string): void => {
      if (typeof node === 'string') return;
      if (condition(node)) found.push(node);
      for (const child of node.children) visit(child);
    };
    for (const node of this.roots) visit(node);
    return found;
  }

  /** The rows of a table by its label, cell by cell. */
  rows(label: string): string[][] {
    const [table] = this.all(({ tag, props }) => tag === 'table' && props['aria-label'] === label);
    if (!table) throw new Error(`there is no table ${label}`);
    const rows: string[][] = [];
    for (const body of table.children)
      if (typeof body !== 'string' && body.tag === 'tbody')
        for (const row of body.children)
          if (typeof row !== 'string') rows.push(row.children.map((cell) => textOf(cell).replace(/\s+/g, ' ').trim()));
    return rows;
  }

  /** Presses the first button with a text. */
  press(text: RegExp): void {
    const [button] = this.all((drawn) => drawn.tag === 'button' && text.test(textOf(drawn).trim()));
    if (!button) throw new Error(`there is no button ${text}`);
    (button.props['onClick'] as () => void)();
  }
}

export function textOf(node: Drawn | string): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join(node.tag === 'tr' ? ' ' : '');
}

/** Draws components, which are pure functions: those that keep something of their own cannot be drawn so. */
function draw(children: ComponentChildren): (Drawn | string)[] {
  if (children === null || children === undefined || typeof children === 'boolean') return [];
  if (Array.isArray(children)) return children.flatMap(draw);
  if (typeof children !== 'object') return [String(children)];
  const { type, props } = children as VNode<Record<string, unknown>>;
  if (typeof type === 'function') {
    const drawn = (type as (own: unknown) => ComponentChildren)(props);
    return draw(drawn);
  }
  return [{ tag: String(type), props, children: draw(props['children'] as ComponentChildren) }];
}
