import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { bits, listOf } from '../../schema/state/fields';

/** The features of FWFT by number (SBI 3.0, table "FWFT Feature Types"). Bit 31 is that of global ones, of which there are none yet. */
export const Feature = {
  misalignedDelegation: 0,
  landingPad: 1,
  shadowStack: 2,
  doubleTrap: 3,
  tableUpdates: 4,
  pointerMasking: 5,
} as const;
export type Feature = (typeof Feature)[keyof typeof Feature];

const NAMES: { readonly [feature in Feature]: string } = {
  [Feature.misalignedDelegation]: 'MISALIGNED_EXC_DELEG',
  [Feature.landingPad]: 'LANDING_PAD',
  [Feature.shadowStack]: 'SHADOW_STACK',
  [Feature.doubleTrap]: 'DOUBLE_TRAP',
  [Feature.tableUpdates]: 'PTE_AD_HW_UPDATING',
  [Feature.pointerMasking]: 'POINTER_MASKING_PMLEN',
};

/** The name of a feature that the specification defines; the others are reserved or a platform's. */
export const featureName = (feature: number): string | undefined =>
  Object.hasOwn(NAMES, feature) ? NAMES[feature as Feature] : undefined;

/** A feature that is on or off, on one hart. */
export interface FeatureSwitch {
  isOn(hart: number): boolean;
  turn(hart: number, on: boolean): void;
  /** Its value after a reset of the hart. */
  readonly reset: boolean;
}

/** The features that a machine's harts, or a VM's vCPUs, have; those that need hardware that is not there are absent. */
export type FeatureSwitches = { readonly [feature in Feature]?: FeatureSwitch };

const featuresState = (harts: number, switches: FeatureSwitches) =>
  stateSchema('sbi-features', 1, {
    /** By hart: a bit for each feature that is locked. The values are in the harts. */
    locked: listOf(bits(Object.keys(switches).reduce((all, feature) => all | (1 << Number(feature)), 0)), {
      exactly: harts,
    }),
  });

/** The features of each hart, with what its supervisor has locked. */
export class FirmwareFeatures {
  private readonly state: StateOf<ReturnType<typeof featuresState>>;
  readonly component: Component;

  constructor(
    harts: number,
    private readonly switches: FeatureSwitches,
  ) {
    this.state = { locked: Array.from({ length: harts }, () => 0) };
    this.component = component(featuresState(harts, switches), this.state);
  }

  /** Undefined where the hardware lacks what it needs. */
  find(feature: number): FeatureSwitch | undefined {
    return Object.hasOwn(this.switches, feature) ? this.switches[feature as Feature] : undefined;
  }

  isLocked(hart: number, feature: number): boolean {
    return (((this.state.locked[hart] ?? 0) >>> feature) & 1) !== 0;
  }

  lock(hart: number, feature: number): void {
    this.state.locked[hart] = (this.state.locked[hart] ?? 0) | (1 << feature);
  }

  /** A reset of the hart ends locks and values (SBI 3.0, chapter 18); a suspension, retentive or not, keeps them. */
  reset(hart: number): void {
    this.state.locked[hart] = 0;
    for (const feature of Object.values(this.switches)) feature.turn(hart, feature.reset);
  }
}
