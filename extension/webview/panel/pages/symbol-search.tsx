import type { SymbolList } from '../../../../debug-adapter/protocol';
import { Icon } from '../icon';
import type { AskedMemory, Links } from '../page';
import { Link, Part, plural, Source, Table } from '../parts';

interface SearchProps {
  readonly asked: AskedMemory;
  readonly found: SymbolList | undefined;
  readonly links: Links;
}

/** Symbols of the program by a part of their names, each of which memory can be looked at. */
export function SymbolSearch({ asked, found, links }: SearchProps) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    links.page('memory', { memory: { ...asked, find: String(fields.get('find') ?? '') } });
  };
  return (
    <Part title="Go to a symbol">
      <form class="translate" aria-label="Symbols to find" onSubmit={submit}>
        <input
          key={asked.find}
          name="find"
          defaultValue={asked.find}
          placeholder="a part of its name"
          aria-label="A part of the symbol’s name"
          spellcheck={false}
        />
        <button type="submit">
          <Icon name="search" /> Find
        </button>
      </form>
      {found ? <Found of={found} asked={asked} links={links} /> : null}
    </Part>
  );
}

function Found({ of: { symbols, total }, asked, links }: { of: SymbolList } & Pick<SearchProps, 'asked' | 'links'>) {
  if (total === 0) return <p>The program has no symbol with “{asked.find}” in its name.</p>;
  return (
    <>
      <p class="note">
        {plural(total, 'symbol')}
        {symbols.length < total ? `, of which the first ${symbols.length} are listed` : ''}
      </p>
      <Table label="Symbols" columns={['name', 'address', 'size', 'what', 'defined at']}>
        {symbols.map(({ name, first, size, kind, source }) => (
          <tr key={`${name} ${first}`}>
            <th scope="row">
              <Link
                title="Look at it in memory"
                follow={() => links.page('memory', { memory: { ...asked, space: 'gva', address: first } })}
              >
                {name}
              </Link>
            </th>
            <td>
              <code class="gva">{first}</code>
            </td>
            <td class="number">{size.toLocaleString('en')}</td>
            <td>{kind}</td>
            <td>
              <Source at={source} links={links} />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
