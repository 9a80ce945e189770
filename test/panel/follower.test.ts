import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { SessionState } from '../../extension/views/messages';
import { type Followed, Follower, keptOf } from '../../extension/webview/panel/follower';
import { type Asked, type PageId, panelPage } from '../../extension/webview/panel/page';
import { TimelineCanvas } from '../../extension/webview/panel/pages/timeline-canvas';

const window = { from: 10, to: 20 };

const stopped = (stop: number, machine = 1, session = 'a'): SessionState => ({
  kind: 'stopped',
  session,
  name: session,
  threadId: 1,
  stop,
  machine,
  revision: stop,
});

/** A panel of two pages, each of which shows a number that grows whenever it is loaded, and what its page was asked for. */
class Followable {
  readonly asked: Asked[] = [];
  shown: Followed | undefined;
  private loads = 0;
  readonly follower: Follower;

  constructor(kept?: ConstructorParameters<typeof Follower>[3]) {
    const pages = (['rings', 'timeline'] as const).map((id: PageId) =>
      panelPage<number>({
        id,
        tab: id,
        icon: 'check',
        question: id,
        load: async (_ask, _threadId, asked) => {
          this.asked.push(asked);
          return ++this.loads;
        },
        render: () => null,
        news: (data, before) => `${before} to ${data}`,
      }),
    );
    const ask = () => Promise.reject(new Error('nobody is asked'));
    this.follower = new Follower(
      pages,
      ask,
      (followed) => {
        this.shown = followed;
      },
      kept,
    );
  }
}

describe('what the machine panel follows', () => {
  it('keeps the part of the time that is seen for one run of one session', async () => {
    for (const other of [stopped(1, 2), stopped(1, 1, 'b')]) {
      const { follower, asked } = new Followable();
      await follower.update(stopped(1));
      await follower.show('timeline', { window });
      await follower.update(stopped(2));
      assert.deepEqual(asked.at(-1)?.window, window, 'it is the same run');
      await follower.update({ kind: 'running', session: 'a', name: 'a' });
      await follower.update(other);
      assert.equal(asked.at(-1)?.window, null);
    }
  });

  it('keeps no part of the time when its page is gone, and what else was asked', async () => {
    const first = new Followable();
    await first.follower.update(stopped(1));
    const memory = { space: 'hpa', address: 'counter', world: 'VS', find: 'count' } as const;
    await first.follower.show('timeline', { window, address: 'sp', memory });
    const kept = JSON.parse(JSON.stringify(keptOf(first.shown ?? assert.fail())));
    const second = new Followable(kept);
    assert.equal(second.follower.followed.page, 'timeline');
    assert.deepEqual(second.follower.followed.asked, { address: 'sp', access: 'read', window: null, memory });
    assert.equal(JSON.stringify(kept).includes('window'), false);
  });

  it('keeps what has changed since the stop before while somebody looks at another page', async () => {
    const { follower } = new Followable();
    await follower.update(stopped(1));
    await follower.update(stopped(2));
    assert.equal(follower.followed.before?.data, 1);
    await follower.show('timeline');
    await follower.show('rings', { address: '' });
    assert.equal(follower.followed.before?.data, 1);
    await follower.show('rings', { address: 'sp' });
    assert.equal(follower.followed.before, undefined, 'it shows something else');
  });
});

describe('the wheel on a timeline', () => {
  const of = {
    began: 0,
    now: 100,
    from: 0,
    to: 100,
    forgotten: 0,
    lanes: [],
    spans: [],
    marks: [],
    omitted: 0,
    density: [],
  };

  /** A canvas on which the wheel was turned, what was asked for since, and what ends it. */
  function turned() {
    const led: string[] = [];
    const never = () => assert.fail('nothing else is asked for');
    const links = {
      page: (id: PageId) => led.push(id),
      source: never,
      tables: never,
      tell: never,
      keep: never,
      save: never,
      whole: never,
    };
    const canvas = { isConnected: true, clientWidth: 800, getContext: () => null } as unknown as HTMLCanvasElement;
    const { ref } = TimelineCanvas({ of, links });
    assert.ok(typeof ref === 'function');
    const end: unknown = ref(canvas);
    assert.ok(typeof end === 'function');
    canvas.onwheel?.({ preventDefault() {}, deltaY: 1, offsetX: 300 } as unknown as WheelEvent);
    assert.deepEqual(led, []);
    return { canvas, led, end: () => end() };
  }
  const rest = () => new Promise((resolve) => setTimeout(resolve, 400));

  it('asks for what is seen when it rests', async () => {
    const { led } = turned();
    await rest();
    assert.deepEqual(led, ['timeline']);
  });

  it('asks for nothing when another page is seen by then', async () => {
    const { canvas, led } = turned();
    Object.assign(canvas, { isConnected: false });
    await rest();
    assert.deepEqual(led, []);
  });

  it('asks at once, and once, when the mouse goes elsewhere: to another tab, to a button', async () => {
    const { canvas, led } = turned();
    canvas.onpointerleave?.({} as PointerEvent);
    assert.deepEqual(led, ['timeline']);
    canvas.onpointerleave?.({} as PointerEvent);
    await rest();
    assert.deepEqual(led, ['timeline']);
  });

  it('is forgotten when something else was asked for by keyboard, and is drawn', async () => {
    const { led, end } = turned();
    end();
    await rest();
    assert.deepEqual(led, []);
  });
});
