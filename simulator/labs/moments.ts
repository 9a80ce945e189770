import { ConfigurationError } from '../system/configuration-error';
import type { Moment } from './lab';
import { type LabPrograms, Unusable } from './lab-programs';
import { MomentRun, type Standing } from './moment-run';

/** The moments that a lab asks about: a guest is run to each once, however much is asked there, since who asks only looks. */
export class Moments {
  private readonly known = new Map<string, Promise<Standing | string>>();

  constructor(
    private readonly programs: LabPrograms,
    private readonly pause: () => Promise<void>,
  ) {}

  /** @returns where the guest stands at a moment, or why there is no such moment */
  at(moment: Moment): Promise<Standing | string> {
    const key = keyOf(moment);
    const standing = this.known.get(key) ?? this.arrive(moment);
    this.known.set(key, standing);
    return standing;
  }

  private async arrive(moment: Moment): Promise<Standing | string> {
    const { run, program } = moment;
    const [engine = 'none'] = run.engines;
    const built = await this.programs.build(program, run.machine);
    if (built instanceof Unusable) return built.why;
    const made = await this.programs.machine(built, run.machine, engine);
    if (made instanceof Unusable) return made.why;
    try {
      const momentRun = new MomentRun(moment, built, made);
      for (;;) {
        const standing = momentRun.step();
        if (standing !== undefined) return standing;
        await this.pause();
      }
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.message;
    }
  }
}

/** All that makes one moment another than the next. */
function keyOf({ program, run, place, arrival, steps }: Moment): string {
  const { engines, limit, machine, input } = run;
  const typed = input.map(({ text, after }) => [text, after]);
  const parts = [program, engines, limit, machine, typed, place?.text, arrival, steps];
  return JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
