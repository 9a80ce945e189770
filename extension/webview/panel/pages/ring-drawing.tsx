/** In the units of a drawing. */
const SIZE = 200;
const CENTRE = SIZE / 2;
const OUTER = 94;

/** One or more CPUs that are in a ring. */
export interface RingMark {
  readonly ring: string;
  /** What is written at it. */
  readonly text: string;
  /** Whether it is there really, or believes to be. */
  readonly real: boolean;
}

interface Drawing {
  readonly title: string;
  /** The most privileged first: it is the innermost. */
  readonly rings: readonly string[];
  readonly marks: readonly RingMark[];
  /** The rings that the last transition left and entered, where they are here. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Rings as lectures draw them, with who is where. */
export function RingDrawing({ title, rings, marks, from, to }: Drawing) {
  const thickness = OUTER / rings.length;
  const says = marks.length === 0 ? 'nobody is there' : marks.map(({ text, ring }) => `${text} in ${ring}`).join(', ');
  return (
    <figure class="rings">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`${title}: ${says}`}>
        {rings
          .map((name, index) => ({ name, radius: thickness * (index + 1) }))
          .reverse()
          .map(({ name, radius }) => (
            <g key={name} class={`ring${name === to ? ' to' : ''}${name === from ? ' from' : ''}`}>
              <circle cx={CENTRE} cy={CENTRE} r={radius} />
              <text x={CENTRE} y={CENTRE - radius + Math.min(thickness / 2 + 4, 16)}>
                {name}
              </text>
            </g>
          ))}
        {marks.map((mark, at) => {
          const place = placeOf(
            rings.indexOf(mark.ring),
            thickness,
            marks.filter(({ ring }, before) => before < at && ring === mark.ring).length,
          );
          return (
            <g
              key={mark.text}
              class={mark.real ? 'who' : 'who believes'}
              style={{ transform: `translate(${place.x}px, ${place.y}px)` }}
            >
              <circle r={5} />
              <text x={8} y={4}>
                {mark.text}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** Below the middle of its ring; several beside each other. */
function placeOf(ring: number, thickness: number, before: number): { x: number; y: number } {
  const radius = thickness * (ring + 0.5);
  const angle = ((90 + (before % 2 === 0 ? 1 : -1) * Math.ceil(before / 2) * 34) * Math.PI) / 180;
  return { x: CENTRE - 6 + radius * Math.cos(angle), y: CENTRE + radius * Math.sin(angle) };
}
