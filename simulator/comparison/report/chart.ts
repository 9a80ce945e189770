import { type ComparedGuest, relativeOf } from '../compared-guest';
import { cyclesFor } from '../measurement';
import { grouped } from './words';

const LABEL_WIDTH = 180;
const BAR_WIDTH = 420;
const ROW = 22;
const GAP = 16;
const MARGIN = 16;

/** Colours that are told apart by who does not see colours well (Okabe and Ito). */
const COLOURS = ['#999999', '#e69f00', '#56b4e9', '#009e73', '#cc79a7'] as const;

/**
 * An SVG image: for each guest a bar for each way to virtualize, as long as its cycles are beside the dearest one's; beside it in figures how much
 * that is of the bare machine's.
 */
export function comparisonAsChart(guests: readonly ComparedGuest[]): string {
  const parts: string[] = [];
  let y = MARGIN;
  for (const guest of guests) {
    const { measurements } = guest;
    parts.push(text(MARGIN, y + 14, guest.name, 'bold'));
    y += ROW;
    const most = Math.max(1, ...measurements.map((each) => cyclesFor(each)));
    for (const [index, measurement] of measurements.entries()) {
      const cycles = cyclesFor(measurement);
      const width = Math.max(1, Math.round((cycles / most) * BAR_WIDTH));
      const relative = relativeOf(guest, measurement.engine);
      const figure = `${grouped(cycles)} cycles${relative === undefined ? '' : `, ${relative.toFixed(2)} of bare`}`;
      parts.push(
        text(MARGIN + 12, y + 14, measurement.engine),
        `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${ROW - 6}" fill="${COLOURS[index % COLOURS.length]}"/>`,
        text(LABEL_WIDTH + width + 6, y + 13, figure),
      );
      y += ROW;
    }
    y += GAP;
  }
  const size = `width="${LABEL_WIDTH + BAR_WIDTH + 260}" height="${y}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">`,
    '<title>What guests cost under each way to virtualize</title>',
    '<rect width="100%" height="100%" fill="white"/>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

const text = (x: number, y: number, words: string, weight = 'normal'): string =>
  `<text x="${x}" y="${y}" font-weight="${weight}">${escaped(words)}</text>`;

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
