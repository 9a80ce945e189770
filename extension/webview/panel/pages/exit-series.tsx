import uPlot from 'uplot';
import type { ExitSeries } from '../../../../debug-adapter/protocol';
import { duration } from '../../duration';

/** Colours of VS Code's charts, by which reasons are told apart; the legend has their order too. */
const COLOURS = ['blue', 'yellow', 'green', 'red', 'purple', 'orange'] as const;
const HEIGHT = 180;

/** The class of the colour of a reason, by its place; of one without a colour of its own the text's. */
export const swatch = (place: number): string => COLOURS[place] ?? 'foreground';

/** How often the guest exited over the machine's time, by reason: stacked. What is drawn stands in the table of reasons as numbers. */
export function Series({ of }: { of: ExitSeries }) {
  return (
    <div
      class="series"
      role="img"
      aria-label={`Exits over ${of.reasons[0]?.counts.length ?? 0} periods of ${of.period.toLocaleString('en')} ns each, stacked by reason`}
      ref={(place) => {
        if (place) drawSeries(place, of);
      }}
    />
  );
}

function drawSeries(place: HTMLElement, { from, period, reasons }: ExitSeries): void {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  const columns = reasons[0]?.counts.length ?? 0;
  const times = Array.from({ length: columns }, (_, at) => from + at * period);
  const sums = new Array<number>(columns).fill(0);
  const stacked = reasons.map(({ counts }) =>
    counts.map((count, at) => {
      const sum = (sums[at] ?? 0) + count;
      sums[at] = sum;
      return sum;
    }),
  );
  const axis = {
    stroke: style.color,
    font: `${style.fontSize} ${style.fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  const width = Math.max(120, place.clientWidth);
  const steps = uPlot.paths.bars?.({ size: [0.95], align: 1 });
  place.replaceChildren();
  new uPlot(
    {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [from, from + columns * period] },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most)] },
      },
      axes: [
        { ...axis, values: (_plot, ticks) => ticks.map(duration), space: 70 },
        { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
      ],
      series: [
        {},
        // The whole is drawn first, and what is below it over it.
        ...reasons
          .map((_, place) => reasons.length - 1 - place)
          .map((at) => {
            const name = COLOURS[at];
            const fill = name ? colour(`--vscode-charts-${name}`) : style.color;
            return {
              label: reasons[at]?.reason ?? '',
              fill,
              stroke: fill,
              width: 0,
              points: { show: false },
              ...(steps ? { paths: steps } : {}),
            };
          }),
      ],
    },
    [times, ...[...stacked].reverse()],
    place,
  );
}
