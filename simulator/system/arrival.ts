import type { Runner } from '../machine/machine';
import type { MachineStop } from '../machine/stop';
import { Replay, ReplayError, type Way } from './record';
import type { System } from './system';

/** The instruction at which, or in whose handlers, the moment is. */
const ONE = 1;
/** What a run stops for on the way. */
const PASSED: ReadonlySet<MachineStop['reason']> = new Set(['limit', 'handler', 'handler-end']);

/** Runs the way of another run again, to the moment at which that stood still: at an instruction, or at a step of a handler. */
export class Arrival {
  private readonly replay: Replay;

  /** @param system that has not run yet */
  constructor(
    private readonly system: System,
    private readonly way: Way,
    private readonly runner: Runner = system.machine,
  ) {
    this.replay = new Replay(system, { ...way, end: beforeEnd(way) }, undefined, runner);
  }

  /**
   * Runs on for at most so many instructions.
   * @returns whether it has arrived
   * @throws ReplayError where the run does not come there
   */
  run(instructions: number): boolean {
    if (this.replay.run(instructions) !== 'end') return false;
    while (!this.isThere) this.passStep();
    return true;
  }

  /** One instruction can trap several times before it retires: then several moments have the same position but for what was handled. */
  private passStep(): void {
    const { clock, finished, activeHandler } = this.system.machine;
    const { retired, epoch, offset } = this.way.end;
    const request = { instructions: ONE, stopAtStep: () => true, stopAtHandlerEnd: true, waitUntil: epoch + offset };
    const isOver = finished !== undefined && !activeHandler;
    const goesOn = !isOver && clock.retired <= retired && PASSED.has(this.runner.run(request).reason);
    if (this.isThere || (goesOn && clock.retired <= retired)) return;
    throw new ReplayError(
      `the run is another one: after ${retired} instructions it is not as it was. The program, its files, the machine or HyperStep itself have changed since`,
    );
  }

  private get isThere(): boolean {
    const { machine } = this.system;
    const { end } = this.way;
    const here = machine.scheduler.position();
    const stands =
      machine.clock.retired === end.retired &&
      (machine.activeHandler?.trail.length ?? 0) === end.step &&
      here.epoch === end.epoch &&
      here.hart === end.hart &&
      here.offset === end.offset;
    return stands && this.system.stateHash() === end.hash;
  }
}

/** Where the last instruction of the way begins, or the last input came: what was handled since then is passed step by step. */
function beforeEnd({ inputs, end }: Way): Way['end'] {
  const retired = Math.max(inputs.at(-1)?.retired ?? 0, end.retired - ONE);
  return { ...end, retired, step: 0, after: retired < end.retired && retired > 0 ? 'limit' : 'here' };
}
