import { render } from 'preact';
import { type Links, nothingAsked, type PageId } from '../../extension/webview/panel/page';
import { panelPages } from '../../extension/webview/panel/pages';
import { Panel } from '../../extension/webview/panel/panel';
import '../../extension/webview/style.css';
import '../../extension/webview/rows.css';
import '../../extension/webview/panel/panel.css';
import type { TimelineMark } from '../../debug-adapter/protocol';
import { type Colours, drawTimeline, prepare } from '../../extension/webview/panel/timeline-drawing';

/** What the bench measures in a browser: how long a page takes to be drawn again, and a frame of the timeline. */

const links: Links = {
  source: () => {},
  page: () => {},
  tables: () => {},
  tell: () => {},
  keep: () => {},
  save: () => {},
  whole: () => Promise.reject(new Error('nothing is asked here')),
};
const session = { kind: 'stopped', session: 's', name: 'n', threadId: 1, machine: 1, stop: 1, revision: 1 } as const;

/** Milliseconds until a page with new data is drawn and laid out; the median of some. */
function refresh(id: PageId, data: unknown): number {
  const page = panelPages.find((each) => each.id === id);
  const root = document.getElementById('view');
  if (!page || !root) throw new Error(`there is no page ${id}`);
  const times: number[] = [];
  for (let round = 0; round < 15; round++) {
    const loaded = page.of(structuredClone(data));
    const start = performance.now();
    const followed = {
      session,
      page: id,
      asked: nothingAsked,
      loaded,
      before: undefined,
      compared: undefined,
      problem: undefined,
    };
    render(<Panel pages={panelPages} followed={followed} links={links} />, root);
    root.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Milliseconds of frames that pan over marks: the median and the 95th percentile. */
function pan(count: number): { median: number; most: number } {
  const marks = Array.from({ length: count }, (_, number): TimelineMark => {
    const at = number * 700 + ((number * 7919) % 500);
    const vcpu = 2 + (number % 4);
    return {
      number,
      hart: number % 2,
      vcpu,
      at,
      kind: number % 9 ? 'exit' : 'interrupt',
      reason: 'csr-access',
      pc: '0x0',
      cause: '0x2',
      value: '0x0',
      ...(number % 50 ? {} : { by: number - 3 }),
    };
  });
  const lanes = Array.from({ length: 6 }, (_, lane) => ({
    name: `lane ${lane}`,
    kind: lane < 2 ? ('hart' as const) : ('vCPU' as const),
  }));
  const spans = Array.from({ length: 20_000 }, (_, index) => {
    const lane = index % 6;
    return {
      lane,
      from: index * 3500,
      to: index * 3500 + 3000,
      state: (['guest', 'ready', 'waiting'] as const)[index % 3] ?? 'guest',
    };
  });
  const prepared = prepare({ lanes, spans, marks });
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  [canvas.width, canvas.height] = [1600, 400];
  const on = canvas.getContext('2d');
  if (!on) throw new Error('no canvas');
  const names = ['text', 'faint', 'line', 'guest', 'vmm', 'machine', 'ready', 'exit', 'interrupt', 'arrow'];
  const colours = Object.fromEntries(names.map((name, at) => [name, `hsl(${at * 40} 50% 50%)`])) as unknown as Colours;
  const whole = count * 700;
  const times: number[] = [];
  for (let frame = 0; frame < 120; frame++) {
    const from = (whole / 20 / 120) * frame;
    const start = performance.now();
    drawTimeline(on, prepared, { from, to: from + whole * 0.9 }, 1600, colours);
    times.push(performance.now() - start);
  }
  return { median: median(times), most: [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0 };
}

function median(times: number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

Object.assign(window, { measured: { refresh, pan } });
