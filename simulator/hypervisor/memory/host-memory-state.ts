import { Object as ObjectOf } from '@sinclair/typebox';
import { FRAME, SUPERPAGE } from '../../mmu/address';
import { type FieldProblem, type StateOf, stateSchema } from '../../schema/state/component';
import { count, listOf, uint32s, upTo } from '../../schema/state/fields';

/** Of a machine's memory, which has 32-bit addresses. */
const MOST_FRAMES = 2 ** 20;
const FRAMES_PER_BLOCK = SUPERPAGE / FRAME;
const frames = uint32s({ most: MOST_FRAMES });

/** What a saved state of a VM's memory has to fit. */
export interface Fitting {
  /** Frames of guest memory, the firmware's included. */
  readonly frames: number;
  /** The first above the firmware's. */
  readonly firstUsable: number;
  /** The most frames that it may have. */
  readonly most: number;
  /** By guest frame its machine frame as it was at first, where all memory was there from the start. */
  readonly first: ((frame: number) => number | undefined) | undefined;
}

/** By number, counted from address 0. */
const tenant = ObjectOf({
  /** Frames of guest memory, counted from where that begins: those that are no holes, or of a VM with all memory from the start those of split blocks. */
  guest: frames,
  /** The frame of machine memory that each of them is; 0 of a hole. */
  machine: frames,
  /** The most that it has had. */
  peak: count,
});

/**
 * @param harts of the machine @param fitting by VM
 * @param isForVms whether a frame of machine memory, by its number, is one that VMs can get
 */
export const hostMemorySchema = (
  harts: number,
  fitting: () => readonly Fitting[],
  isForVms: (frame: number) => boolean,
) =>
  stateSchema(
    'host-memory',
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
      for (const [index, each] of vms.entries()) {
        const fits = wanted[index];
        const problem = fits && problemOfTenant(each, fits);
        if (problem) return { ...problem, path: ['vms', index, ...problem.path] };
      }
      const idle = draining.findIndex(({ frames, harts }) => frames.length === 0 || harts.length === 0);
      if (idle >= 0) return { path: ['draining', idle], problem: 'must have frames, and harts that have not flushed' };
      return problemOfUses(
        [
          ...vms.map(({ machine }, index) => ({ path: ['vms', index, 'machine'], frames: machine, hasHoles: true })),
          ...draining.map(({ frames }, index) => ({ path: ['draining', index, 'frames'], frames, hasHoles: false })),
        ],
        vms.flatMap(({ guest }, index) => untold(guest, wanted[index])),
        isForVms,
      );
    },
  );

export type HostMemoryState = StateOf<ReturnType<typeof hostMemorySchema>>;
export type TenantState = HostMemoryState['vms'][number];

function problemOfTenant(state: TenantState, fits: Fitting): FieldProblem | undefined {
  const { guest, machine, peak } = state;
  if (guest.length !== machine.length)
    return { path: ['machine'], problem: `must be ${guest.length} frames, as many as of the guest's` };
  const problem = fits.first ? problemOfBlocks(state, fits, fits.first) : problemOfFilled(state, fits);
  if (problem) return problem;
  const holes = machine.reduce((sum, frame) => sum + (frame === 0 ? 1 : 0), 0);
  const has = fits.first ? fits.frames - holes : guest.length;
  if (peak < has || peak > fits.most)
    return { path: ['peak'], problem: `must be from ${has} to ${fits.most} frames, not ${peak}` };
  return undefined;
}

/** Of a VM that gets its memory as it touches it. */
function problemOfFilled(
  { guest, machine }: TenantState,
  { frames, firstUsable, most }: Fitting,
): FieldProblem | undefined {
  if (guest.length > most) return { path: ['guest'], problem: `must be at most ${most} frames, not ${guest.length}` };
  const wrong = guest.findIndex(
    (frame, at) => frame < (at > 0 ? (guest[at - 1] ?? 0) + 1 : firstUsable) || frame >= frames,
  );
  if (wrong >= 0)
    return {
      path: ['guest', wrong],
      problem: `must be a frame from ${firstUsable} to ${frames - 1}, behind the one before it`,
    };
  const hole = machine.indexOf(0);
  return hole < 0 ? undefined : { path: ['machine', hole], problem: 'must be a frame: holes are not told of' };
}

/** Of a VM with all memory from the start. */
function problemOfBlocks(
  { guest, machine }: TenantState,
  { frames, firstUsable }: Fitting,
  first: (frame: number) => number | undefined,
): FieldProblem | undefined {
  const wrong = guest.findIndex((frame, at) =>
    at % FRAMES_PER_BLOCK === 0
      ? frame % FRAMES_PER_BLOCK !== 0 || frame >= frames || (at > 0 && frame <= (guest[at - 1] ?? 0))
      : frame !== (guest[at - 1] ?? 0) + 1,
  );
  if (wrong >= 0 || guest.length % FRAMES_PER_BLOCK !== 0)
    return {
      path: wrong >= 0 ? ['guest', wrong] : ['guest'],
      problem: `must be all frames of blocks of ${FRAMES_PER_BLOCK}, one after the other, below ${frames}`,
    };
  const moved = guest.findIndex((frame, at) => frame < firstUsable && machine[at] !== first(frame));
  return moved < 0
    ? undefined
    : { path: ['machine', moved], problem: "must be as at first: it is the firmware's memory" };
}

/** The machine frames of which a state says nothing, since they are as at first. */
function untold(guest: Uint32Array, fits: Fitting | undefined): number[] {
  if (!fits?.first) return [];
  const told = new Set(guest);
  const left: number[] = [];
  for (let frame = 0; frame < fits.frames; frame++) {
    const machine = told.has(frame) ? undefined : fits.first(frame);
    if (machine !== undefined) left.push(machine);
  }
  return left;
}

/** Each frame is somebody's once. @param others that are somebody's too */
function problemOfUses(
  uses: readonly { readonly path: FieldProblem['path']; readonly frames: Uint32Array; readonly hasHoles: boolean }[],
  others: readonly number[],
  isForVms: (frame: number) => boolean,
): FieldProblem | undefined {
  const seen = new Set(others);
  for (const { path, frames, hasHoles } of uses) {
    for (const [at, frame] of frames.entries()) {
      if (frame === 0 && hasHoles) continue;
      if (!isForVms(frame))
        return { path: [...path, at], problem: `must be memory for VMs, which frame ${frame} is not` };
      if (seen.has(frame)) return { path: [...path, at], problem: `must be another frame: ${frame} is used already` };
      seen.add(frame);
    }
  }
  return undefined;
}
