import { Machine, type RunRequest } from '../../../simulator/machine/machine';

/** Steps of handlers during which no instruction of a guest retires. No VMM that works takes so many. */
const MOST_STEPS = 20_000;

/**
 * A VMM with a fault may handle one trap after another while its guest stands, which no budget of instructions ends: from here on that is an
 * error of the run.
 */
export function endRunsWithoutProgress(): void {
  const { run } = Machine.prototype;
  Machine.prototype.run = function (this: Machine, request: RunRequest) {
    let [steps, retired] = [0, this.clock.retired];
    const stopAtStep: RunRequest['stopAtStep'] = (step, handler) => {
      if (retired !== this.clock.retired) [steps, retired] = [0, this.clock.retired];
      steps++;
      if (steps > MOST_STEPS) throw new Error('the VMM handles one trap after another, and the guest does not go on');
      return request.stopAtStep?.(step, handler) ?? false;
    };
    return run.call(this, { ...request, stopAtStep });
  };
}
