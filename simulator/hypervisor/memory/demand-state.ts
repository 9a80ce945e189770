import { Object as ObjectOf } from '@sinclair/typebox';
import { type FieldProblem, type StateOf, stateSchema } from '../../schema/state/component';
import { count, listOf, uint32s, upTo } from '../../schema/state/fields';

/** Of a machine's memory, which has 32-bit addresses. */
const MOST_FRAMES = 2 ** 20;
const frames = uint32s({ most: MOST_FRAMES });

/** What a saved state of a VM's memory has to fit. */
export interface Fitting {
  /** Frames of guest memory that can be had: from one up to before another. */
  readonly guest: { readonly from: number; readonly to: number };
  /** The most frames that it may have. */
  readonly most: number;
}

/** By number, counted from address 0. */
const tenant = ObjectOf({
  /** Frames of guest memory that are no holes, counted from where that begins. */
  guest: frames,
  /** The frame of machine memory that each of them is. */
  machine: frames,
  /** The most that it has had. */
  peak: count,
});

/**
 * @param harts of the machine @param fitting by VM
 * @param isForVms whether a frame of machine memory, by its number, is one that VMs can get
 */
export const demandSchema = (harts: number, fitting: () => readonly Fitting[], isForVms: (frame: number) => boolean) =>
  stateSchema(
    'demand-memory',
    1,
    {
      vms: listOf(tenant),
      /** What was given back, and the harts that may still lead there. */
      draining: listOf(ObjectOf({ frames, harts: listOf(upTo(harts - 1), { most: harts }) })),
    },
    ({ vms, draining }): FieldProblem | undefined => {
      const wanted = fitting();
      if (vms.length !== wanted.length)
        return { path: ['vms'], problem: `must be those of ${wanted.length} VMs, not ${vms.length}` };
      for (const [index, { guest, machine, peak }] of vms.entries()) {
        const problem = problemOfTenant({ guest, machine, peak }, wanted[index]);
        if (problem) return { ...problem, path: ['vms', index, ...problem.path] };
      }
      const idle = draining.findIndex(({ frames, harts }) => frames.length === 0 || harts.length === 0);
      if (idle >= 0) return { path: ['draining', idle], problem: 'must have frames, and harts that have not flushed' };
      return problemOfUses(
        [
          ...vms.map(({ machine }, index) => ({ path: ['vms', index, 'machine'], frames: machine })),
          ...draining.map(({ frames }, index) => ({ path: ['draining', index, 'frames'], frames })),
        ],
        isForVms,
      );
    },
  );

export type DemandState = StateOf<ReturnType<typeof demandSchema>>;
export type TenantState = DemandState['vms'][number];

function problemOfTenant(
  { guest, machine, peak }: TenantState,
  fitting: Fitting | undefined,
): FieldProblem | undefined {
  const { from, to } = fitting?.guest ?? { from: 0, to: 0 };
  const most = fitting?.most ?? 0;
  if (guest.length !== machine.length)
    return { path: ['machine'], problem: `must be ${guest.length} frames, as many as of the guest's` };
  if (guest.length > most) return { path: ['guest'], problem: `must be at most ${most} frames, not ${guest.length}` };
  const wrong = guest.findIndex((frame, at) => frame < (at > 0 ? (guest[at - 1] ?? 0) + 1 : from) || frame >= to);
  if (wrong >= 0)
    return { path: ['guest', wrong], problem: `must be a frame from ${from} to ${to - 1}, behind the one before it` };
  if (peak < guest.length || peak > most)
    return { path: ['peak'], problem: `must be from ${guest.length} to ${most} frames, not ${peak}` };
  return undefined;
}

/** Each frame is somebody's once. */
function problemOfUses(
  uses: readonly { readonly path: FieldProblem['path']; readonly frames: Uint32Array }[],
  isForVms: (frame: number) => boolean,
): FieldProblem | undefined {
  const seen = new Set<number>();
  for (const { path, frames } of uses) {
    for (const [at, frame] of frames.entries()) {
      if (!isForVms(frame))
        return { path: [...path, at], problem: `must be memory for VMs, which frame ${frame} is not` };
      if (seen.has(frame)) return { path: [...path, at], problem: `must be another frame: ${frame} is used already` };
      seen.add(frame);
    }
  }
  return undefined;
}
