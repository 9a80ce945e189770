import type {
  MemoryContent,
  MemoryMark,
  MemoryMarkKind,
  MemoryPiece,
  MemorySpace,
  SymbolList,
  World,
  WorldName,
} from '../../../../debug-adapter/protocol';
import { Icon } from '../icon';
import { type ByteRun, changedBytes, type MemoryRow, memoryRows } from '../memory-rows';
import { type Ask, type AskedMemory, type Links, panelPage } from '../page';
import { Link, Part, plural, Source, spaces } from '../parts';
import { presentAddress } from './present-address';
import { SymbolSearch } from './symbol-search';

/** Bytes that are shown at once, and symbols that are listed. */
const LENGTH = 512;
const LISTED = 100;
const COLUMNS = 3;

/** What the page shows: memory, and symbols that were looked for. */
interface ShownMemory {
  readonly asked: AskedMemory;
  readonly worlds: readonly World[];
  /** What was asked for, and why that, where the user has not asked. */
  readonly address: string;
  readonly because?: string;
  readonly content?: MemoryContent;
  readonly found?: SymbolList;
  /** Why it cannot be shown. */
  readonly problem?: string;
}

export const memoryPage = panelPage<ShownMemory>({
  id: 'memory',
  tab: 'Memory',
  icon: 'file-binary',
  question: 'What is in memory, in whose eyes, and what is it to the machine?',
  load: (ask, threadId, { memory }) => load(ask, threadId, memory),
  render: ({ data, before, links }) => (
    <>
      <Form of={data} links={links} />
      {data.problem === undefined ? null : <p class="empty">{data.problem}</p>}
      {data.content ? <Content of={data.content} before={before?.content} asked={data.asked} links={links} /> : null}
      <SymbolSearch asked={data.asked} found={data.found} links={links} />
    </>
  ),
  news: ({ content }, before) => {
    const changed = content ? changedBytes(content, before.content).size : 0;
    return changed === 0 ? undefined : `${plural(changed, 'byte')} of what is shown changed`;
  },
});

async function load(ask: Ask, threadId: number, asked: AskedMemory): Promise<ShownMemory> {
  const { worlds, trap } = await ask('hyperstep/worlds', { threadId });
  const isAsked = asked.address.trim() !== '';
  const present = isAsked ? undefined : await presentAddress(ask, threadId, worlds, trap);
  const wanted = asked.world ?? present?.world;
  // A world that was chosen at another stop may be none here.
  const world = worlds.find(({ name }) => name === wanted)?.name ?? worlds[0]?.name;
  const about = { threadId, ...(world ? { world } : {}) };
  const address = present?.address ?? asked.address;
  const known = {
    asked: { ...asked, world: world ?? null },
    worlds,
    address,
    ...(present?.because === undefined ? {} : { because: present.because }),
    ...(asked.find.trim() === ''
      ? {}
      : { found: await ask('hyperstep/symbols', { ...about, contains: asked.find, count: LISTED }) }),
  };
  // What the machine stands at is guest-virtual: a number in parentheses is an expression, which is followed to the space.
  const expression = present ? `(${address})` : address;
  try {
    const content = await ask('hyperstep/memory', {
      ...about,
      space: asked.space,
      address: expression,
      length: LENGTH,
    });
    return { ...known, content };
  } catch (error) {
    return { ...known, problem: error instanceof Error ? error.message : String(error) };
  }
}

const spaceNames = Object.keys(spaces) as readonly MemorySpace[];

function Form({ of: { asked, address, because, worlds, content }, links }: { of: ShownMemory; links: Links }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const space = spaceNames.find((each) => each === fields.get('space')) ?? 'gva';
    const world = worlds.find(({ name }) => name === fields.get('world'))?.name ?? null;
    links.page('memory', { memory: { ...asked, space, world, address: String(fields.get('address') ?? '') } });
  };
  // Another mode that can be chosen with it may have more.
  const offered = worlds.length > 1 ? spaceNames : (content?.spaces ?? spaceNames);
  return (
    <>
      <form class="translate" aria-label="The memory to look at" onSubmit={submit}>
        <input
          key={address}
          name="address"
          defaultValue={address}
          placeholder="0x..., a symbol, sp + 8"
          aria-label="Address: a number of the chosen space, or an expression of symbols and registers"
          spellcheck={false}
        />
        <select key={asked.space} name="space" aria-label="Space of addresses">
          {offered.map((each) => (
            <option key={each} value={each} selected={each === asked.space}>
              {each.toUpperCase()}: {spaces[each]}
            </option>
          ))}
        </select>
        {worlds.length > 1 ? <Worlds of={worlds} chosen={asked.world} /> : null}
        <button type="submit">
          <Icon name="search" /> Look
        </button>
      </form>
      <p>
        {because ? (
          `This is ${because}.`
        ) : (
          <Link
            title="Look at what the machine stands at"
            follow={() => links.page('memory', { memory: { ...asked, address: '', world: null } })}
          >
            back to what the machine stands at
          </Link>
        )}
      </p>
    </>
  );
}

function Worlds({ of, chosen }: { of: readonly World[]; chosen: WorldName | null }) {
  return (
    <select key={chosen} name="world" aria-label="In whose eyes">
      {of.map(({ name, why }) => (
        <option key={name} value={name} title={why} selected={name === chosen}>
          {name}-mode
        </option>
      ))}
    </select>
  );
}

interface ContentProps {
  readonly of: MemoryContent;
  readonly before: MemoryContent | undefined;
  readonly asked: AskedMemory;
  readonly links: Links;
}

const LAST_ADDRESS = 2n ** 64n;

function Content({ of, before, asked, links }: ContentProps) {
  const changed = changedBytes(of, before);
  const first = BigInt(of.pieces[0]?.first ?? '0x0');
  const show = (address: bigint) => () =>
    links.page('memory', { memory: { ...asked, space: of.space, address: `0x${address.toString(16)}` } });
  const earlier = first < LENGTH ? 0n : first - BigInt(LENGTH);
  const later = first + BigInt(LENGTH);
  return (
    <Part title={`${of.space.toUpperCase()} ${of.address}${of.space === 'hpa' ? '' : `, as ${of.world} has it`}`}>
      <div class="controls" role="toolbar" aria-label="What part of memory is shown">
        <button type="button" title={`Show the ${LENGTH} bytes before these`} onClick={show(earlier)}>
          <Icon name="chevron-left" /> Earlier
        </button>
        <button
          type="button"
          title={`Show the ${LENGTH} bytes after these`}
          onClick={show(later < LAST_ADDRESS ? later : first)}
        >
          <Icon name="chevron-right" /> Later
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <section class="wide" tabIndex={0} aria-label="Bytes, scrolls">
        <table class="memory" aria-label="Bytes">
          <thead>
            <tr>
              <th scope="col">{of.space.toUpperCase()}</th>
              <th scope="col">bytes</th>
              <th scope="col">characters</th>
            </tr>
          </thead>
          {of.pieces.map((piece, at) => (
            <tbody key={piece.first}>
              <Head of={of} piece={piece} asked={asked} links={links} />
              {memoryRows(of, piece, changed, at === 0).map((row) => (
                <Row key={String(row.address)} row={row} space={of.space} asked={asked} links={links} />
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <Legend of={of} hasChanged={changed.size > 0} />
      {of.isPartial ? (
        <p class="note">There are more page tables than were looked through: some are not marked.</p>
      ) : null}
    </Part>
  );
}

/** Where a page is in the other spaces; where there is no memory, why. */
function Head({ of, piece, asked, links }: Pick<ContentProps, 'of' | 'asked' | 'links'> & { piece: MemoryPiece }) {
  const { first, gpa, hpa, note, owner, bytes } = piece;
  const others = (
    [
      ['gpa', gpa],
      ['hpa', hpa],
    ] as const
  ).flatMap(([space, address]) => (space === of.space || address === undefined ? [] : { space, address }));
  return (
    <tr class={bytes ? 'piece' : 'piece failed'}>
      <th scope="rowgroup" colSpan={COLUMNS}>
        {first}
        {others.map(({ space, address }) => (
          <span key={space}>
            <span class="arrow"> → </span>
            <Link
              kind={space}
              title={`Look at it in the ${spaces[space]} space`}
              follow={() => links.page('memory', { memory: { ...asked, space, address } })}
            >
              {space.toUpperCase()} {address}
            </Link>
          </span>
        ))}
        {owner === undefined ? null : <span class="note"> not this guest’s: {owner} has it</span>}
        {note === undefined ? null : <span class="note prose"> {note}</span>}
        {!bytes && of.space === 'gva' ? (
          <>
            {' '}
            <Link
              title="Follow this address through the tables"
              follow={() => links.page('addressSpaces', { address: first, access: 'read' })}
            >
              through which tables
            </Link>
          </>
        ) : null}
      </th>
    </tr>
  );
}

interface RowProps extends Pick<ContentProps, 'asked' | 'links'> {
  readonly row: MemoryRow;
  readonly space: MemorySpace;
}

function Row({ row: { address, runs, characters, symbols, marks }, ...where }: RowProps) {
  return (
    <>
      {symbols.length + marks.length > 0 ? <Said symbols={symbols} marks={marks} {...where} /> : null}
      <tr>
        <th scope="row">
          <code>0x{address.toString(16)}</code>
        </th>
        <td>
          <code class="bytes">
            {runs.map((run, at) => (
              <Bytes key={at} run={run} />
            ))}
          </code>
        </td>
        <td>
          <code class="characters">{characters}</code>
        </td>
      </tr>
    </>
  );
}

/** What begins in a row, above it: whoever scrolls sideways to the bytes still reads it. */
function Said({ symbols, marks, space, asked, links }: Omit<RowProps, 'row'> & Pick<MemoryRow, 'symbols' | 'marks'>) {
  const lookAt = (first: string) => () => links.page('memory', { memory: { ...asked, space, address: first } });
  return (
    <tr>
      <td colSpan={COLUMNS}>
        <ul class="said">
          {symbols.map(({ name, first, size, kind, source }) => (
            <li key={name}>
              <Link title={`Look at this ${kind} from its first byte on`} follow={lookAt(first)}>
                {name}
              </Link>{' '}
              <span class="note">{plural(size, 'byte')}</span> <Source at={source} links={links} />
            </li>
          ))}
          {marks.map((mark) => (
            <li key={`${mark.first} ${mark.text}`}>
              <Mark of={mark} asked={asked} links={links} look={lookAt(mark.first)} />
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Bytes({ run: { bytes, kinds, hasChanged, symbol } }: { run: ByteRun }) {
  const says = [...(symbol === undefined ? [] : [symbol]), ...kinds, ...(hasChanged ? ['changed'] : [])];
  return (
    <span
      class={[...kinds.map((kind) => classOf[kind]), ...(hasChanged ? ['changed'] : [])].join(' ')}
      title={says.join(', ')}
    >
      {bytes.join(' ')}
    </span>
  );
}

/** What a mark leads to: the page that explains it. */
function Mark({
  of: { kind, text, entry, maps },
  asked,
  links,
  look,
}: Pick<ContentProps, 'asked' | 'links'> & { of: MemoryMark; look: () => void }) {
  switch (kind) {
    case 'guest table':
    case 'shadow table': {
      const address = maps ?? '0x0';
      return (
        <>
          <Link
            title="Follow the first address that it maps through the tables"
            follow={() => links.page('addressSpaces', { address, access: 'read' })}
          >
            {kind}: {text}
          </Link>{' '}
          {entry === undefined ? (
            <Link title="Show the view of page tables" follow={() => links.tables(address)}>
              in Page Tables
            </Link>
          ) : null}
        </>
      );
    }
    case 'second-stage table': {
      const address = maps ?? '0x0';
      return (
        <Link
          title="Look at the guest-physical memory that it maps"
          follow={() => links.page('memory', { memory: { ...asked, space: 'gpa', address } })}
        >
          {kind}: {text}
        </Link>
      );
    }
    case 'queue':
    case 'buffer':
      return (
        <Link title="Who owns it now" follow={() => links.page('queues')}>
          {text}
        </Link>
      );
    case 'watched':
      return (
        <Link title="Look at it from its first byte on" follow={look}>
          watched: {text}
        </Link>
      );
  }
}

const classOf: Readonly<Record<MemoryMarkKind, string>> = {
  'guest table': 'guest-table',
  'shadow table': 'shadow-table',
  'second-stage table': 'second-stage-table',
  queue: 'queue',
  buffer: 'buffer',
  watched: 'watched',
};

const meanings: Readonly<Record<MemoryMarkKind, string>> = {
  'guest table': 'a page table of the guest’s',
  'shadow table': 'a shadow table, which the hardware walks',
  'second-stage table': 'a table of the second stage',
  queue: 'a ring or the descriptors of a virtqueue',
  buffer: 'a buffer in a queue',
  watched: 'watched by a data breakpoint',
};

/** What the marks of the shown bytes mean, in words. */
function Legend({ of: { marks }, hasChanged }: { of: MemoryContent; hasChanged: boolean }) {
  const kinds = (Object.keys(meanings) as MemoryMarkKind[]).filter((kind) => marks.some((mark) => mark.kind === kind));
  if (kinds.length === 0 && !hasChanged) return null;
  return (
    <ul class="legend" aria-label="What is marked">
      {kinds.map((kind) => (
        <li key={kind}>
          <Sample is={classOf[kind]} /> {meanings[kind]}
        </li>
      ))}
      {hasChanged ? (
        <li>
          <Sample is="changed" /> not what it was at the stop before
        </li>
      ) : null}
    </ul>
  );
}

const Sample = ({ is }: { is: string }) => (
  <code class="bytes" aria-hidden="true">
    <span class={is}>00</span>
  </code>
);
