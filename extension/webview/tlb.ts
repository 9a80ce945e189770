import type { TlbContent } from '../../debug-adapter/protocol';
import type { Client } from './client';
import { type Element, element } from './dom';
import { address, code, note, pageSize, table, text } from './parts';
import type { View } from './view';

/** What the machine's TLB holds. */
export class TlbView implements View {
  readonly empty = 'Debug a guest to see which translations the machine’s TLB holds.';
  readonly unfolded = new Set<string>();
  private content: TlbContent = { capacity: 0, entries: [] };

  async load(client: Client, threadId: number): Promise<void> {
    this.content = await client.request('hyperstep/tlb', { threadId });
  }

  render(): Element[] {
    const { capacity, entries } = this.content;
    const header = element('header', {}, [text('title', `${entries.length} of ${capacity} entries`)]);
    if (entries.length === 0) return [header, note('The TLB is empty: the next access walks the page tables.')];
    const spaces = entries.some((entry) => entry.space !== undefined);
    const rows = entries.map((entry) => [
      address('gva', entry.va),
      address('hpa', entry.hpa),
      code(entry.permissions, stagesText(entry)),
      pageSize(entry.level),
      asid(entry),
      ...(spaces ? [text('space', entry.space ?? '')] : []),
    ]);
    return [
      header,
      table(['virtual', 'machine', 'allows', 'size', 'ASID', ...(spaces ? ['space'] : [])], rows, 'TLB entries'),
    ];
  }
}

/** What each of two stages allows, where the entry is of two. */
function stagesText({ stages, gpa }: TlbContent['entries'][number]): string | undefined {
  return stages && `guest’s stage: ${stages.first}, by GPA ${gpa}; second stage: ${stages.second}`;
}

function asid({ asid: number, global, virtual }: TlbContent['entries'][number]): string {
  return `${virtual ? `VMID ${virtual.vmid}, ` : ''}${global ? 'any (global)' : number}`;
}
