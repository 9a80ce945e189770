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
  readonly ready: string;
  readonly exit: string;
  readonly interrupt: string;
  readonly arrow: string;
}

/** What a timeline is drawn of, once for all frames: marks and spans by lane, in the order of time. */
export interface PreparedTimeline {
  readonly lanes: Timeline['lanes'];
  readonly spans: readonly (readonly TimelineSpan[])[];
  readonly marks: readonly LaneMarks[];
  readonly arrows: readonly { readonly from: TimelineMark; readonly to: TimelineMark }[];
}

interface LaneMarks {
  readonly at: Float64Array;
  readonly marks: readonly TimelineMark[];
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
  return {
    lanes,
    spans: lanes.map((_, lane) => spans.filter((span) => span.lane === lane).sort((a, b) => a.from - b.from)),
    marks: lanes.map((_, lane) => {
      const own = marks.filter((mark) => laneOf(mark) === lane).sort((a, b) => a.at - b.at);
      return { at: Float64Array.from(own, ({ at }) => at), marks: own };
    }),
    arrows,
  };
}

export const heightOf = (lanes: number): number => AXIS_HEIGHT + lanes * LANE_HEIGHT + 4;

const placeOf = (at: number, { from, to }: Window, width: number): number =>
  NAMES_WIDTH + ((at - from) / (to - from)) * (width - NAMES_WIDTH);

/** The instant at a place of the drawing. */
export const instantAt = (x: number, { from, to }: Window, width: number): number =>
  from + ((x - NAMES_WIDTH) / Math.max(1, width - NAMES_WIDTH)) * (to - from);

/** Draws what is seen in a window: of things that would lie on the same pixel one. */
export function drawTimeline(
  on: Surface,
  prepared: PreparedTimeline,
  window: Window,
  width: number,
  colours: Colours,
): void {
  const { lanes } = prepared;
  const height = heightOf(lanes.length);
  on.clearRect(0, 0, width, height);
  drawAxis(on, window, width, height, colours);
  for (const [lane, { name }] of lanes.entries()) {
    const y = AXIS_HEIGHT + lane * LANE_HEIGHT;
    on.fillStyle = colours.text;
    on.fillText(name, 2, y + BAR + 1);
    for (const span of visible(prepared.spans[lane] ?? [], window)) drawSpan(on, span, y, window, width, colours);
    drawMarks(on, prepared.marks[lane], y, window, width, colours);
  }
  drawArrows(on, prepared, window, width, colours);
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

function* visible(spans: readonly TimelineSpan[], { from, to }: Window): Generator<TimelineSpan> {
  for (const span of spans) {
    if (span.from > to) return;
    if (span.to >= from) yield span;
  }
}

function drawSpan(on: Surface, span: TimelineSpan, y: number, window: Window, width: number, colours: Colours): void {
  const from = Math.max(NAMES_WIDTH, placeOf(span.from, window, width));
  const to = Math.min(width, placeOf(span.to, window, width));
  const wide = Math.max(1, to - from);
  const top = y + 4;
  switch (span.state) {
    case 'guest':
      on.fillStyle = colours.guest;
      on.fillRect(from, top, wide, BAR);
      return;
    case 'VMM':
      on.fillStyle = colours.vmm;
      on.fillRect(from, top, wide, BAR);
      return;
    // Shapes as well as colours: a frame of one that wants a hart, a line of one that waits.
    case 'ready':
      on.strokeStyle = colours.ready;
      on.lineWidth = 1;
      on.setLineDash([]);
      on.strokeRect(from + 0.5, top + 0.5, Math.max(1, wide - 1), BAR - 1);
      return;
    case 'waiting':
    case 'idle':
      on.fillStyle = colours.faint;
      on.fillRect(from, top + BAR / 2, wide, 1);
      return;
    case 'off':
      return;
  }
}

function drawMarks(
  on: Surface,
  lane: LaneMarks | undefined,
  y: number,
  window: Window,
  width: number,
  colours: Colours,
): void {
  if (!lane) return;
  const { at, marks } = lane;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = firstAt(at, window.from); index < at.length; index++) {
    const instant = at[index] ?? 0;
    if (instant > window.to) return;
    const x = Math.round(placeOf(instant, window, width));
    if (x === last) continue;
    last = x;
    const isInterrupt = marks[index]?.kind === 'interrupt';
    on.fillStyle = isInterrupt ? colours.interrupt : colours.exit;
    // An interrupt is below the bar, an exit goes through it.
    if (isInterrupt) on.fillRect(x - 1, y + BAR + 4, 3, 6);
    else on.fillRect(x, y + 2, 1, BAR + 4);
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
  { arrows }: PreparedTimeline,
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
  { marks, lanes }: PreparedTimeline,
  x: number,
  y: number,
  window: Window,
  width: number,
): TimelineMark | undefined {
  const lane = Math.floor((y - AXIS_HEIGHT) / LANE_HEIGHT);
  const own = lanes[lane] && marks[lane];
  if (!own) return undefined;
  const near = instantAt(x - NEAR, window, width);
  let best: TimelineMark | undefined;
  let distance = NEAR + 1;
  for (let index = firstAt(own.at, near); index < own.at.length; index++) {
    const away = Math.abs(placeOf(own.at[index] ?? 0, window, width) - x);
    if (away > NEAR && (own.at[index] ?? 0) > instantAt(x, window, width)) break;
    if (away < distance) {
      distance = away;
      best = own.marks[index];
    }
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
