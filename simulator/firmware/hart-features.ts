import { EnvironmentHigh, type HartOptions, type Registers } from '../core/index';
import { delegationSwitch } from './sbi/delegation-switch';
import { Feature, type FeatureSwitch, type FeatureSwitches } from './sbi/features';

/** The CSRs of a level that decide for the software below it: medeleg and menvcfg, or hedeleg and henvcfg. */
export interface LevelCsrs {
  readonly delegation: number;
  readonly environment: number;
}

/** The harts, or the vCPUs, of which features are set. */
export interface FeatureHarts {
  /** What has the CSRs of a hart, wherever they are. */
  registers(hart: number): Pick<Registers, 'csrLow' | 'csrHigh' | 'setCsrWords'>;
  /** Translations that the hart has cached are to be forgotten. */
  forget(hart: number): void;
  /** What the harts below can do. */
  readonly options: HartOptions;
}

/** The features of harts for the software below the level that has these CSRs. */
export function hartFeatures(harts: FeatureHarts, csrs: LevelCsrs): FeatureSwitches {
  const misalignedDelegation = delegationSwitch(
    (id) => harts.registers(id).csrLow(csrs.delegation),
    (id, delegated) => harts.registers(id).setCsrWords(csrs.delegation, delegated, 0),
  );
  const tableUpdates: FeatureSwitch = {
    reset: false,
    isOn: (id) => (harts.registers(id).csrHigh(csrs.environment) & EnvironmentHigh.ADUE) !== 0,
    turn: (id, on) => {
      const registers = harts.registers(id);
      const [low, high] = [registers.csrLow(csrs.environment), registers.csrHigh(csrs.environment)];
      registers.setCsrWords(csrs.environment, low, on ? high | EnvironmentHigh.ADUE : high & ~EnvironmentHigh.ADUE);
      // What the hart has cached may be of the other kind (manual, volume II, menvcfg).
      harts.forget(id);
    },
  };
  return {
    [Feature.misalignedDelegation]: misalignedDelegation,
    ...(harts.options.accessedDirty === 'switchable' ? { [Feature.tableUpdates]: tableUpdates } : {}),
  };
}
