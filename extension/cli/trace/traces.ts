import type { Runner } from '../../../simulator/machine/machine';
import type { Program } from '../../../simulator/object/program';
import type { System } from '../../../simulator/system/system';
import { TraceFile } from './trace-file';
import { type TraceKind, type TraceOutput, Tracer } from './tracer';

/** What `--trace` says: what of a run goes into which file. */
export interface TraceOption {
  readonly kind: TraceKind;
  readonly file: string;
}

/** The traces of a run, through all starts of its guest. */
export class Traces {
  private readonly outputs: readonly TraceOutput[];

  /** @throws the host's error when a file cannot be written */
  constructor(
    options: readonly TraceOption[],
    private readonly program: Program | undefined,
  ) {
    this.outputs = options.map(({ kind, file }) => ({ kind, file: new TraceFile(file) }));
  }

  /** Who runs the machine: itself when nothing is traced. */
  runnerOf(system: System): Runner {
    return this.outputs.length === 0 ? system.machine : new Tracer(system, this.outputs, this.program);
  }

  close(): void {
    for (const { file } of this.outputs) file.close();
  }
}
