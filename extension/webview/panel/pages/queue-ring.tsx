import type { VirtQueue } from '../../../../debug-adapter/protocol';

const SIZE = 200;
const CENTRE = SIZE / 2;
const [INNER, OUTER] = [50, 74];
/** Room for words at its sides. */
const BESIDE = 30;
/** Rings with more places are drawn without numbers, and such with more than there are degrees not place by place. */
const NUMBERED = 16;
const MOST_PLACES = 256;

/** Something that stands at a place of a ring: an index of driver or device, which counts on and is meant modulo the size. */
export interface Pointer {
  readonly name: string;
  readonly position: number;
}

interface RingProps {
  readonly title: string;
  readonly size: number;
  /** Places that hold something that the other side has not taken. */
  readonly filled: ReadonlySet<number>;
  readonly pointers: readonly Pointer[];
}

/** A ring of a virtqueue as a ring: what is in it, and how far driver and device are. */
export function QueueRing({ title, size, filled, pointers }: RingProps) {
  const at = (position: number): string => `${position % size} of ${size}`;
  const says = pointers.map(({ name, position }) => `${name} at place ${at(position)}`).join(', ');
  const count = filled.size === 0 ? 'nothing waits in it' : `${filled.size} not taken`;
  const places = size <= MOST_PLACES ? Array.from({ length: size }, (_, place) => place) : [];
  return (
    <figure class="rings">
      <figcaption>{title}</figcaption>
      <svg viewBox={`${-BESIDE} 0 ${SIZE + 2 * BESIDE} ${SIZE}`} role="img" aria-label={`${title}: ${says}; ${count}`}>
        {places.map((place) => (
          <path key={place} class={filled.has(place) ? 'slot filled' : 'slot'} d={segment(place, size)} />
        ))}
        {places.length === 0 ? <circle class="slot" cx={CENTRE} cy={CENTRE} r={OUTER} /> : null}
        {size <= NUMBERED
          ? places.map((place) => {
              const { x, y } = point((place + 0.5) / size, (INNER + OUTER) / 2);
              return (
                <text key={place} class="number" x={x} y={y + 4}>
                  {place}
                </text>
              );
            })
          : null}
        {pointers.map(({ name, position }, index) => {
          const turn = ((position % size) + 0.5) / size;
          // Those that stand at the same place are told apart by how far outside they begin.
          const [from, to] = [point(turn, OUTER + 4), point(turn, OUTER + 12)];
          const words = point(turn, OUTER + 17);
          const before = pointers.filter((other, at) => at < index && other.position % size === position % size).length;
          return (
            <g key={name} class="pointer">
              <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
              <text x={words.x} y={words.y + 4 + before * 12} text-anchor={anchorOf(turn)}>
                {name}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** A point of a circle, from the top on clockwise. @param turn 0 to 1 */
function point(turn: number, radius: number): { x: number; y: number } {
  const angle = turn * 2 * Math.PI - Math.PI / 2;
  return { x: CENTRE + radius * Math.cos(angle), y: CENTRE + radius * Math.sin(angle) };
}

/** Words beside a ring go away from it. */
function anchorOf(turn: number): 'start' | 'middle' | 'end' {
  const side = Math.sin(turn * 2 * Math.PI);
  return side > 0.4 ? 'start' : side < -0.4 ? 'end' : 'middle';
}

function segment(place: number, size: number): string {
  const [from, to] = [place / size, (place + 1) / size];
  const text = ({ x, y }: { x: number; y: number }): string => `${x.toFixed(2)} ${y.toFixed(2)}`;
  const large = to - from > 0.5 ? 1 : 0;
  // A ring of one place would begin where it ends.
  const end = size === 1 ? to - 0.001 : to;
  return [
    `M ${text(point(from, INNER))} L ${text(point(from, OUTER))}`,
    `A ${OUTER} ${OUTER} 0 ${large} 1 ${text(point(end, OUTER))}`,
    `L ${text(point(end, INNER))}`,
    `A ${INNER} ${INNER} 0 ${large} 0 ${text(point(from, INNER))} Z`,
  ].join(' ');
}

/** The places of the last so many positions before one that counts modulo 2^16. */
export function placesBefore(position: number, count: number, size: number): ReadonlySet<number> {
  const places = new Set<number>();
  for (let back = 1; back <= Math.min(count, size); back++) places.add((((position - back) % size) + size) % size);
  return places;
}

/** How many entries of the available ring the device has not taken. */
export const waitingIn = ({ availableRing, taken }: Pick<VirtQueue, 'availableRing' | 'taken'>): number =>
  (availableRing.next - taken + 0x10000) % 0x10000;
