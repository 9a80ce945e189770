import type { Timeline, TimelineMark } from '../../../../debug-adapter/protocol';
import { duration } from '../../duration';
import { Icon } from '../icon';
import { type Links, panelPage } from '../page';
import { Address, Part, plural, Source, Table } from '../parts';
import { moved, type Window, zoomed } from '../timeline-drawing';
import { chromeTrace, kvmTrace } from '../trace-export';
import { TimelineCanvas } from './timeline-canvas';

/** Exits that are drawn one by one, those that are listed, and those that go into a file. */
const DRAWN = 4000;
const LISTED = 25;
const WRITTEN = 100_000;

export const timelinePage = panelPage<Timeline>({
  id: 'timeline',
  tab: 'Timeline',
  icon: 'history',
  question: 'Who had the harts when, what came between, and what caused what?',
  load: (ask, _threadId, { window }) =>
    ask('hyperstep/timeline', {
      most: DRAWN,
      ...(window ? { from: Math.floor(window.from), to: Math.ceil(window.to) } : {}),
    }),
  render: ({ data, links }) =>
    data.lanes.length === 0 ? (
      <p class="empty">
        Nothing on this machine has a guest yet: a timeline has virtual CPUs and their exits. Debug the guest under a
        hypervisor (“virtualization”), or one of your own, which has entered its first guest.
      </p>
    ) : (
      <>
        <Controls of={data} links={links} />
        <TimelineCanvas of={data} links={links} />
        <Legend of={data} />
        <Told of={data} />
        <Marks of={data} links={links} />
        <Export links={links} />
      </>
    ),
  news: (data, before) =>
    data.now === before.now ? undefined : `${duration(data.now - before.now)} have passed on the machine’s clock`,
});

function Controls({ of, links }: { of: Timeline; links: Links }) {
  const window: Window = { from: of.from, to: of.to };
  const show = (next: Window | null) => () => links.page('timeline', { window: next });
  return (
    <div class="controls" role="toolbar" aria-label="What part of the run is shown">
      <button type="button" title="Show an earlier part" onClick={show(moved(window, -0.5))}>
        <Icon name="chevron-left" /> Earlier
      </button>
      <button type="button" title="Show a later part" onClick={show(moved(window, 0.5))}>
        <Icon name="chevron-right" /> Later
      </button>
      <button type="button" title="Show half as much, larger" onClick={show(zoomed(window, 0.5))}>
        <Icon name="zoom-in" /> Zoom in
      </button>
      <button type="button" title="Show twice as much, smaller" onClick={show(zoomed(window, 2))}>
        <Icon name="zoom-out" /> Zoom out
      </button>
      <button type="button" title="Show all that is kept of the run" onClick={show({ from: of.began, to: of.now + 1 })}>
        <Icon name="screen-full" /> All
      </button>
      <button type="button" title="Show the last exits, at every stop" onClick={show(null)}>
        <Icon name="history" /> Last exits
      </button>
    </div>
  );
}

/** Of a hypervisor of the user's own. */
const isOfOwn = ({ lanes }: Timeline): boolean => lanes.some(({ kind }) => kind === 'guest');

/** What shapes and colours mean, in words. */
function Legend({ of }: { of: Timeline }) {
  const isOwn = isOfOwn(of);
  const meanings = isOwn
    ? [
        ['guest', 'in a guest (V = 1)'],
        ['vmm', 'in your hypervisor, or a program of its (V = 0)'],
        ['machine', 'in M-mode'],
      ]
    : [
        ['guest', 'in the guest'],
        ['vmm', 'in the VMM, where that takes machine time'],
        ['ready', 'ready, without a hart'],
        ['waiting', 'waiting, or an idle hart'],
      ];
  const marks = [
    ['exit', 'an exit'],
    ['interrupt', 'an exit by an interrupt'],
  ];
  return (
    <ul class="legend" aria-label="What is drawn">
      {[...meanings, ...marks].map(([kind, meaning]) => (
        <li key={kind}>
          <span class={`sample ${kind}`} aria-hidden="true" /> {meaning}
        </li>
      ))}
      {isOwn ? null : <li>dashed: what caused what</li>}
      {of.lanes.map(({ name, label }) =>
        label === undefined ? null : (
          <li key={label}>
            {label} is {name}
          </li>
        ),
      )}
    </ul>
  );
}

function Told({ of: { from, to, marks, omitted, forgotten } }: { of: Timeline }) {
  return (
    <p class="note">
      From {duration(from)} to {duration(to)} on the machine’s clock, {plural(marks.length + omitted, 'exit')}
      {omitted > 0 ? `, of which the last ${marks.length.toLocaleString('en')} are drawn: zoom in for the others` : ''}
      {forgotten > 0 ? `. ${plural(forgotten, 'exit')} before are not kept` : ''}.
    </p>
  );
}

function Marks({ of, links }: { of: Timeline; links: Links }) {
  const listed = of.marks.slice(-LISTED).reverse();
  const isOwn = isOfOwn(of);
  return (
    <Part
      title={`The last exits of this part, ${listed.length} of ${(of.marks.length + of.omitted).toLocaleString('en')}`}
    >
      <Table label="Exits of this part" columns={['exit', 'at', 'of', 'why', 'from', 'caused by']}>
        {listed.map((mark) => (
          <tr key={mark.number}>
            <th scope="row">#{mark.number}</th>
            <td>{mark.at.toLocaleString('en')} ns</td>
            <td>{nameOf(of, mark)}</td>
            <td class="prose">
              {mark.reason}
              {mark.entered === undefined
                ? ''
                : mark.entered === null
                  ? '; then the hart was idle'
                  : isOwn
                    ? `; then the hart entered ${labelOf(of, mark.entered)}`
                    : `; then ${mark.entered} had the hart`}
            </td>
            <td>
              <Address space="gva" value={mark.pc} links={links} /> <Source at={mark.source} links={links} />
            </td>
            <td>{causeOf(mark)}</td>
          </tr>
        ))}
      </Table>
    </Part>
  );
}

/** What has caused an exit: the instruction itself, where it is no interrupt. */
function causeOf({ kind, by, event }: TimelineMark): string {
  const causes = [...(event === undefined ? [] : [event]), ...(by === undefined ? [] : [`exit #${by}`])];
  if (causes.length > 0) return causes.join(', asked for by ');
  return kind === 'exit' ? 'its instruction' : 'not noted';
}

function nameOf({ lanes }: Timeline, { vcpu, hart }: TimelineMark): string {
  const lane = lanes[vcpu ?? hart];
  return lane?.label ?? lane?.name ?? '';
}

/** As its lane is called, where there is one. */
const labelOf = ({ lanes }: Timeline, name: string): string => lanes.find((lane) => lane.name === name)?.label ?? name;

function Export({ links }: { links: Links }) {
  const save = async (name: string, write: (all: Timeline) => string): Promise<void> => {
    try {
      const { began, now } = await links.whole('hyperstep/timeline', { most: 1 });
      const all = { from: began, to: now + 1, most: WRITTEN, everySpan: true };
      links.save(name, write(await links.whole('hyperstep/timeline', all)));
    } catch (error) {
      links.tell(`The timeline was not saved: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const chrome = (all: Timeline): string => `${JSON.stringify(chromeTrace(all))}\n`;
  return (
    <Part title="As a file">
      <p class="controls">
        <button type="button" title="For Perfetto, or chrome://tracing" onClick={() => void save('trace.json', chrome)}>
          <Icon name="save" /> Save as Chrome trace
        </button>
        <button
          type="button"
          title="As trace-cmd reports KVM’s events"
          onClick={() => void save('kvm-trace.txt', kvmTrace)}
        >
          <Icon name="save" /> Save as KVM trace
        </button>
      </p>
    </Part>
  );
}
