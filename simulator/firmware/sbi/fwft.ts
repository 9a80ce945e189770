import { type Narration, step } from '../../machine/narration';
import { type FeatureSwitch, featureName } from './features';
import { failure, type SbiCall, SbiError, type SbiExtension, type SbiResult, success } from './interface';

const LOCK = 1n;

/** The feature of argument 0, or the error of one that is not there: reserved ones are denied, others not supported. */
function* findFeature(call: SbiCall): Narration<{ number: number; feature: FeatureSwitch } | { error: number }> {
  const number = call.word(0);
  const name = featureName(number);
  if (name === undefined) {
    yield step`refuse: feature ${number} is reserved or another platform's`;
    return { error: SbiError.denied };
  }
  const feature = call.sbi.features.find(number);
  if (feature) return { number, feature };
  yield step`refuse: the hart lacks what ${name} needs`;
  return { error: SbiError.notSupported };
}

/** Firmware features (SBI 3.0, chapter 18). Each hart has its own. */
export const fwft: SbiExtension = {
  name: 'FWFT',
  id: 0x46574654,
  functions: [
    {
      name: 'fwft_set',
      *handle(call): Narration<SbiResult> {
        const { sbi, caller } = call;
        const found = yield* findFeature(call);
        if ('error' in found) return failure(found.error);
        const { number, feature } = found;
        const [value, flags] = [call.argument(1), call.argument(2)];
        if (flags & ~LOCK) {
          yield step`refuse: flags ${flags} are not all known`;
          return failure(SbiError.invalidParam);
        }
        const name = featureName(number);
        if (sbi.features.isLocked(caller, number)) {
          yield step`refuse: ${name} of hart ${caller} is locked until its reset`;
          return failure(SbiError.deniedLocked);
        }
        if (value > 1n) {
          yield step`refuse: ${name} is 0 or 1, not ${value}`;
          return failure(SbiError.invalidParam);
        }
        yield step`set ${name} of hart ${caller} to ${value}`;
        feature.turn(caller, value === 1n);
        if (flags & LOCK) {
          yield step`lock it until a reset of the hart`;
          sbi.features.lock(caller, number);
        }
        return success();
      },
    },
    {
      name: 'fwft_get',
      *handle(call): Narration<SbiResult> {
        const found = yield* findFeature(call);
        if ('error' in found) return failure(found.error);
        const { number, feature } = found;
        const name = featureName(number);
        const value = feature.isOn(call.caller) ? 1 : 0;
        yield step`answer that ${name} of hart ${call.caller} is ${value}`;
        return success(value);
      },
    },
  ],
};
