import type { LastTrap, PageTable, PageTableArguments, WorldArguments } from '../../debug-adapter/protocol';
import { AskedTranslation } from './asked-translation';
import type { Facts } from './changes';
import type { Client } from './client';
import { type Element, element } from './dom';
import { entryTree, isTable, placeOf } from './entry-tree';
import { note, text } from './parts';
import type { PageContext, View } from './view';
import { trapNote, WorldChoice } from './worlds';

type Stage = NonNullable<PageTableArguments['stage']>;

/**
 * Tables that are asked for at a stop though they are folded, so that what changed in them is known: a kernel in assembly has fewer.
 * Of more, only those that are unfolded.
 */
const MOST_FOLDED = 64;

/** Of what changes, beside the tables. */
const LAST_TRAP = 'last trap';

const firstStageSchemes: Record<PageTable['mode'], string> = { bare: 'No paging', sv39: 'Sv39', sv48: 'Sv48' };
const secondStageSchemes: Record<PageTable['mode'], string> = {
  bare: 'No second stage',
  sv39: 'Sv39x4',
  sv48: 'Sv48x4',
};

/** The guest's page table and beside it, entry by entry, the shadow table that the hardware walks; or the second stage's below it. */
export class PageTablesView implements View {
  readonly empty =
    'Debug a guest to see its page table and, entry by entry, the shadow table that the hardware walks: set a breakpoint and press F5.';
  /** Places of entries: `2/0/17`; of the second stage with `g:` before them. */
  readonly unfolded = new Set<string>();
  private readonly tables: Record<Stage, Map<string, PageTable>> = { first: new Map(), second: new Map() };
  /** Folded tables were left out: what changed in them is not known. */
  private isPartial = false;
  private readonly asked = new AskedTranslation();
  private readonly world = new WorldChoice();
  private trap: LastTrap | undefined;

  /** Asks for the translation of an address, at the next load and from then on. */
  translate(address: string): void {
    this.asked.ask({ address, access: 'read' });
  }

  async load(client: Client, threadId: number): Promise<void> {
    const { worlds, trap } = await client.request('hyperstep/worlds', { threadId });
    this.world.offered(worlds);
    this.trap = trap;
    const { current } = this.world;
    const about: WorldArguments = { threadId, ...(current ? { world: current.name } : {}) };
    this.isPartial = false;
    await this.loadTree(client, about, 'first');
    if (current?.twoStages) await this.loadTree(client, about, 'second');
    else this.tables.second.clear();
    await this.asked.load(client, about);
  }

  facts(): Facts {
    const scopes = (['first', 'second'] as const).flatMap((stage) =>
      [...this.tables[stage]].map(([place, table]): [string, Map<string, string>] => [
        `${this.world.current?.name ?? ''} ${prefixes[stage]}${place}`,
        new Map(table.entries.map(({ index, ...says }) => [String(index), JSON.stringify(says)])),
      ]),
    );
    const trap = new Map(this.trap ? [[LAST_TRAP, this.trap.text]] : []);
    return { scopes: new Map([...scopes, [LAST_TRAP, trap]]) };
  }

  render(page: PageContext): Element[] {
    const root = this.tables.first.get('');
    const second = this.tables.second.get('');
    if (!root) return [];
    const refresh = () => void page.refresh();
    const walk = ({ world, ...asked }: Parameters<Parameters<typeof trapNote>[2]>[0]) => {
      if (world) this.world.choose(world);
      this.asked.ask(asked);
      refresh();
    };
    const asking = page.isPast
      ? []
      : [
          ...this.world.render(refresh),
          ...(this.trap ? [trapNote(this.trap, page.changes.of(LAST_TRAP, LAST_TRAP), walk)] : []),
          this.asked.form(page),
        ];
    return [
      header(root),
      ...asking,
      ...this.asked.render(),
      ...(this.isPartial ? [note('Changes are looked for in unfolded tables only: there are many tables.')] : []),
      ...this.tree(root, 'first', page),
      ...(second ? [header(second), ...this.tree(second, 'second', page)] : []),
    ];
  }

  private tree(root: PageTable, stage: Stage, page: PageContext): Element[] {
    if (root.entries.length === 0) return [note(emptyText(root))];
    const label =
      stage === 'second'
        ? 'Entries of the second stage'
        : root.shadowed
          ? 'Guest and shadow page tables'
          : 'Page table';
    const scope = `${this.world.current?.name ?? ''} ${prefixes[stage]}`;
    const tree = { prefix: prefixes[stage], scope, label, tables: this.tables[stage], unfolded: this.unfolded };
    const titles = root.shadowed ? [columnTitles()] : [];
    return [...titles, entryTree(tree, page)];
  }

  /** All tables, level by level, as long as they are few; unfolded ones in any case. */
  private async loadTree(client: Client, about: WorldArguments, stage: Stage): Promise<void> {
    const loaded = new Map<string, PageTable>();
    let level: number[][] = [[]];
    while (level.length > 0) {
      const answers = level.map((path) => client.request('hyperstep/pageTable', { ...about, path, stage }));
      const tables = await Promise.all(answers);
      const below: number[][] = [];
      for (const [index, table] of tables.entries()) {
        const path = level[index] ?? [];
        loaded.set(placeOf(path), table);
        for (const entry of table.entries) if (isTable(entry)) below.push([...path, entry.index]);
      }
      const isFew = loaded.size + below.length <= MOST_FOLDED;
      if (!isFew) this.isPartial = true;
      level = isFew ? below : below.filter((path) => this.unfolded.has(prefixes[stage] + placeOf(path)));
    }
    this.tables[stage] = loaded;
  }
}

const prefixes: Record<Stage, string> = { first: '', second: 'g:' };

function header({ mode, stage, space }: PageTable): Element {
  const schemes = stage === 'second' ? secondStageSchemes : firstStageSchemes;
  return element('header', {}, [text('title', schemes[mode]), text('space', space)]);
}

/** Where it is wide enough for both side by side. */
function columnTitles(): Element {
  return element('div', { class: 'sides column-titles', 'aria-hidden': 'true' }, [
    text('side', 'guest'),
    text('side', 'shadow'),
  ]);
}

function emptyText(table: PageTable): string {
  if (table.mode !== 'bare') return 'The page table has no valid entry.';
  if (table.stage === 'second') return 'Guest physical addresses are machine addresses.';
  if (table.stage === 'first') return `${table.space}: its addresses are guest-physical ones.`;
  return table.shadowed
    ? 'The guest has not turned on paging, and has touched no page yet.'
    : `${table.space}: addresses are not translated here.`;
}
