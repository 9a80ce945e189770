import type { SessionState } from '../../views/messages';
import type { Followed } from './follower';
import { Icon } from './icon';
import type { Links, PageId, PanelPage } from './page';
import { plural } from './parts';

/** The whole panel: its tabs, and the page that is looked at. */
export function Panel({ pages, followed, links }: { pages: readonly PanelPage[]; followed: Followed; links: Links }) {
  const page = pages.find(({ id }) => id === followed.page);
  return (
    <>
      <Tabs pages={pages} page={followed.page} links={links} />
      <div
        role="tabpanel"
        aria-label={page?.tab}
        aria-busy={followed.session.kind === 'running'}
        class={followed.session.kind === 'running' ? 'running' : ''}
      >
        <h2>{page?.question}</h2>
        <Ended session={followed.session} />
        <Content followed={followed} links={links} />
      </div>
    </>
  );
}

/** One tab stop for all tabs, arrows between them, as the ARIA Authoring Practices have it. */
function Tabs({ pages, page, links }: { pages: readonly PanelPage[]; page: PageId; links: Links }) {
  const pressed = (event: KeyboardEvent): void => {
    const at = pages.findIndex(({ id }) => id === page);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: pages.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = pages[(to + pages.length) % pages.length];
    if (!next) return;
    links.page(next.id);
    const tabs = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="tab"]');
    tabs[pages.indexOf(next)]?.focus();
  };
  return (
    <div role="tablist" aria-label="Pages of the machine panel" class="tabs" onKeyDown={pressed}>
      {pages.map(({ id, tab, icon }) => (
        <button
          key={id}
          type="button"
          role="tab"
          class="tab"
          aria-selected={id === page}
          tabIndex={id === page ? 0 : -1}
          onClick={() => links.page(id)}
        >
          <Icon name={icon} /> {tab}
        </button>
      ))}
    </div>
  );
}

function Ended({ session }: { session: SessionState }) {
  if (session.kind !== 'ended') return null;
  const { name, summary } = session;
  return (
    <section class="past-banner" aria-label="The run has ended">
      <p>
        {summary?.how ?? 'The run has ended.'} What is shown is the last that was seen of {name}
        {summary ? `, which retired ${plural(summary.instructions, 'instruction')}` : ''}.
      </p>
    </section>
  );
}

function Content({ followed, links }: { followed: Followed; links: Links }) {
  const { session, loaded, before, asked, compared, problem } = followed;
  if (problem !== undefined) return <p class="empty">{problem}</p>;
  if (loaded) return <>{loaded.render({ before, asked, compared, links })}</>;
  if (session.kind === 'running')
    return <p class="empty">The guest is running. At its next stop there is something to see here.</p>;
  if (session.kind === 'ended') return <p class="empty">Nothing was seen here of this run.</p>;
  if (session.kind === 'stopped') return <p class="empty">Asking the machine.</p>;
  return <p class="empty">Debug a guest: what its machine is like at a stop is shown here.</p>;
}
