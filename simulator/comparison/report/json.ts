import { type ComparedGuest, relativeOf } from '../compared-guest';
import { conclusionsOf } from '../conclusions';
import { cyclesFor } from '../measurement';

/** By guest and engine. */
export function comparisonAsJson(guests: readonly ComparedGuest[]): object {
  return Object.fromEntries(
    guests.map((guest) => {
      const conclusions = conclusionsOf(guest.measurements);
      const engines = guest.measurements.map((measurement) => {
        const { engine, variant, instructions, exits, charges, wallSeconds } = measurement;
        const cycles = cyclesFor(measurement);
        const used = Object.entries(charges).filter(([, count]) => count > 0);
        return [
          engine,
          {
            ...(variant !== undefined && { variant }),
            ...{ instructions, exits: Object.fromEntries(exits), cycles, wallSeconds },
            relative: relativeOf(guest, engine) ?? null,
            ...(guest.operations !== undefined && { cyclesPerOperation: cycles / guest.operations }),
            charges: Object.fromEntries(used),
            cheaperThan: conclusions
              .filter(({ cheaper }) => cheaper === engine)
              .map(({ dearer, flips }) => ({ engine: dearer, flips })),
          },
        ];
      });
      return [guest.name, Object.fromEntries(engines)];
    }),
  );
}
