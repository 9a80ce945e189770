import type { TlbContent, TlbEntry } from '../../debug-adapter/protocol';
import type { Facts } from './changes';
import type { Client } from './client';
import { type Child, type Element, element } from './dom';
import { pageSize } from './page-size';
import { address, code, grid, note, text } from './parts';
import type { PageContext, View } from './view';

/** What the machine's TLB holds. */
export class TlbView implements View {
  readonly empty = 'Debug a guest to see which translations the machine’s TLB holds.';
  readonly unfolded = new Set<string>();
  private content: TlbContent = { capacity: 0, entries: [] };

  async load(client: Client, threadId: number): Promise<void> {
    this.content = await client.request('hyperstep/tlb', { threadId });
  }

  facts(): Facts {
    const things = new Map(this.content.entries.map((entry) => [nameOf(entry), `${entry.hpa} ${entry.permissions}`]));
    return { scopes: new Map([[SCOPE, things]]) };
  }

  render({ changes }: PageContext): Element[] {
    const { capacity, entries } = this.content;
    const header = element('header', {}, [text('title', `${entries.length} of ${capacity} entries`)]);
    if (entries.length === 0) return [header, note('The TLB is empty: the next access walks the page tables.')];
    const spaces = entries.some((entry) => entry.space !== undefined);
    const rows = entries.map((entry) => ({
      name: nameOf(entry),
      mark: changes.of(SCOPE, nameOf(entry)),
      cells: [
        address('gva', entry.va),
        address('hpa', entry.hpa),
        allowed(entry),
        pageSize(entry.level),
        asid(entry),
        ...(spaces ? [text('space', entry.space ?? '')] : []),
      ],
    }));
    const columns = ['virtual', 'machine', 'allows', 'size', 'ASID', ...(spaces ? ['space'] : [])];
    return [header, grid(columns, rows, 'TLB entries')];
  }
}

const SCOPE = 'tlb';

/** What an entry is for: its place in the TLB may be another's later. */
function nameOf({ virtual, asid: number, global, va, level }: TlbEntry): string {
  return [virtual?.vmid ?? '', global ? 'global' : number, va, level].join(' ');
}

/** What an access may do, and where there are two stages what each of them allows. */
function allowed({ permissions, stages, gpa }: TlbEntry): Child {
  if (!stages) return code(permissions);
  const title = `guest’s stage: ${stages.first}, by GPA ${gpa}; second stage: ${stages.second}`;
  return element('span', { title }, [
    code(permissions),
    text('space', ` of ${stages.first} (VS), ${stages.second} (G)`),
  ]);
}

function asid({ asid: number, global, virtual }: TlbEntry): string {
  return `${virtual ? `VMID ${virtual.vmid}, ` : ''}${global ? 'any (global)' : number}`;
}
