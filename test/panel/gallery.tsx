import { render } from 'preact';
import type { KeptRun } from '../../extension/views/messages';
import { type Links, nothingAsked, type PageId } from '../../extension/webview/panel/page';
import { panelPages } from '../../extension/webview/panel/pages';
import { Panel } from '../../extension/webview/panel/panel';
import '../../extension/webview/style.css';
import '../../extension/webview/rows.css';
import '../../extension/webview/panel/panel.css';
import 'uplot/dist/uPlot.min.css';
import './gallery.css';
import diskAsked from './golden/disk-asked.json';
import fourServers from './golden/four-servers.json';
import fullTrapped from './golden/full-trapped.json';
import fullUser from './golden/full-user.json';
import hardwareFault from './golden/hardware-fault.json';
import hardwareUser from './golden/hardware-user.json';
import ownHypervisor from './golden/own-hypervisor.json';
import themes from './golden/themes.json';
import twoGuests from './golden/two-guests.json';

/**
 * The gallery: every page of the machine panel, with what was recorded of the debug adapter. `#MOMENT/PAGE/THEME` shows that one alone, as a
 * panel that can be used; without it they all stand below each other.
 */

interface Moment {
  readonly title: string;
  readonly recorded: Readonly<Record<string, unknown>>;
}

const moments: Readonly<Record<string, Moment>> = {
  'full-trapped': { title: 'Full virtualization: csrw satp has trapped', recorded: fullTrapped },
  'full-user': { title: 'Full virtualization: the guest is in its user program', recorded: fullUser },
  'hardware-fault': { title: 'Hardware assistance: a guest-page fault is handled', recorded: hardwareFault },
  'hardware-user': { title: 'Hardware assistance: a trap that the guest has by itself', recorded: hardwareUser },
  'disk-asked': { title: 'A driver has put a request into its queue', recorded: diskAsked },
  'four-servers': { title: 'Four virtual machines share a hart', recorded: fourServers },
  'two-guests': { title: 'A hypervisor of your own runs two guests in turn', recorded: twoGuests },
  'own-hypervisor': { title: 'A hypervisor of your own: its guest has exited', recorded: ownHypervisor },
};

/** The same program under another engine, as it had been recorded: what its exits are compared with. */
const besides: Readonly<Record<string, KeptRun>> = {
  'full-user': {
    session: 'other',
    name: 'Debug kernel.S with the H extension',
    when: 'Kept at a stop, before it was over.',
    isKept: true,
    cost: hardwareUser.exits.cost,
  },
};

const session = {
  kind: 'stopped',
  session: 'recorded',
  name: 'kernel.S',
  threadId: 1,
  machine: 1,
  stop: 1,
  revision: 1,
} as const;

const stays: Links = {
  source: () => {},
  page: () => {},
  tables: () => {},
  tell: () => {},
  keep: () => {},
  save: () => {},
  whole: () => Promise.reject(new Error('recorded')),
};

function OnePage({ moment, page, links = stays }: { moment: string; page: PageId; links?: Links }) {
  const recorded = moments[moment]?.recorded[page];
  const loaded = recorded === undefined ? undefined : panelPages.find(({ id }) => id === page)?.of(recorded);
  const followed = {
    session,
    page,
    asked: nothingAsked,
    loaded,
    before: undefined,
    compared: besides[moment],
    problem: undefined,
  };
  return <Panel pages={panelPages} followed={followed} links={links} />;
}

function Everything() {
  return (
    <main id="view">
      <h1>The machine panel</h1>
      {Object.entries(moments).map(([id, { title, recorded }]) => (
        <article key={id} aria-label={title}>
          <p class="moment">{title}</p>
          {panelPages
            .filter((page) => recorded[page.id] !== undefined)
            .map((page) => (
              <div key={page.id} class="shown">
                <OnePage moment={id} page={page.id} />
              </div>
            ))}
        </article>
      ))}
    </main>
  );
}

function show(): void {
  const shown = decodeURIComponent(location.hash.slice(1));
  const [moment = '', page = '', theme = 'Default Dark Modern'] = shown.split('/');
  const variables: Readonly<Record<string, string>> = (themes as Record<string, Record<string, string>>)[theme] ?? {};
  for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
  const links: Links = {
    ...stays,
    page: (id) => {
      location.hash = `#${moment}/${id}/${theme}`;
    },
  };
  const isOne = moments[moment] !== undefined && panelPages.some(({ id }) => id === page);
  render(
    isOne ? (
      <main id="view">
        <h1 class="unseen">Machine panel</h1>
        <OnePage moment={moment} page={page as PageId} links={links} />
      </main>
    ) : (
      <Everything />
    ),
    document.body,
  );
  document.body.dataset['shown'] = shown;
}

window.addEventListener('hashchange', show);
show();
