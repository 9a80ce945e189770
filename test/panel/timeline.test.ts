import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import type { Timeline, TimelineMark } from '../../debug-adapter/protocol';
import {
  drawTimeline,
  heightOf,
  instantAt,
  markAt,
  moved,
  NAMES_WIDTH,
  prepare,
  type Surface,
  ticksOf,
  zoomed,
} from '../../extension/webview/panel/timeline-drawing';
import { chromeTrace, kvmTrace, type TraceEvent } from '../../extension/webview/panel/trace-export';

const told: Timeline = JSON.parse(readFileSync('test/panel/golden/four-servers.json', 'utf8')).timeline;
const colours = {
  text: '',
  faint: '',
  line: '',
  guest: '',
  vmm: '',
  machine: '',
  ready: '',
  exit: '',
  interrupt: '',
  arrow: '',
};

/** Counts what is drawn, and holds it to the canvas. */
class Counted {
  readonly rectangles: [number, number, number, number][] = [];
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth = 1;
  font = '';
  clearRect(): void {}
  fillRect(...rectangle: [number, number, number, number]): void {
    this.rectangles.push(rectangle);
  }
  strokeRect(...rectangle: [number, number, number, number]): void {
    this.rectangles.push(rectangle);
  }
  beginPath(): void {}
  moveTo(): void {}
  lineTo(): void {}
  stroke(): void {}
  fillText(): void {}
  setLineDash(): void {}
}

const mark = (number: number, at: number, by?: number): TimelineMark => ({
  number,
  at,
  hart: 0,
  vcpu: 1,
  kind: 'exit',
  reason: 'csr-access',
  pc: '0x80200000',
  cause: '0x2',
  value: '0x0',
  ...(by === undefined ? {} : { by }),
});

describe('the drawing of a timeline', () => {
  const lanes: Timeline['lanes'] = [
    { name: 'hart 0', kind: 'hart' },
    { name: 'vCPU 0', kind: 'vCPU' },
  ];

  it('draws of a hundred thousand marks no more than there is room for, and none beside its place', () => {
    const marks = Array.from({ length: 100_000 }, (_, number) => mark(number + 1, number * 7));
    const prepared = prepare({
      lanes,
      spans: [{ lane: 0, from: 0, to: 700_000, state: 'guest', who: 'vCPU 0' }],
      marks,
    });
    const width = 800;
    for (const window of [
      { from: 0, to: 700_000 },
      { from: 350_000, to: 350_001 },
      { from: 123, to: 456_789 },
      { from: 800_000, to: 900_000 },
    ]) {
      const on = new Counted();
      drawTimeline(on as Surface, prepared, window, width, colours);
      assert.ok(on.rectangles.length <= width - NAMES_WIDTH + 2, `${on.rectangles.length}`);
      for (const [x, y, wide, high] of on.rectangles) {
        assert.ok(x >= NAMES_WIDTH - 1 && x + wide <= width + 3, `${x} to ${x + wide}`);
        assert.ok(y >= 0 && y + high <= heightOf(lanes.length));
      }
    }
  });

  it('finds the exit that is meant by a press, in its lane alone', () => {
    const prepared = prepare({ lanes, spans: [], marks: [mark(1, 100), mark(2, 500), mark(3, 505)] });
    const window = { from: 0, to: 1000 };
    const [width, y] = [NAMES_WIDTH + 1000, heightOf(1) + 4];
    assert.equal(markAt(prepared, NAMES_WIDTH + 102, y, window, width)?.number, 1);
    assert.equal(markAt(prepared, NAMES_WIDTH + 504, y, window, width)?.number, 3);
    assert.equal(markAt(prepared, NAMES_WIDTH + 300, y, window, width), undefined);
    assert.equal(markAt(prepared, NAMES_WIDTH + 102, 30, window, width), undefined);
    assert.equal(instantAt(NAMES_WIDTH + 250, window, width), 250);
  });

  it('zooms from one instruction to billions, around an instant that stays, and never before the start', () => {
    let window = { from: 0, to: 8e9 };
    for (let times = 0; times < 60; times++) window = zoomed(window, 0.5, 3e9);
    assert.ok(window.to - window.from === 1 && window.from <= 3e9 && window.to >= 3e9);
    for (let times = 0; times < 60; times++) window = zoomed(window, 2);
    assert.ok(window.from === 0 && window.to > 8e9);
    assert.equal(moved({ from: 10, to: 20 }, -5).from, 0);
    for (const span of [1, 10, 12_345, 8e9]) {
      const ticks = ticksOf({ from: 1e6, to: 1e6 + span }, 800);
      assert.ok(ticks.length >= 1 && ticks.length <= 12, `${span}: ${ticks.length}`);
    }
  });
});

describe('a timeline as a file', () => {
  const events = (): TraceEvent[] => JSON.parse(JSON.stringify(chromeTrace(told))).traceEvents;

  it('is Chrome Trace Event JSON: every event has what its phase needs', () => {
    assert.equal(chromeTrace(told).displayTimeUnit, 'ns');
    for (const event of events()) {
      assert.ok(event.name.length > 0 && Number.isInteger(event.pid) && Number.isInteger(event.tid), event.ph);
      if (event.ph === 'M') assert.ok(event.args?.['name'] !== undefined && event.ts === undefined);
      else assert.ok(Number.isFinite(event.ts) && (event.ts ?? -1) >= 0, 'microseconds');
      if (event.ph === 'i') assert.equal(event.s, 't');
    }
    const timed = events().filter(({ ph }) => ph !== 'M');
    for (const [index, { ts = 0 }] of timed.entries()) assert.ok(ts >= (timed[index - 1]?.ts ?? 0), 'in order');
  });

  it('has slices that begin and end in turn on each thread', () => {
    const open = new Map<string, string[]>();
    let slices = 0;
    for (const { ph, pid, tid, name } of events()) {
      const stack = open.get(`${pid} ${tid}`) ?? [];
      open.set(`${pid} ${tid}`, stack);
      if (ph === 'B') stack.push(name);
      if (ph === 'E') assert.equal(stack.pop(), name);
      if (ph === 'E') slices++;
      assert.ok(stack.length <= 1, 'what a lane does, it does alone');
    }
    assert.equal(slices, told.spans.length);
    for (const [thread, stack] of open) assert.deepEqual(stack, [], thread);
  });

  it('has flows in pairs, from what has caused something to what that was', () => {
    const lanes: Timeline['lanes'] = [
      { name: 'hart 0', kind: 'hart' },
      { name: 'vCPU 0', kind: 'vCPU' },
    ];
    const marks = [mark(1, 10), mark(2, 20, 1), mark(3, 30, 1), mark(4, 40, 99)];
    const flows = chromeTrace({ lanes, spans: [], marks }).traceEvents.filter(({ ph }) => ph === 's' || ph === 'f');
    assert.equal(flows.length, 4, 'the cause that is not told has no arrow');
    for (const id of [2, 3]) {
      const [start, end] = flows.filter((flow) => flow.id === id);
      assert.deepEqual([start?.ph, end?.ph, end?.bp], ['s', 'f', 'e']);
      assert.deepEqual([start?.name, start?.cat], [end?.name, end?.cat]);
      assert.ok((start?.ts ?? 0) <= (end?.ts ?? 0));
    }
  });

  it('is text as KVM’s events have it, a line each exit', () => {
    const lines = kvmTrace(told).split('\n').filter(Boolean);
    assert.equal(lines.length, told.marks.length);
    for (const line of lines)
      assert.match(
        line,
        /^\s*\S+-\d+ \[\d{3}\] \d+\.\d{9}: kvm_exit: SEPC:0x[0-9a-f]+, SCAUSE:0x[0-9a-f]+, STVAL:0x[0-9a-f]+$/,
      );
    assert.ok(
      lines.some((line) => line.includes('SCAUSE:0x8000000000000')),
      'an interrupt has the highest bit',
    );
  });
});
