import type { Timeline, TimelineMark, TimelineSpan } from '../../../debug-adapter/protocol';

/** The part of the machine's time that is seen, in nanoseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What is drawn on, as far as it is used: a canvas has it. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  'clearRect' | 'fillRect' | 'strokeRect' | 'beginPath' | 'moveTo' | 'lineTo' | 'stroke' | 'fillText' | 'setLineDash'
> & { fillStyle: unknown; strokeStyle: unknown; lineWidth: number; font: string };

/** Colours of the theme. */
export interface Colours {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly guest: string;
  readonly vmm: string;
  readonly machine: string;
  readonly ready: string;
  readonly exit: string;
  readonly interrupt: string;
  readonly arrow: string;
}

/** What a timeline is drawn of, made once for all frames. */
export interface PreparedTimeline {
  readonly lanes: readonly PreparedLane[];
  readonly arrows: readonly { readonly from: TimelineMark; readonly to: TimelineMark }[];
}

/** What is alike is drawn together: a canvas takes long to change its colour. */
interface PreparedLane {
  readonly name: string;
  readonly spans: ReadonlyMap<TimelineSpan['state'], Intervals>;
  /** In the order of time. */
  readonly marks: readonly TimelineMark[];
  readonly at: Float64Array;
  readonly exits: Float64Array;
  readonly interrupts: Float64Array;
}

/** In the order of time, none of them in another. */
interface Intervals {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export const LANE_HEIGHT = 26;
export const AXIS_HEIGHT = 22;
/** Room for the lanes' names. */
export const NAMES_WIDTH = 84;
const BAR = 12;
/** How near to a mark a press has to be. */
const NEAR = 6;
/** Arrows that nobody can tell from each other. */
const MOST_ARROWS = 200;

/** Where a mark is drawn: at the virtual CPU that exited, else at its hart. */
const laneOf = ({ vcpu, hart }: TimelineMark): number => vcpu ?? hart;

export function prepare({ lanes, spans, marks }: Pick<Timeline, 'lanes' | 'spans' | 'marks'>): PreparedTimeline {
  const byNumber = new Map(marks.map((mark) => [mark.number, mark]));
  const arrows = marks.flatMap((to) => {
    const from = to.by === undefined ? undefined : byNumber.get(to.by);
    return from ? [{ from, to }] : [];
  });
  return { lanes: lanes.map(({ name, label = name }, lane) => prepareLane(label, lane, spans, marks)), arrows };
}

function prepareLane(
  name: string,
  lane: number,
  spans: readonly TimelineSpan[],
  marks: readonly TimelineMark[],
): PreparedLane {
  const own = marks.filter((mark) => laneOf(mark) === lane).sort((a, b) => a.at - b.at);
  const instants = (kind: TimelineMark['kind']): Float64Array =>
    Float64Array.from(
      own.filter((mark) => mark.kind === kind),
      ({ at }) => at,
    );
  const byState = new Map<TimelineSpan['state'], TimelineSpan[]>();
  for (const span of spans) {
    if (span.lane !== lane) continue;
    const alike = byState.get(span.state);
    if (alike) alike.push(span);
    else byState.set(span.state, [span]);
  }
  const intervals = [...byState].map(([state, alike]): [TimelineSpan['state'], Intervals] => {
    alike.sort((a, b) => a.from - b.from);
    return [
      state,
      { from: Float64Array.from(alike, ({ from }) => from), to: Float64Array.from(alike, ({ to }) => to) },
    ];
  });
  return {
    name,
    spans: new Map(intervals),
    marks: own,
    at: Float64Array.from(own, ({ at }) => at),
    exits: instants('exit'),
    interrupts: instants('interrupt'),
  };
}

export const heightOf = (lanes: number): number => AXIS_HEIGHT + lanes * LANE_HEIGHT + 4;

const placeOf = (at: number, { from, to }: Window, width: number): number =>
  NAMES_WIDTH + ((at - from) / (to - from)) * (width - NAMES_WIDTH);

/** The instant at a place of the drawing. */
export const instantAt = (x: number, { from, to }: Window, width: number): number =>
  from + ((x - NAMES_WIDTH) / Math.max(1, width - NAMES_WIDTH)) * (to - from);

/** Draws what is seen in a window: what would lie on the same pixels is drawn as one. */
export function drawTimeline(
  on: Surface,
  { lanes, arrows }: PreparedTimeline,
  window: Window,
  width: number,
  colours: Colours,
): void {
  const height = heightOf(lanes.length);
  on.clearRect(0, 0, width, height);
  drawAxis(on, window, width, height, colours);
  for (const [index, lane] of lanes.entries()) {
    const y = AXIS_HEIGHT + index * LANE_HEIGHT;
    on.fillStyle = colours.text;
    on.fillText(lane.name, 2, y + BAR + 1);
    for (const [state, intervals] of lane.spans) drawSpans(on, state, runsOf(intervals, window, width), y + 4, colours);
    // An exit goes through the bar, an interrupt is below it.
    on.fillStyle = colours.exit;
    for (const { from, to } of runsOf({ from: lane.exits, to: lane.exits }, window, width))
      on.fillRect(from, y + 2, to - from, BAR + 4);
    on.fillStyle = colours.interrupt;
    for (const { from, to } of runsOf({ from: lane.interrupts, to: lane.interrupts }, window, width))
      on.fillRect(from - 1, y + BAR + 4, to - from + 2, 6);
  }
  drawArrows(on, arrows, window, width, colours);
}

/** Round instants, at least 80 pixels from each other. */
export function ticksOf({ from, to }: Window, width: number): number[] {
  const wanted = ((to - from) * 80) / Math.max(80, width - NAMES_WIDTH);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= wanted) ?? power * 10;
  const first = Math.ceil(from / step) * step;
  const ticks: number[] = [];
  for (let tick = first; tick <= to && ticks.length < 100; tick += step) ticks.push(tick);
  return ticks;
}

function drawAxis(on: Surface, window: Window, width: number, height: number, { line, faint }: Colours): void {
  on.strokeStyle = line;
  on.fillStyle = faint;
  on.lineWidth = 1;
  on.setLineDash([]);
  on.beginPath();
  for (const tick of ticksOf(window, width)) {
    const x = Math.round(placeOf(tick, window, width)) + 0.5;
    on.moveTo(x, AXIS_HEIGHT - 4);
    on.lineTo(x, height);
    on.fillText(instantText(tick, window), x + 2, AXIS_HEIGHT - 8);
  }
  on.stroke();
}

/** In the unit of the whole window, so that neighbours can be compared. */
function instantText(at: number, { from, to }: Window): string {
  const span = Math.max(to - from, 1);
  const [unit, size] = span >= 1e9 ? ['s', 1e9] : span >= 1e6 ? ['ms', 1e6] : span >= 1e3 ? ['µs', 1e3] : ['ns', 1];
  return `${(at / Number(size)).toLocaleString('en', { maximumFractionDigits: 3 })} ${unit}`;
}

/** Pixels from one on, up to another one. */
interface Pixels {
  readonly from: number;
  readonly to: number;
}

/** The pixels that intervals lie on in a window: neighbours are one, each at least a pixel. */
function runsOf({ from, to }: Intervals, window: Window, width: number): Pixels[] {
  const runs: Pixels[] = [];
  const scale = (width - NAMES_WIDTH) / (window.to - window.from);
  let [begin, end] = [0, Number.NEGATIVE_INFINITY];
  // None is in another, so that their ends are in order too.
  for (let index = firstAt(to, window.from); index < from.length; index++) {
    const first = from[index] ?? 0;
    if (first > window.to) break;
    const left = Math.max(NAMES_WIDTH, Math.round(NAMES_WIDTH + (first - window.from) * scale));
    const right = Math.max(
      left + 1,
      Math.min(width, Math.round(NAMES_WIDTH + ((to[index] ?? 0) - window.from) * scale)),
    );
    if (left > end) {
      if (end > begin) runs.push({ from: begin, to: end });
      begin = left;
      end = right;
    } else if (right > end) {
      end = right;
    }
  }
  if (end > begin) runs.push({ from: begin, to: end });
  return runs;
}

function drawSpans(
  on: Surface,
  state: TimelineSpan['state'],
  runs: readonly Pixels[],
  y: number,
  colours: Colours,
): void {
  switch (state) {
    case 'guest':
    case 'VMM':
    case 'HS':
      on.fillStyle = state === 'guest' ? colours.guest : colours.vmm;
      for (const { from, to } of runs) on.fillRect(from, y, to - from, BAR);
      return;
    case 'M':
      on.fillStyle = colours.machine;
      for (const { from, to } of runs) on.fillRect(from, y + BAR / 2, to - from, BAR / 2);
      return;
    // Shapes as well as colours: a frame of one that wants a hart, a line of one that waits.
    case 'ready':
      on.strokeStyle = colours.ready;
      on.lineWidth = 1;
      on.setLineDash([]);
      for (const { from, to } of runs) on.strokeRect(from + 0.5, y + 0.5, Math.max(1, to - from - 1), BAR - 1);
      return;
    case 'waiting':
    case 'idle':
      on.fillStyle = colours.faint;
      for (const { from, to } of runs) on.fillRect(from, y + BAR / 2, to - from, 1);
      return;
    case 'off':
      return;
  }
}

/** The first of ascending instants that is not before another one. */
function firstAt(at: Float64Array, instant: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? 0) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drawArrows(
  on: Surface,
  arrows: PreparedTimeline['arrows'],
  window: Window,
  width: number,
  { arrow }: Colours,
): void {
  const seen = arrows.filter(({ from, to }) => to.at >= window.from && from.at <= window.to);
  on.strokeStyle = arrow;
  on.lineWidth = 1;
  on.setLineDash([3, 2]);
  on.beginPath();
  for (const { from, to } of seen.slice(0, MOST_ARROWS)) {
    const [x, y] = [placeOf(from.at, window, width), AXIS_HEIGHT + laneOf(from) * LANE_HEIGHT + BAR];
    const [endX, endY] = [placeOf(to.at, window, width), AXIS_HEIGHT + laneOf(to) * LANE_HEIGHT + BAR];
    on.moveTo(Math.max(NAMES_WIDTH, x), y);
    on.lineTo(Math.max(NAMES_WIDTH, endX), endY);
    on.lineTo(endX - 4, endY - 3);
  }
  on.stroke();
  on.setLineDash([]);
}

/** The mark that is meant by a press; undefined where none is near. */
export function markAt(
  { lanes }: PreparedTimeline,
  x: number,
  y: number,
  window: Window,
  width: number,
): TimelineMark | undefined {
  const lane = lanes[Math.floor((y - AXIS_HEIGHT) / LANE_HEIGHT)];
  if (!lane) return undefined;
  const { at, marks } = lane;
  const latest = instantAt(x + NEAR, window, width);
  let best: TimelineMark | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (let index = firstAt(at, instantAt(x - NEAR, window, width)); index < at.length; index++) {
    const instant = at[index] ?? 0;
    if (instant > latest) break;
    const away = Math.abs(placeOf(instant, window, width) - x);
    if (away >= distance) continue;
    distance = away;
    best = marks[index];
  }
  return best;
}

/** A window so many times as long, around an instant of it that stays where it is; no shorter than one instruction. */
export function zoomed({ from, to }: Window, factor: number, around = (from + to) / 2): Window {
  const span = Math.max(1, (to - from) * factor);
  const share = to > from ? (around - from) / (to - from) : 0.5;
  const begin = Math.max(0, around - span * share);
  return { from: begin, to: begin + span };
}

/** A window moved by a part of itself. */
export function moved({ from, to }: Window, part: number): Window {
  const begin = Math.max(0, from + (to - from) * part);
  return { from: begin, to: begin + (to - from) };
}
