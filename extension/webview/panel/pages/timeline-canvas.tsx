import type { Timeline } from '../../../../debug-adapter/protocol';
import type { Links } from '../page';
import {
  type Colours,
  drawTimeline,
  heightOf,
  instantAt,
  markAt,
  NAMES_WIDTH,
  type PreparedTimeline,
  prepare,
  type Window,
  zoomed,
} from '../timeline-drawing';

/** Milliseconds after the last turn of the wheel until what is seen now is asked for. */
const REST = 250;

/**
 * The lanes, drawn. The mouse drags and zooms, a press on an exit goes to its source; by keyboard the buttons above do that, and the table below
 * has the exits.
 */
export function TimelineCanvas({ of, links }: { of: Timeline; links: Links }) {
  return (
    <canvas
      class="timeline"
      role="img"
      aria-label={`${of.lanes.map(({ name }) => name).join(', ')} over time; the buttons before it move and zoom, the table after it has the exits`}
      ref={(canvas) => (canvas ? attach(canvas, of, links) : undefined)}
    />
  );
}

/**
 * Draws, and follows the mouse. What is dragged or zoomed is drawn at once from what is here, and asked for when it rests, or the mouse leaves.
 * @returns what ends that: when something else is drawn, it was asked for by somebody who did not wait
 */
function attach(canvas: HTMLCanvasElement, of: Timeline, links: Links): () => void {
  const prepared = prepare(of);
  let window: Window = { from: of.from, to: of.to };
  let dragged: { readonly x: number; readonly window: Window; hasMoved: boolean } | undefined;
  let resting: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => paint(canvas, prepared, window);
  const rested = (): void => {
    clearTimeout(resting);
    resting = undefined;
    // By now somebody may look at another page.
    if (canvas.isConnected) links.page('timeline', { window });
  };
  const widthOf = (): number => canvas.clientWidth;
  canvas.onpointerdown = (event) => {
    dragged = { x: event.offsetX, window, hasMoved: false };
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = ({ offsetX }) => {
    if (!dragged) return;
    const perPixel = (dragged.window.to - dragged.window.from) / Math.max(1, widthOf() - NAMES_WIDTH);
    const by = Math.max(-dragged.window.from, (dragged.x - offsetX) * perPixel);
    if (Math.abs(offsetX - dragged.x) > 3) dragged.hasMoved = true;
    if (!dragged.hasMoved) return;
    window = { from: dragged.window.from + by, to: dragged.window.to + by };
    draw();
  };
  canvas.onpointerup = ({ offsetX, offsetY }) => {
    const wasDragged = dragged?.hasMoved;
    dragged = undefined;
    if (wasDragged) return rested();
    const mark = markAt(prepared, offsetX, offsetY, window, widthOf());
    if (mark?.source) links.source(mark.source);
  };
  canvas.onwheel = (event) => {
    event.preventDefault();
    window = zoomed(window, event.deltaY > 0 ? 1.25 : 0.8, instantAt(event.offsetX, window, widthOf()));
    draw();
    clearTimeout(resting);
    resting = setTimeout(rested, REST);
  };
  canvas.onpointerleave = () => {
    if (resting !== undefined) rested();
  };
  draw();
  return () => clearTimeout(resting);
}

function paint(canvas: HTMLCanvasElement, prepared: PreparedTimeline, window: Window): void {
  const on = canvas.getContext('2d');
  if (!on) return;
  const { devicePixelRatio } = globalThis;
  const width = Math.max(160, canvas.clientWidth);
  const height = heightOf(prepared.lanes.length);
  const style = getComputedStyle(canvas);
  const [wide, high] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.height = `${height}px`;
  }
  on.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  on.font = `${style.fontSize} ${style.fontFamily}`;
  drawTimeline(on, prepared, window, width, coloursOf(style));
}

function coloursOf(style: CSSStyleDeclaration): Colours {
  const colour = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  return {
    text: style.color,
    faint: colour('--vscode-descriptionForeground'),
    line: colour('--line'),
    guest: colour('--vscode-charts-blue'),
    vmm: colour('--vscode-charts-yellow'),
    machine: colour('--vscode-charts-orange'),
    ready: colour('--vscode-charts-red'),
    exit: style.color,
    interrupt: colour('--vscode-charts-green'),
    arrow: colour('--vscode-charts-purple'),
  };
}
