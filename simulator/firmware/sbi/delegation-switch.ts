import { ExceptionCode } from '../../isa/index';
import type { FeatureSwitch } from './features';

/** In medeleg and hedeleg. */
const MISALIGNED_EXCEPTIONS = (1 << ExceptionCode.loadMisaligned) | (1 << ExceptionCode.storeMisaligned);

/**
 * MISALIGNED_EXC_DELEG of FWFT: whether the level above leaves misaligned accesses to the supervisor, by its delegation register.
 * @param delegation the low word of a hart's medeleg or hedeleg
 */
export function delegationSwitch(
  delegation: (hart: number) => number,
  setDelegation: (hart: number, low: number) => void,
): FeatureSwitch {
  return {
    // The strictest choice: whoever relies on misaligned accesses and takes no trap for them asks for it.
    reset: true,
    isOn: (hart) => (delegation(hart) & MISALIGNED_EXCEPTIONS) !== 0,
    turn: (hart, on) => {
      const others = delegation(hart) & ~MISALIGNED_EXCEPTIONS;
      setDelegation(hart, on ? others | MISALIGNED_EXCEPTIONS : others);
    },
  };
}
