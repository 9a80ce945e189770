import { type CostKind, costKinds } from '../hypervisor/ledger/cost-model';
import type { Virtualization } from '../system/system';
import { cyclesFor, type Measurement } from './measurement';

/** That one way to virtualize costs a guest less than another one. */
export interface Conclusion {
  readonly cheaper: Virtualization;
  readonly dearer: Virtualization;
  /** The costs whose half or double would turn it around, or make both equal: it is as good as these figures are. */
  readonly flips: readonly { readonly cost: CostKind; readonly factor: number }[];
}

const FACTORS = [0.5, 2] as const;

/** What measurements of one guest say of each two ways; nothing of those that cost the same. */
export function conclusionsOf(measurements: readonly Measurement[]): readonly Conclusion[] {
  return measurements.flatMap((one, at) =>
    measurements.slice(at + 1).flatMap((other) => {
      const difference = cyclesFor(one) - cyclesFor(other);
      if (difference === 0) return [];
      const [cheaper, dearer] = difference < 0 ? [one, other] : [other, one];
      const isTurned = (cost: CostKind, factor: number): boolean =>
        cyclesFor(cheaper, { [cost]: factor }) >= cyclesFor(dearer, { [cost]: factor });
      const flips = costKinds.flatMap((cost) =>
        FACTORS.filter((factor) => isTurned(cost, factor)).map((factor) => ({ cost, factor })),
      );
      return [{ cheaper: cheaper.engine, dearer: dearer.engine, flips }];
    }),
  );
}
