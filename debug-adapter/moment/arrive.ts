import type { Runner, RunRequest } from '../../simulator/machine/machine';
import type { MachineStop } from '../../simulator/machine/stop';
import { Arrival } from '../../simulator/system/arrival';
import { ReplayError } from '../../simulator/system/record';
import type { Running } from '../debugging';
import { RequestError } from '../request-error';
import type { Host } from '../transport/host';
import type { Moment } from './moment';
import { wayTo } from './way';

/** Instructions after which messages that have arrived are looked at. */
const SLICE = 1_000_000;

/**
 * Runs a machine that has not run yet to a moment. Nothing stops it on the way; what views show of the past is kept.
 * @param isGivenUp whether the session is over meanwhile
 * @throws RequestError where the run does not come there
 */
export async function arriveAt(
  moment: Moment,
  running: Running,
  host: Pick<Host, 'yieldTo'>,
  isGivenUp: () => boolean,
): Promise<void> {
  const { system, script } = running.machine;
  const way = wayTo(moment);
  // Whose stop it is has to be known before it comes.
  if (moment.thread !== undefined) running.machine.cpuOfThread(moment.thread);
  const next = (): Promise<void> => new Promise((resolve) => host.yieldTo(resolve));
  try {
    const arrival = new Arrival(system, way, watched(running));
    while (!arrival.run(SLICE)) {
      await next();
      if (isGivenUp()) return;
    }
  } catch (error) {
    if (error instanceof ReplayError) throw new RequestError(`the moment cannot be come to: ${error.message}`);
    throw error;
  }
  script.skip(moment.typed ?? 0);
}

/** The machine, whose handlers are kept as in any run. */
function watched({ machine, stops }: Running): Runner {
  return {
    run(request: RunRequest): MachineStop {
      const stopAtStep: RunRequest['stopAtStep'] = (step, handler) => {
        stops.see(handler);
        return request.stopAtStep?.(step, handler) ?? false;
      };
      return machine.system.machine.run({ ...request, stopAtStep });
    },
  };
}
