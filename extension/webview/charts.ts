import { type Element, element } from './dom';

/** In the units of a drawing, which is stretched to its place. */
const HEIGHT = 20;
const COLUMN = 4;
const BAR = 100;

/**
 * A small chart of columns, the newest at the right.
 * @param columns as many as there are; room is for `places`
 * @param most what a column of the full height stands for
 * @param says what it says to who does not see it
 */
export function sparkline(columns: readonly number[], places: number, most: number, says: string): Element {
  const width = places * COLUMN;
  const first = places - columns.length;
  const drawn = columns.map((value, index) => {
    const height = Math.min(HEIGHT, (HEIGHT * value) / most);
    const at = { x: (first + index) * COLUMN, y: HEIGHT - height, width: COLUMN, height };
    return element('rect', { class: 'had', ...at });
  });
  return drawing('spark', { width, height: HEIGHT }, says, [
    ...drawn,
    element('line', { class: 'ground', x1: 0, x2: width, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }),
  ]);
}

/**
 * A bar of a share, and a mark where it would be by right.
 * @param most what a bar of the full length stands for
 */
export function shareBar(share: number, right: number | undefined, most: number, says: string): Element {
  const place = (value: number): number => Math.min(BAR, (BAR * value) / most);
  return drawing('bar', { width: BAR, height: HEIGHT }, says, [
    element('rect', { class: 'had', x: 0, y: 0, width: place(share), height: HEIGHT }),
    ...(right === undefined
      ? []
      : [element('line', { class: 'right', x1: place(right), x2: place(right), y1: 0, y2: HEIGHT })]),
  ]);
}

/** Without a style of its own, which pages of VS Code may not have: classes give the colours of the theme. */
function drawing(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
  says: string,
  children: readonly Element[],
): Element {
  return element(
    'svg',
    {
      class: `chart ${name}`,
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': says,
    },
    children,
  );
}
