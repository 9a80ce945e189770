import type { ComponentChildren } from 'preact';
import type {
  MemorySpace,
  Requests,
  RunCost,
  SourceLine,
  TranslateArguments,
  WorldName,
} from '../../../debug-adapter/protocol';
import type { KeptRun } from '../../views/messages';
import type { IconName } from './codicons';
import type { Window } from './timeline-drawing';

/** The pages of the machine panel, by what they are asked for. */
export type PageId = 'rings' | 'addressSpaces' | 'memory' | 'controlState' | 'exits' | 'timeline' | 'queues';

/** What memory is looked at. */
export interface AskedMemory {
  readonly space: MemorySpace;
  /** An expression of the debugger. Where it is empty, what the machine stands at. */
  readonly address: string;
  /** As whom; null for the first world that there is. */
  readonly world: WorldName | null;
  /** A part of the names of symbols that are looked for; none where it is empty. */
  readonly find: string;
}

/** What a page has been asked to show, by its own controls or by a link of another page. */
export interface Asked {
  /** The address that is followed: an expression of the debugger. Where it is empty, the one that the machine stands at. */
  readonly address: string;
  readonly access: TranslateArguments['access'];
  /** The part of the machine's time that the timeline shows, in nanoseconds; null for the last exits. */
  readonly window: Window | null;
  readonly memory: AskedMemory;
}

export const nothingAsked: Asked = {
  address: '',
  access: 'read',
  window: null,
  memory: { space: 'gva', address: '', world: null, find: '' },
};

/** The same object where nothing differs: what is asked for anew is seen by that. */
export function askedWith(asked: Asked, more: Partial<Asked>): Asked {
  const next = { ...asked, ...more };
  const { address, access, window, memory } = next;
  const isSameWindow = window?.from === asked.window?.from && window?.to === asked.window?.to;
  return address === asked.address && access === asked.access && isSameWindow && isSameMemory(memory, asked.memory)
    ? asked
    : next;
}

function isSameMemory(one: AskedMemory, other: AskedMemory): boolean {
  const isSamePlace = one.space === other.space && one.address === other.address && one.world === other.world;
  return isSamePlace && one.find === other.find;
}

/** Where the items of a page lead. */
export interface Links {
  source(at: SourceLine): void;
  /** Another page, or this one, with what it is to show. */
  page(id: PageId, asked?: Partial<Asked>): void;
  /** The view of page tables, with the translation of a guest-virtual address. */
  tables(address: string): void;
  /** Something that the user asked for cannot be done: why. */
  tell(text: string): void;
  /** This run, as it is now, is what others are compared with from now on; null: the last that has ended. */
  keep(cost: RunCost | null): void;
  /** A file of the user's. */
  save(name: string, text: string): void;
  /** Everything that is kept of the run, for a file: what a page shows may be a part of it. */
  whole<Command extends keyof Requests>(
    command: Command,
    args: Requests[Command]['arguments'],
  ): Promise<Requests[Command]['body']>;
}

export type Ask = <Command extends keyof Requests>(
  command: Command,
  args: Requests[Command]['arguments'],
) => Promise<Requests[Command]['body']>;

/** What a page is drawn from: the same gives the same. */
export interface Shown<Data> {
  readonly data: Data;
  /** What the page showed at the stop before, of the same thread and machine. */
  readonly before: Data | undefined;
  readonly asked: Asked;
  /** Another run of the window, which this one can be compared with. */
  readonly compared: KeptRun | undefined;
  readonly links: Links;
}

/** What is drawn around the data of a page. */
export interface Surroundings extends Pick<Shown<unknown>, 'asked' | 'compared' | 'links'> {
  readonly before: Loaded | undefined;
}

/** A page: it answers a question, which is its heading. */
export interface PageDescription<Data> {
  readonly id: PageId;
  /** On its tab. */
  readonly tab: string;
  readonly icon: IconName;
  readonly question: string;
  load(ask: Ask, threadId: number, asked: Asked): Promise<Data>;
  render(shown: Shown<Data>): ComponentChildren;
  /** What has changed since the stop before, for who does not see it; undefined where nothing has. */
  news(data: Data, before: Data): string | undefined;
}

/** What was loaded of a page. */
export interface Loaded {
  readonly page: PageId;
  render(around: Surroundings): ComponentChildren;
  news(before: Loaded): string | undefined;
  /** Known to its page alone. */
  readonly data: unknown;
}

/** A page whose data only it knows. */
export interface PanelPage extends Pick<PageDescription<unknown>, 'id' | 'tab' | 'icon' | 'question'> {
  load(ask: Ask, threadId: number, asked: Asked): Promise<Loaded>;
  /** The same of an answer that is there already. */
  of(data: unknown): Loaded;
}

export function panelPage<Data>(description: PageDescription<Data>): PanelPage {
  const { id, tab, icon, question } = description;
  const own = (other: Loaded | undefined): Data | undefined => (other?.page === id ? (other.data as Data) : undefined);
  const of = (data: unknown): Loaded => ({
    page: id,
    data,
    render: ({ before, ...around }) => description.render({ data: data as Data, before: own(before), ...around }),
    news: (before) => {
      const earlier = own(before);
      return earlier === undefined ? undefined : description.news(data as Data, earlier);
    },
  });
  return {
    id,
    tab,
    icon,
    question,
    of,
    load: async (ask, threadId, asked) => of(await description.load(ask, threadId, asked)),
  };
}
