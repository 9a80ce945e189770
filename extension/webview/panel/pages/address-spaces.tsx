import type { LastTrap, Translation, World, WorldName } from '../../../../debug-adapter/protocol';
import { Icon } from '../icon';
import { type Ask, type Asked, type Links, panelPage } from '../page';
import { Link } from '../parts';
import { Way } from './address-way';
import { type ChosenAddress, presentAddress } from './present-address';

/** What the page shows: an address, and where it leads. */
interface Followed {
  readonly worlds: readonly World[];
  readonly world: WorldName | undefined;
  /** What was asked for, and why that, where the user has not asked. */
  readonly address: string;
  readonly access: Asked['access'];
  readonly because?: string;
  readonly trap?: Pick<LastTrap, 'text' | 'address' | 'access'>;
  readonly translation?: Translation;
  /** Why it could not be told. */
  readonly problem?: string;
}

export const addressSpacesPage = panelPage<Followed>({
  id: 'addressSpaces',
  tab: 'Address spaces',
  icon: 'arrow-both',
  question: 'Where does an address lead, through which tables, and who says no?',
  load: follow,
  render: ({ data, before, links }) => (
    <>
      <Form of={data} links={links} />
      {data.problem === undefined ? null : <p class="empty">{data.problem}</p>}
      {data.translation ? <Way of={data.translation} before={before?.translation} links={links} /> : null}
    </>
  ),
  news: ({ translation }, before) =>
    translation && translation.summary !== before.translation?.summary ? translation.summary : undefined,
});

// --- Which address

async function follow(ask: Ask, threadId: number, asked: Asked): Promise<Followed> {
  const { worlds, trap } = await ask('hyperstep/worlds', { threadId });
  const isAsked = asked.address.trim() !== '';
  const chosen: ChosenAddress = isAsked ? asked : await presentAddress(ask, threadId, worlds, trap);
  const { address, access, because, world = worlds[0]?.name } = chosen;
  const known = {
    worlds,
    world,
    address,
    access,
    ...(trap ? { trap: { text: trap.text, address: trap.address, access: trap.access } } : {}),
    ...(because === undefined ? {} : { because }),
  };
  try {
    const about = { threadId, address, access, ...(world ? { world } : {}) };
    return { ...known, translation: await ask('hyperstep/translate', about) };
  } catch (error) {
    return { ...known, problem: error instanceof Error ? error.message : String(error) };
  }
}

const accesses = ['read', 'write', 'execute'] as const;

function Form({ of, links }: { of: Followed; links: Links }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const access = accesses.find((each) => each === fields.get('access')) ?? 'read';
    links.page('addressSpaces', { address: String(fields.get('address') ?? ''), access });
  };
  const { address, access, because, trap, world } = of;
  return (
    <>
      <form class="translate" aria-label="The address to follow" onSubmit={submit}>
        <input
          key={address}
          name="address"
          defaultValue={address}
          placeholder="0x..., a symbol, sp + 8"
          aria-label="Guest-virtual address: a number, or an expression of symbols and registers"
          spellcheck={false}
        />
        <select key={access} name="access" aria-label="Kind of access">
          {accesses.map((each) => (
            <option key={each} value={each} selected={each === access}>
              {each}
            </option>
          ))}
        </select>
        <button type="submit">
          <Icon name="search" /> Follow
        </button>
      </form>
      <p>
        {because ? `This is ${because}` : 'You have asked for this one'}
        {world ? `, seen from ${world}-mode.` : '.'}{' '}
        {because ? null : (
          <Link title="Follow what the machine stands at" follow={() => links.page('addressSpaces', { address: '' })}>
            back to what the machine stands at
          </Link>
        )}
        {trap && trap.address !== address ? (
          <Link
            title={trap.text}
            follow={() => links.page('addressSpaces', { address: trap.address, access: trap.access })}
          >
            the fault at {trap.address}
          </Link>
        ) : null}
      </p>
    </>
  );
}
