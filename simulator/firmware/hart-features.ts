import { EnvironmentHigh, type Hart } from '../core/index';
import { delegationSwitch } from './sbi/delegation-switch';
import { Feature, type FeatureSwitch, type FeatureSwitches } from './sbi/features';

/** The CSRs of a level that decide for the software below it: medeleg and menvcfg, or hedeleg and henvcfg. */
export interface LevelCsrs {
  readonly delegation: number;
  readonly environment: number;
}

/** The features of harts for the software below the level that has these CSRs. */
export function hartFeatures(harts: readonly Hart[], csrs: LevelCsrs): FeatureSwitches {
  const hartOf = (id: number): Hart => {
    const hart = harts[id];
    if (!hart) throw new RangeError(`hart ${id} is not of this machine`);
    return hart;
  };
  const misalignedDelegation = delegationSwitch(
    (id) => hartOf(id).csrLow(csrs.delegation),
    (id, delegated) => hartOf(id).setCsrWords(csrs.delegation, delegated, 0),
  );
  const tableUpdates: FeatureSwitch = {
    reset: false,
    isOn: (id) => (hartOf(id).csrHigh(csrs.environment) & EnvironmentHigh.ADUE) !== 0,
    turn: (id, on) => {
      const hart = hartOf(id);
      const [low, high] = [hart.csrLow(csrs.environment), hart.csrHigh(csrs.environment)];
      hart.setCsrWords(csrs.environment, low, on ? high | EnvironmentHigh.ADUE : high & ~EnvironmentHigh.ADUE);
      // What the hart has cached may be of the other kind (manual, volume II, menvcfg).
      hart.fence(undefined, undefined);
      hart.fenceGuest();
    },
  };
  const switchable = harts[0]?.options.accessedDirty === 'switchable';
  return {
    [Feature.misalignedDelegation]: misalignedDelegation,
    ...(switchable ? { [Feature.tableUpdates]: tableUpdates } : {}),
  };
}
